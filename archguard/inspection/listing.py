"""List the components, contracts, services or modules, one per line."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from archguard.codebase import Codebase, Pattern
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.inspection.module_lookup import groups_of
from archguard.kinds.contract import listed
from archguard.reporters.phrases import counted, one_line

Sort: TypeAlias = Literal["components", "contracts", "services", "modules"]


@dataclass(frozen=True)
class Item:
    """A line of the list."""

    name: str
    modules: int
    told: str
    """The rest of the line: patterns, description, rule, or path."""


def list_items(config: Config, codebase: Codebase, sort: Sort) -> tuple[Item, ...]:
    """All items of the sort; modules by name, others in the order of the configuration."""
    lists = {"components": _components, "contracts": _contracts, "services": _services, "modules": _modules}
    return tuple(lists[sort](config, codebase))


def render(items: tuple[Item, ...], sort: Sort) -> str:
    """The list as text."""
    if not items:
        return f"There are no {sort}."
    width = max(len(item.name) for item in items)
    if sort == "modules":
        return "\n".join(one_line(f"{item.name:<{width}}  {item.told}") for item in items)
    return "\n".join(
        one_line(f"{item.name:<{width}}  {counted(item.modules, 'module')}: {item.told}") for item in items
    )


def _components(config: Config, codebase: Codebase) -> Iterator[Item]:
    for name, component in config.components.items():
        what = f"; {component.description}" if component.description else ""
        exclusion = f" except {listed(component.except_)}" if component.except_ else ""
        patterns = f"{listed(component.modules)}{exclusion}"
        yield Item(name, len(codebase.members((Pattern(name),))), patterns + what)


def _contracts(config: Config, codebase: Codebase) -> Iterator[Item]:
    for contract in config.contracts:
        yield Item(contract.id, len(contract.scope(codebase)), f"{contract.kind}; {contract.sentence}")


def _services(config: Config, codebase: Codebase) -> Iterator[Item]:
    for name, service in config.services.items():
        yield Item(name, len(codebase.members((Pattern(name),))), service.root or ", ".join(map(str, service.modules)))


def _modules(config: Config, codebase: Codebase) -> Iterator[Item]:
    groups = groups_of(config, codebase)
    for module in sorted(codebase.modules):
        component = f"  {groups[module]}" if groups[module] in config.components else ""
        yield Item(module, 1, f"{codebase.display_path(module)}{component}")
