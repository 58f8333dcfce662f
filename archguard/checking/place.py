"""Where a module belongs, and what that lets it do."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from archguard.checking.check import check
from archguard.checking.named import find_module, groups_of
from archguard.checking.why import new_violations
from archguard.codebase import Codebase, Pattern, suppose
from archguard.config import Config
from archguard.kinds import Contract
from archguard.kinds.layers import Layers
from archguard.kinds.metrics import Metrics
from archguard.model import Report
from archguard.reporters.wording import counted, one_line


@dataclass(frozen=True)
class Group:
    """Some modules of a component, or of a package that is in none, and the contracts that keep them apart."""

    name: str
    modules: int
    """How many of them it is about."""
    of: int
    """How many there are."""
    contracts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """What there is to know about `module`."""

    module: str
    path: str
    service: str
    components: tuple[str, ...]
    layers: Mapping[str, str]
    """Its layer by the contract that has it."""
    contracts: tuple[str, ...]
    """The contracts that look at it."""
    imports: Mapping[str, int]
    """How many imports it has, by component or package."""
    imported_by: Mapping[str, int]
    may_import: tuple[Group, ...]
    must_not_import: tuple[Group, ...]
    may_be_imported_by: tuple[Group, ...]
    must_not_be_imported_by: tuple[Group, ...]


def place_of(config: Config, codebase: Codebase, name: str) -> Place:
    """The place of the module, or of the file, `name`.

    Raises:
        ArchguardError: there is no such module.
    """
    module = find_module(codebase, name)
    groups = groups_of(config, codebase)
    before = check(config, codebase=codebase)
    others, files = sorted(codebase.modules - {module}), sorted(codebase.sources.keys() - {module})
    ahead = _denied(config, codebase, before, [(module, other) for other in others])
    back = _denied(config, codebase, before, [(other, module) for other in files])
    may_import, must_not_import = _split(groups, {other: ahead.get((module, other), set()) for other in others})
    importers, strangers = _split(groups, {other: back.get((other, module), set()) for other in files})
    return Place(
        module=module,
        path=codebase.shown(module),
        service=_service(codebase, module),
        components=tuple(name for name in config.components if module in codebase.members((Pattern(name),))),
        layers=_layers(config, codebase, module),
        contracts=tuple(contract.id for contract in config.contracts if module in _scope(contract, codebase)),
        imports=_counts(groups, _imported(codebase, module)),
        imported_by=_counts(groups, _importers(codebase, module)),
        may_import=may_import,
        must_not_import=must_not_import,
        may_be_imported_by=importers,
        must_not_be_imported_by=strangers,
    )


def render(place: Place) -> str:
    """The place for people."""
    facts = {
        "file": place.path,
        "service": place.service,
        "component": ", ".join(place.components) or "none",
        "layer": ", ".join(f"{layer} (of {contract})" for contract, layer in place.layers.items()),
        "contracts": ", ".join(place.contracts) or "no contract looks at it",
        "imports": _tally(place.imports),
        "imported by": _tally(place.imported_by),
        "may import": _names(place.may_import),
        "must not import": _names(place.must_not_import),
        "may be imported by": _names(place.may_be_imported_by),
        "must not be imported by": _names(place.must_not_be_imported_by),
    }
    lines = (f"    {name + ':':<25}{one_line(told)}" for name, told in facts.items() if told)
    return "\n".join((place.module, *lines))


def _denied(
    config: Config, codebase: Codebase, before: Report, pairs: list[tuple[str, str]]
) -> Mapping[tuple[str, str], set[str]]:
    """The contracts that deny each of `pairs`, all of which are tried at once, so that numbers would say nothing."""
    denied: dict[tuple[str, str], set[str]] = {}
    asked = replace(config, contracts=tuple(one for one in config.contracts if not isinstance(one, Metrics)))
    for violation in new_violations(before, check(asked, codebase=suppose(codebase, pairs))):
        denied.setdefault((violation.importer, violation.imported), set()).add(violation.contract)
    return denied


def _split(
    groups: Mapping[str, str], denied: Mapping[str, Iterable[str]]
) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """The modules that are allowed and those that are not, by group."""
    total = Counter(groups[module] for module in denied)
    refused = Counter(groups[module] for module, contracts in denied.items() if contracts)
    by: dict[str, set[str]] = {}
    for module, contracts in denied.items():
        by.setdefault(groups[module], set()).update(contracts)
    allowed = (Group(name, count - refused[name], count) for name, count in sorted(total.items()))
    return (
        tuple(group for group in allowed if group.modules),
        tuple(Group(name, refused[name], total[name], tuple(sorted(by[name]))) for name in sorted(refused)),
    )


def _service(codebase: Codebase, module: str) -> str:
    prefix = module.rpartition("::")[0]
    sharing = (name for name, service in codebase.services.items() if module in codebase.members(service.modules))
    return prefix or next(sharing, "")


def _layers(config: Config, codebase: Codebase, module: str) -> Mapping[str, str]:
    stacks = {contract.id: contract.units(codebase) for contract in config.contracts if isinstance(contract, Layers)}
    return {
        contract: name for contract, units in stacks.items() for name, unit in sorted(units.items()) if module in unit
    }


def _scope(contract: Contract, codebase: Codebase) -> frozenset[str]:
    return contract.scope(codebase)


def _imported(codebase: Codebase, module: str) -> Iterator[str]:
    for imported, lines in codebase.imports.imported_by(module).items():
        yield from [imported] * len(lines)


def _importers(codebase: Codebase, module: str) -> Iterator[str]:
    for importer in codebase.imports.importers.get(module, ()):
        yield from [importer] * len(codebase.imports.imported_by(importer)[module])


def _counts(groups: Mapping[str, str], modules: Iterable[str]) -> Mapping[str, int]:
    counts = Counter(groups.get(module, module.partition(".")[0]) for module in modules)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _tally(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.items()) or "nothing"


def _names(groups: Iterable[Group]) -> str:
    return ", ".join(map(_group, groups))


def _group(group: Group) -> str:
    some = "" if group.modules == group.of else f"{group.modules} of {counted(group.of, 'module')}"
    told = "; ".join(filter(None, (some, ", ".join(group.contracts))))
    return f"{group.name} ({told})" if told else group.name
