"""Where modules belong, and what they may import.

What is allowed is found out by trial: hypothetical imports are added between the modules and all others, all at once,
and the new violations tell which pairs are denied. So every kind of contract is taken into account without code of its
own. Limits: metrics are left out, since many imports at once change them; large components are sampled.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product
from typing import Final

from archguard.checking.check import check
from archguard.codebase import Codebase, Pattern
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.effects.interactions import Channel, Interaction, ServiceMap, find_hosts
from archguard.inspection.module_lookup import find_place, groups_of
from archguard.inspection.paths import service_interactions
from archguard.inspection.trial import try_imports
from archguard.kinds.layers import Layers
from archguard.model import Report, new_violations
from archguard.model.names import top_package
from archguard.reporters.phrases import counted, one_line

_PAIRS: Final = 20_000
"""The most hypothetical imports in each direction, which take a second; beyond it, modules are sampled."""


@dataclass(frozen=True)
class Group:
    """Some modules of a component, or of a package outside of all components, and the contracts that deny imports."""

    name: str
    modules: int
    """The number of modules that this applies to."""
    of: int
    """The number of modules in the group."""
    contracts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """The number of lines that call the service or the external host `name` over a channel, or that are in `name`."""

    name: str
    way: Channel
    lines: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """The facts about `module`, which may also be a component, a layer or a service."""

    module: str
    modules: int
    """The number of its modules that have a file."""
    path: str
    """The file of a single module; "" otherwise."""
    service: str
    components: tuple[str, ...]
    layers: Mapping[str, str]
    """Its layer in each contract that has one for it."""
    contracts: tuple[str, ...]
    """The contracts that check it."""
    imports: Mapping[str, int]
    """The number of its imports from elsewhere, by group."""
    imported_by: Mapping[str, int]
    calls: tuple[Call, ...]
    """Its calls of other services and of external hosts."""
    service_called_by: tuple[Call, ...]
    """The calls of its service by others."""
    may_import: tuple[Group, ...]
    must_not_import: tuple[Group, ...]
    may_be_imported_by: tuple[Group, ...]
    must_not_be_imported_by: tuple[Group, ...]


def place_of(config: Config, codebase: Codebase, name: str) -> Place:
    """The facts about the module, file, component, layer or service `name`.

    Raises:
        ArchguardError: `name` is none of these.
    """
    named = find_place(config, codebase, name)
    modules = named.modules
    groups = groups_of(config, codebase)
    before = check(config, codebase=codebase)
    others, files = sorted(codebase.modules - modules), sorted(codebase.sources.keys() - modules)
    sample = _sampled(modules & codebase.sources.keys() or modules, len(others))
    # All at once, as each trial is a check of the whole project.
    outgoing = _denied(config, codebase, before, list(product(sample, others)))
    incoming = _denied(config, codebase, before, list(product(files, sample)))
    may_import, must_not_import = _split(groups, {it: _union(outgoing, product(sample, (it,))) for it in others})
    importers, denied_importers = _split(groups, {it: _union(incoming, product((it,), sample)) for it in files})
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
        calls=_calls((it.callee, it.channel) for it in _interactions(codebase) if it.importer in modules),
        service_called_by=_calls(
            (it.caller, it.channel)
            for it in service_interactions(codebase)
            if it.callee in services and it.importer not in modules
        ),
        may_import=may_import,
        must_not_import=must_not_import,
        may_be_imported_by=importers,
        must_not_be_imported_by=denied_importers,
    )


def render(place: Place) -> str:
    """The facts as text."""
    facts = {
        "file": place.path,
        "modules": "" if place.path else str(place.modules),
        "service": place.service,
        "component": ", ".join(place.components) or "none",
        "layer": ", ".join(f"{layer} (of {contract})" for contract, layer in place.layers.items()),
        "contracts": ", ".join(place.contracts) or "no contract looks at it",
        "imports": _tally(place.imports),
        "imported by": _tally(place.imported_by),
        "calls": _calls_text(place.calls),
        "service is called by": _calls_text(place.service_called_by),
        "may import": _names(place.may_import),
        "must not import": _names(place.must_not_import),
        "may be imported by": _names(place.may_be_imported_by),
        "must not be imported by": _names(place.must_not_be_imported_by),
    }
    lines = (f"    {name + ':':<25}{one_line(fact)}" for name, fact in facts.items() if fact)
    return "\n".join((place.module, *lines))


def _denied(
    config: Config, codebase: Codebase, before: Report, pairs: list[tuple[str, str]]
) -> Mapping[tuple[str, str], set[str]]:
    """The contracts that deny each of `pairs`, which are tried at once."""
    denied: dict[tuple[str, str], set[str]] = {}
    for violation in new_violations(before, try_imports(config, codebase, pairs)):
        denied.setdefault((violation.importer, violation.imported), set()).add(violation.contract)
    return denied


def _split(
    groups: Mapping[str, str], denied: Mapping[str, Iterable[str]]
) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """The modules whose imports are allowed and those whose imports are denied, by group."""
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


def _sampled(modules: Collection[str], others: int) -> list[str]:
    """All of `modules`, or an even sample if trying each with all `others` would take minutes."""
    ordered = sorted(modules)
    limit = max(1, _PAIRS // max(1, others))
    return ordered[:: -(-len(ordered) // limit)]


def _union(denied: Mapping[tuple[str, str], set[str]], pairs: Iterable[tuple[str, str]]) -> set[str]:
    return set().union(*(denied.get(pair, ()) for pair in pairs))


def _services(codebase: Codebase, modules: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name, unit in ServiceMap(codebase).modules.items() if unit & modules)


def _layers(config: Config, codebase: Codebase, modules: frozenset[str]) -> Mapping[str, str]:
    layers = {contract.id: contract.units(codebase) for contract in config.contracts if isinstance(contract, Layers)}
    found = {id_: [name for name, unit in sorted(units.items()) if modules & unit] for id_, units in layers.items()}
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


def _interactions(codebase: Codebase) -> tuple[Interaction, ...]:
    return (*service_interactions(codebase), *find_hosts(codebase, ServiceMap(codebase)))


def _calls(reached: Iterable[tuple[str, Channel]]) -> tuple[Call, ...]:
    return tuple(Call(name, way, lines) for (name, way), lines in sorted(Counter(reached).items()))


def _calls_text(calls: Iterable[Call]) -> str:
    """`payments (HTTP 2), shipping (QUEUE 1)`."""
    return ", ".join(f"{call.name} ({call.way.upper()} {call.lines})" for call in calls)


def _counts(groups: Mapping[str, str], modules: Iterable[str]) -> Mapping[str, int]:
    counts = Counter(groups.get(module, top_package(module)) for module in modules)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _tally(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.items()) or "nothing"


def _names(groups: Iterable[Group]) -> str:
    return ", ".join(map(_group, groups))


def _group(group: Group) -> str:
    some = "" if group.modules == group.of else f"{group.modules} of {counted(group.of, 'module')}"
    details = "; ".join(filter(None, (some, ", ".join(group.contracts))))
    return f"{group.name} ({details})" if details else group.name
