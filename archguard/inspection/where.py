"""Where modules belong, and what that lets them do."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from archguard.checking.check import check
from archguard.codebase import Codebase, Pattern, with_hypothetical_imports
from archguard.config import Config
from archguard.effects.interactions import Channel, Interaction, ServiceMap, find_hosts
from archguard.inspection.module_lookup import find_place, groups_of
from archguard.inspection.paths import calls_of_services
from archguard.inspection.why import new_violations
from archguard.kinds.layers import Layers
from archguard.kinds.metrics import Metrics
from archguard.model import Report
from archguard.reporters.phrases import counted, one_line

_PAIRS: Final = 20_000
"""Up to so many imports are tried each way, which takes a second; a component of a large code base is sampled."""


@dataclass(frozen=True)
class Group:
    """Some modules of a component, or of a package that is in none, and the contracts that keep them apart."""

    name: str
    modules: int
    """How many of them it is about."""
    of: int
    """How many there are."""
    contracts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """So many lines of code reach the service, or the host outside, `name` over `way`; or are those of `name`."""

    name: str
    way: Channel
    lines: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """What there is to know about `module`, which may also be a component, a layer or a service with its modules."""

    module: str
    modules: int
    """How many modules with a file are in it."""
    path: str
    """The file of a module; "" for anything else."""
    service: str
    components: tuple[str, ...]
    layers: Mapping[str, str]
    """Its layers by the contract that has them."""
    contracts: tuple[str, ...]
    """The contracts that look at it."""
    imports: Mapping[str, int]
    """How many imports it has from elsewhere, by component or package."""
    imported_by: Mapping[str, int]
    calls: tuple[Call, ...]
    """What it reaches without importing it: other services, and hosts outside."""
    service_called_by: tuple[Call, ...]
    """What reaches its service like that."""
    may_import: tuple[Group, ...]
    must_not_import: tuple[Group, ...]
    may_be_imported_by: tuple[Group, ...]
    must_not_be_imported_by: tuple[Group, ...]


def place_of(config: Config, codebase: Codebase, name: str) -> Place:
    """The place of the module, file, component, layer or service `name`.

    Raises:
        ArchguardError: there is none of these.
    """
    named = find_place(config, codebase, name)
    modules = named.modules
    groups = groups_of(config, codebase)
    before = check(config, codebase=codebase)
    others, files = sorted(codebase.modules - modules), sorted(codebase.sources.keys() - modules)
    tried = _some(modules & codebase.sources.keys() or modules, len(others))
    ahead = _denied(config, codebase, before, list(product(tried, others)))
    back = _denied(config, codebase, before, list(product(files, tried)))
    may_import, must_not_import = _split(groups, {it: _union(ahead, product(tried, (it,))) for it in others})
    importers, strangers = _split(groups, {it: _union(back, product((it,), tried)) for it in files})
    services = _services(codebase, modules)
    return Place(
        module=named.name,
        modules=len(modules & codebase.sources.keys()),
        path=codebase.display_path(named.name),
        service=", ".join(services),
        components=tuple(it for it in config.components if modules & codebase.members((Pattern(it),))),
        layers=_layers(config, codebase, modules),
        contracts=tuple(contract.id for contract in config.contracts if modules & contract.scope(codebase)),
        imports=_counts(groups, _imported(codebase, modules)),
        imported_by=_counts(groups, _importers(codebase, modules)),
        calls=_calls((it.callee, it.channel) for it in _reached(codebase) if it.importer in modules),
        service_called_by=_calls(
            (it.caller, it.channel)
            for it in calls_of_services(codebase)
            if it.callee in services and it.importer not in modules
        ),
        may_import=may_import,
        must_not_import=must_not_import,
        may_be_imported_by=importers,
        must_not_be_imported_by=strangers,
    )


def render(place: Place) -> str:
    """The place for people."""
    facts = {
        "file": place.path,
        "modules": "" if place.path else str(place.modules),
        "service": place.service,
        "component": ", ".join(place.components) or "none",
        "layer": ", ".join(f"{layer} (of {contract})" for contract, layer in place.layers.items()),
        "contracts": ", ".join(place.contracts) or "no contract looks at it",
        "imports": _tally(place.imports),
        "imported by": _tally(place.imported_by),
        "calls": _told(place.calls),
        "service is called by": _told(place.service_called_by),
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
    for violation in new_violations(before, check(asked, codebase=with_hypothetical_imports(codebase, pairs))):
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


def _some(modules: Collection[str], others: int) -> list[str]:
    """All of `modules`, or evenly chosen ones where trying each with all `others` would take minutes."""
    ordered = sorted(modules)
    most = max(1, _PAIRS // max(1, others))
    return ordered[:: -(-len(ordered) // most)]


def _union(denied: Mapping[tuple[str, str], set[str]], pairs: Iterable[tuple[str, str]]) -> set[str]:
    return set().union(*(denied.get(pair, ()) for pair in pairs))


def _services(codebase: Codebase, modules: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name, unit in ServiceMap(codebase).modules.items() if unit & modules)


def _layers(config: Config, codebase: Codebase, modules: frozenset[str]) -> Mapping[str, str]:
    stacks = {contract.id: contract.units(codebase) for contract in config.contracts if isinstance(contract, Layers)}
    found = {id_: [name for name, unit in sorted(units.items()) if modules & unit] for id_, units in stacks.items()}
    return {id_: ", ".join(names) for id_, names in found.items() if names}


def _imported(codebase: Codebase, modules: frozenset[str]) -> Iterator[str]:
    for module in modules:
        for imported, lines in codebase.imports.imported_by(module).items():
            if imported not in modules:
                yield from [imported] * len(lines)


def _importers(codebase: Codebase, modules: frozenset[str]) -> Iterator[str]:
    for module in modules:
        for importer in codebase.imports.importers.get(module, ()):
            if importer not in modules:
                yield from [importer] * len(codebase.imports.imported_by(importer)[module])


def _reached(codebase: Codebase) -> tuple[Interaction, ...]:
    return (*calls_of_services(codebase), *find_hosts(codebase, ServiceMap(codebase)))


def _calls(reached: Iterable[tuple[str, Channel]]) -> tuple[Call, ...]:
    return tuple(Call(name, way, lines) for (name, way), lines in sorted(Counter(reached).items()))


def _told(calls: Iterable[Call]) -> str:
    """`payments (HTTP 2), shipping (QUEUE 1)`."""
    return ", ".join(f"{call.name} ({call.way.upper()} {call.lines})" for call in calls)


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
