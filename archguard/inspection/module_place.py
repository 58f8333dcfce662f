"""Where a module belongs, without trying what it may import: in milliseconds, for a hover in an editor.

`place_of` in `where.py` says more, and tries thousands of imports for it. Cost: the first time for a codebase, the
modules that each contract looks at are collected; afterwards it is a look-up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from archguard.codebase import Codebase, Pattern
from archguard.config import Config
from archguard.kinds import Contract
from archguard.kinds.layers import Layers


@dataclass(frozen=True, kw_only=True)
class ModulePlace:
    """Where `module` belongs."""

    module: str
    is_inside: bool
    """Whether it is a module of the project."""
    components: tuple[str, ...] = ()
    layers: Mapping[str, str]
    """Its layer in each contract that has one for it."""
    service: str = ""
    contracts: tuple[Contract, ...] = ()
    """The contracts that look at it, in the order of the configuration."""


def place_of_module(config: Config, codebase: Codebase, module: str) -> ModulePlace:
    """Where `module` belongs; one that is no module of the project belongs nowhere."""
    if module not in codebase.modules:
        return ModulePlace(module=module, is_inside=False, layers={})
    units = _Units.of(config, codebase)
    return ModulePlace(
        module=module,
        is_inside=True,
        components=tuple(name for name, members in units.components.items() if module in members),
        layers={id_: name for id_, layers in units.layers.items() if (name := _name_of(layers, module))},
        service=next((name for name, members in units.services.items() if module in members), ""),
        contracts=tuple(contract for contract in config.contracts if module in units.scopes[contract.id]),
    )


@dataclass(frozen=True)
class _Units:
    """The sets of modules that the configuration distinguishes, by name."""

    components: Mapping[str, frozenset[str]]
    services: Mapping[str, frozenset[str]]
    layers: Mapping[str, Mapping[str, frozenset[str]]]
    scopes: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, config: Config, codebase: Codebase) -> "_Units":
        """The sets of `codebase`, memoized in it."""
        found: _Units | None = codebase.memo.get(_KEY)
        if found is None:
            found = codebase.memo[_KEY] = cls(
                components={name: codebase.members((Pattern(name),)) for name in config.components},
                services={name: codebase.members((Pattern(name),)) for name in config.services},
                layers={it.id: it.units(codebase) for it in config.contracts if isinstance(it, Layers)},
                scopes={contract.id: contract.scope(codebase) for contract in config.contracts},
            )
        return found


_KEY = "places of modules"


def _name_of(units: Mapping[str, frozenset[str]], module: str) -> str:
    return next((name for name, members in units.items() if module in members), "")
