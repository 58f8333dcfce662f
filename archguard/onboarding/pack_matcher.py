"""Find the first shipped pack that the code fits: its components exist and few imports break its contracts.

How it works: match the patterns of the pack's components against the code, keep the topmost matching modules, and run
the pack's contracts on trial. Candidates are the packs of the frameworks in use, then the general ones.

Cost: one check of the code per candidate whose components match.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from archguard.codebase import Codebase, Component, Pattern
from archguard.config import Config, contract_faults, find_pack, read_config
from archguard.dataclass import dataclass
from archguard.model.names import is_below, top_package
from archguard.onboarding.pattern_writer import is_in, patterns_for
from archguard.onboarding.roles import role_patterns
from archguard.onboarding.usual_names import USUAL_NAMES

_MAX_BROKEN_SHARE = 0.05
"""A pack fits if at most this share of the imports in its scope breaks its contracts."""
_MIN_COVERAGE = 0.5
"""A pack fits if its components contain at least this share of the modules; not required of services."""
_MAX_PATTERNS = 6
"""If a component needs more patterns, its name matches by coincidence in this code base."""
_MAX_ROLE_PATTERNS = 12
"""The same for a role, which has many usual names: views, forms, serializers, urls."""
_MAIN_SHARE = 0.8
"""If one module contains this share of a component, it is the whole component."""


@dataclass(frozen=True)
class Fit:
    """A pack that fits, and its components as patterns for this code base."""

    pack: str
    components: Mapping[str, Component]
    kinds: frozenset[str]
    """The kinds of its contracts."""


def fitting_pack(codebase: Codebase, root: Path, frameworks: Collection[str]) -> Fit | None:
    """The first pack for the frameworks, or for any code, that the code fits; None if there is none."""
    own = [pack for framework, pack in USUAL_NAMES.packs.items() if framework in frameworks]
    names = ["microservices"] if codebase.services else [*own, *USUAL_NAMES.general_packs]
    return next((fit for name in names if (fit := _fit(codebase, read_config([find_pack(name)], root), name))), None)


def repeated_roles(codebase: Codebase) -> Mapping[str, Component]:
    """The components of roles that repeat in features; {} unless two of them do: one alone has no order."""
    found = _find_components(codebase, role_patterns())
    repeated = {name: role_patterns()[name] for name, it in found.items() if _is_repeated(it)}
    return _find_components(codebase, repeated) if len(repeated) > 1 else {}


def _is_repeated(component: Component) -> bool:
    is_plain = len(component.modules) + len(component.except_) <= _MAX_ROLE_PATTERNS
    return is_plain and any(not pattern.literal for pattern in component.modules)


def _fit(codebase: Codebase, config: Config, name: str) -> Fit | None:
    found = _find_components(codebase, config.components)
    trial = replace(codebase, components={**config.components, **found})
    if config.components and not (_is_plain(found) and (codebase.services or _covers(trial, found))):
        return None
    if any(contract_faults(config, trial, contract).errors for contract in config.contracts):
        return None
    broken = sum(1 for contract in config.contracts for _ in contract.check(trial))
    in_scope = trial.imports.count(frozenset().union(*(contract.scope(trial) for contract in config.contracts)))
    if broken > _MAX_BROKEN_SHARE * in_scope:
        return None
    return Fit(name, found, frozenset(contract.kind for contract in config.contracts))


def _is_plain(found: Mapping[str, Component]) -> bool:
    """Whether few patterns suffice for each component."""
    return all(len(component.modules) + len(component.except_) <= _MAX_PATTERNS for component in found.values())


def _covers(codebase: Codebase, found: Collection[str]) -> bool:
    inside = codebase.members(map(Pattern, found))
    return len(inside) >= _MIN_COVERAGE * len(codebase.modules)


def _find_components(codebase: Codebase, components: Mapping[str, Component]) -> Mapping[str, Component]:
    """The components with the topmost modules that their patterns match; each module is in one component only."""
    owners: dict[str, str] = {}
    anchors = [
        (anchor.count("."), anchor, name)
        for name, component in components.items()
        for pattern in component.modules
        for anchor in codebase.anchors(pattern)
    ]
    named = {anchor: name for _, anchor, name in sorted(anchors, reverse=True)}
    for _, anchor, name in sorted(anchors):
        if not is_in(anchor, owners) and not _holds_features(anchor, named, tuple(components)):
            owners[anchor] = name
    return _disjoint_components(
        codebase, {name: _patterns(codebase, owners, name) for name in components if name in owners.values()}
    )


def _holds_features(anchor: str, named: Mapping[str, str], order: tuple[str, ...]) -> bool:
    """Whether `anchor` is a feature, or a package of features, that is merely called like a component.

    A Django app `api` has views and models of its own; a package `domain` of features has controllers in each of them.
    """
    top, bottom = order[0], order[-1]
    inside = [other for other in named if is_below(other, anchor)]
    own = {named[other] for other in inside if other.count(".") == anchor.count(".") + 1}
    tops = {top_package(other.removeprefix(f"{anchor}.")) for other in inside if named[other] == top}
    return {top, bottom} <= own if named[anchor] == top else len(tops) > 1


def _patterns(codebase: Codebase, owners: Mapping[str, str], name: str) -> tuple[Pattern, ...]:
    """Patterns for the modules of one component; they may also match modules below those of other components."""
    own = _main(codebase, [anchor for anchor, owner in owners.items() if owner == name])
    others = [anchor for anchor, owner in owners.items() if owner != name]
    return tuple(map(Pattern, patterns_for(codebase, own, others)))


def _disjoint_components(codebase: Codebase, patterns: Mapping[str, tuple[Pattern, ...]]) -> Mapping[str, Component]:
    """Components that exclude (`except`) the overlapping patterns of other components."""
    return {
        name: Component(
            modules=own,
            except_=tuple(
                pattern
                for other, theirs in patterns.items()
                for pattern in theirs
                if other != name and codebase.members(own) & codebase.members((pattern,))
            ),
        )
        for name, own in patterns.items()
    }


def _main(codebase: Codebase, anchors: list[str]) -> list[str]:
    """The one of `anchors` that contains nearly all of their modules; all of them if there is none."""
    sizes = {anchor: len(codebase.units(Pattern(anchor))[anchor]) for anchor in anchors}
    return [anchor for anchor, size in sizes.items() if size >= _MAIN_SHARE * sum(sizes.values())] or anchors
