"""Where a module belongs, without trying what it may import: in milliseconds, for a hover in an editor.

`place_of` in `where.py` says more, and tries thousands of imports for it. Cost: sets of modules of each component,
service and contract, most of which the codebase has memoized: 0.7 ms for the 14 contracts of all kinds on Django.
"""

from collections.abc import Iterable, Iterator, Mapping

from archguard.codebase import Codebase, Pattern
from archguard.config import Config
from archguard.dataclass import dataclass
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
    layers = {it.id: it.units(codebase) for it in config.contracts if isinstance(it, Layers)}
    return ModulePlace(
        module=module,
        is_inside=True,
        components=tuple(_with(module, config.components, codebase)),
        layers={id_: name for id_, units in layers.items() if (name := _name_of(units, module))},
        service=next(_with(module, config.services, codebase), ""),
        contracts=tuple(contract for contract in config.contracts if module in contract.scope(codebase)),
    )


def _with(module: str, names: Iterable[str], codebase: Codebase) -> Iterator[str]:
    """Those of the components or services `names` that `module` belongs to."""
    return (name for name in names if module in codebase.members((Pattern(name),)))


def _name_of(units: Mapping[str, frozenset[str]], module: str) -> str:
    return next((name for name, members in units.items() if module in members), "")
