"""Which of the packs that ship with archguard the code fits already."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from archguard.codebase import Codebase, Component, Pattern
from archguard.config import Config, contract_faults, find_pack, read_config
from archguard.kinds import Layers
from archguard.onboarding.pattern_writer import is_in, patterns_for

_BY_FRAMEWORK = {"fastapi": "fastapi-layered", "flask": "flask-layered", "django": "django-layered"}
_FOR_ANY = ("hexagonal", "clean", "layered", "modular-monolith")
_MOST_BROKEN = 0.05
"""A pack fits if no more than this share of the imports that it looks at goes against it."""
_LEAST_COVERED = 0.5
"""A pack for one code base fits if its components are this share of the modules."""
_MANY = 6
"""A component that needs more patterns than that is not meant by its name here."""
_NEARLY_ALL = 0.8
"""One module with this share of a component is the component."""


@dataclass(frozen=True)
class Fit:
    """A pack, and the modules that its components are here."""

    pack: str
    components: Mapping[str, Component]
    kinds: frozenset[str]
    """The kinds of its contracts."""


def fitting_pack(codebase: Codebase, root: Path, frameworks: Collection[str]) -> Fit | None:
    """The first pack that suits the frameworks and that the code fits."""
    own = [pack for framework, pack in _BY_FRAMEWORK.items() if framework in frameworks]
    names = ["microservices"] if codebase.services else [*own, *_FOR_ANY]
    return next((fit for name in names if (fit := _fit(codebase, read_config([find_pack(name)], root), name))), None)


def roles(codebase: Codebase, root: Path, framework: str) -> Mapping[str, Component]:
    """Those layers of a framework's pack that are there, from top to bottom; none where it has no pack."""
    if framework not in _BY_FRAMEWORK:
        return {}
    config = read_config([find_pack(_BY_FRAMEWORK[framework])], root)
    found = _found(codebase, config.components)
    layers = next(contract.layers for contract in config.contracts if isinstance(contract, Layers))
    names = [str(name) for level in layers for name in level.modules]
    return {name: found[name] for name in names if name in found} if _is_plain(found) else {}


def _fit(codebase: Codebase, config: Config, name: str) -> Fit | None:
    found = _found(codebase, config.components)
    trial = replace(codebase, components={**config.components, **found})
    if config.components and not (_is_plain(found) and (codebase.services or _covers(trial, found))):
        return None
    if any(fault for contract in config.contracts for fault in contract_faults(config, trial, contract)):
        return None
    broken = sum(1 for contract in config.contracts for _ in contract.check(trial))
    looked_at = trial.imports.count(frozenset().union(*(contract.scope(trial) for contract in config.contracts)))
    if broken > _MOST_BROKEN * looked_at:
        return None
    return Fit(name, found, frozenset(contract.kind for contract in config.contracts))


def _is_plain(found: Mapping[str, Component]) -> bool:
    """Whether few patterns say what each component is."""
    return all(len(component.modules) + len(component.except_) <= _MANY for component in found.values())


def _covers(codebase: Codebase, found: Collection[str]) -> bool:
    inside = codebase.members(map(Pattern, found))
    return len(inside) >= _LEAST_COVERED * len(codebase.modules)


def _found(codebase: Codebase, components: Mapping[str, Component]) -> Mapping[str, Component]:
    """The topmost modules that the components' patterns match, each for one component only."""
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
    return _apart(codebase, {name: _patterns(codebase, owners, name) for name in components if name in owners.values()})


def _patterns(codebase: Codebase, owners: Mapping[str, str], name: str) -> tuple[Pattern, ...]:
    """What the modules of one component are called; modules below those of others may be meant too."""
    own = _main(codebase, [anchor for anchor, owner in owners.items() if owner == name])
    others = [anchor for anchor, owner in owners.items() if owner != name]
    return tuple(map(Pattern, patterns_for(codebase, own, others)))


def _apart(codebase: Codebase, patterns: Mapping[str, tuple[Pattern, ...]]) -> Mapping[str, Component]:
    """Components that leave out what others mean as well."""
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
    """The one of `anchors` that nearly all of their modules are in; all of them if there is none."""
    sizes = {anchor: len(codebase.units(Pattern(anchor))[anchor]) for anchor in anchors}
    return [anchor for anchor, size in sizes.items() if size >= _NEARLY_ALL * sum(sizes.values())] or anchors
