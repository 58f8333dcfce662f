"""Find the first shipped pack that the code fits: its components exist and few imports break its contracts.

How it works: match the patterns of the pack's components against the code, keep the topmost matching modules, and run
the pack's contracts on trial. Candidates are the packs of the frameworks in use, then the general ones.

Cost: one check of the code per candidate whose components match.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from archguard.codebase import Codebase, Component, Pattern
from archguard.config import Config, contract_faults, find_pack, read_config
from archguard.kinds import Layers
from archguard.onboarding.pattern_writer import is_in, patterns_for
from archguard.onboarding.usual_names import USUAL_NAMES

_MAX_BROKEN_SHARE = 0.05
"""A pack fits if at most this share of the imports in its scope breaks its contracts."""
_MIN_COVERAGE = 0.5
"""A pack fits if its components contain at least this share of the modules; not required of services."""
_MAX_PATTERNS = 6
"""If a component needs more patterns, its name matches by coincidence in this code base."""
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


def roles(codebase: Codebase, root: Path, framework: str) -> Mapping[str, Component]:
    """The layers of a framework's pack that exist in the code, from top to bottom; {} if it has no pack."""
    if framework not in USUAL_NAMES.packs:
        return {}
    config = read_config([find_pack(USUAL_NAMES.packs[framework])], root)
    found = _find_components(codebase, config.components)
    layers = next(contract.layers for contract in config.contracts if isinstance(contract, Layers))
    names = [str(name) for level in layers for name in level.modules]
    return {name: found[name] for name in names if name in found} if _is_plain(found) else {}


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
    for _, anchor, name in sorted(anchors):
        if not is_in(anchor, owners):
            owners[anchor] = name
    return _disjoint_components(
        codebase, {name: _patterns(codebase, owners, name) for name in components if name in owners.values()}
    )


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
