"""Resolve names on the command line to modules: components, services, layers, modules, files, patterns, packages."""

from collections.abc import Iterator
from pathlib import PurePath

from archguard.codebase import Codebase, Pattern, PatternError, Target, disjoint
from archguard.config import Config, did_you_mean
from archguard.dataclass import dataclass
from archguard.effects import CHANNELS, load_catalogue
from archguard.errors import ArchguardError
from archguard.kinds import Contract, Layers
from archguard.kinds.distributions import is_installed
from archguard.model.names import plain_name, self_and_parents, service_of, shortened, top_package

_LISTS = "`archguard list components` and `archguard list modules` list what there is"


@dataclass(frozen=True)
class Named:
    """The modules that `name` resolves to."""

    name: str
    modules: frozenset[str]
    is_outside: bool = False
    """Whether it is a package outside of the project."""


def find_named(config: Config, codebase: Codebase, name: str) -> Named:
    """Resolve `name`: a component, service, module with its submodules, file, pattern, layer, or external package.

    Raises:
        ArchguardError: it matches nothing.
    """
    target = _target(codebase, name)
    if inside := codebase.members((target,)) or _layer(config, codebase, target.text):
        return Named(target.text, inside)
    if target.literal and _may_be_outside(codebase, target.text):
        externals = codebase.imports.externals
        nearest = [outer for outer in self_and_parents(target.text) if outer in externals]
        return Named(target.text, codebase.matching(target, externals) or frozenset(nearest[:1]), is_outside=True)
    known = [*config.components, *config.services, *layer_names(config), *codebase.modules]
    close = did_you_mean(target.text, known)
    suffix_match = next(
        (other for other in sorted(known, key=len) if other.endswith((f".{target}", f"::{target}"))), ""
    )
    hint = f"did you mean '{suffix_match}'?" if suffix_match else close if close.startswith("did") else _LISTS
    raise ArchguardError(f"there is no component, service or module '{name}'", hint)


def find_module(codebase: Codebase, name: str) -> str:
    """The one module with the name or the file `name`.

    Raises:
        ArchguardError: there is none, or there are several.
    """
    text = _target(codebase, name).text
    found = sorted(module for module in codebase.modules if module == text or module.endswith(f"::{text}"))
    if len(found) == 1:
        return found[0]
    hint = f"say which: {', '.join(found)}" if found else did_you_mean(text, sorted(codebase.modules))
    hint = hint if found or hint.startswith("did") else "`archguard list modules` lists them"
    raise ArchguardError(f"there are several modules '{name}'" if found else f"there is no module '{name}'", hint)


def layer_names(config: Config) -> tuple[str, ...]:
    """The names of all layers in the contracts."""
    return tuple(name for contract in config.contracts if isinstance(contract, Layers) for name in contract.names)


def _layer(config: Config, codebase: Codebase, name: str) -> frozenset[str]:
    layers = (contract for contract in config.contracts if isinstance(contract, Layers))
    return frozenset().union(*(contract.named(codebase, name) for contract in layers))


def find_place(config: Config, codebase: Codebase, name: str) -> Named:
    """Resolve `name` to one module or file, else to a component, service or layer.

    Raises:
        ArchguardError: it matches nothing.
    """
    is_named = name in {*config.components, *config.services, *layer_names(config)}
    if is_named and name not in codebase.modules:
        return find_named(config, codebase, name)
    module = find_module(codebase, name)
    return Named(module, frozenset({module}))


def contracts_about(config: Config, codebase: Codebase, modules: frozenset[str]) -> tuple[Contract, ...]:
    """The contracts that check some of `modules`, or name them, be it to allow them something or to protect them."""
    return tuple(
        contract
        for contract in config.contracts
        if modules & contract.scope(codebase)
        or modules & codebase.members(pattern for _, pattern in contract.patterns(codebase))
    )


def groups_of(config: Config, codebase: Codebase) -> dict[str, str]:
    """The group of each module: its smallest component, else its service, else its package of at most two segments."""
    components = disjoint({name: codebase.members((Pattern(name),)) for name in config.components})
    owners = {module: name for name, modules in components.items() for module in modules}
    return {module: owners.get(module) or _package(module) for module in sorted(codebase.modules)}


def _package(module: str) -> str:
    return service_of(module) or shortened(module, 2)


def _target(codebase: Codebase, name: str) -> Target:
    path = PurePath(name).as_posix().removeprefix("./")
    files = (module for module, source in codebase.sources.items() if source.display_path == path)
    try:
        return Target(next(files, name))
    except PatternError as error:
        raise ArchguardError(f"'{name}' names no modules: {error}") from None


def _may_be_outside(codebase: Codebase, name: str) -> bool:
    top = top_package(name)
    inside = {top_package(plain_name(module)) for module in codebase.modules}
    return "::" not in name and top not in inside and any(_external_evidence(codebase, top))


def _external_evidence(codebase: Codebase, top: str) -> Iterator[bool]:
    yield is_installed(top)
    yield bool(load_catalogue(CHANNELS).imported(top))
    yield any(top_package(name) == top for name in codebase.imports.externals)
