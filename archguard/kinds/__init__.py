"""The kinds of contracts: one file a kind, one line a kind here."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from archguard.kinds.acyclic import Acyclic
from archguard.kinds.contract import Contract, ContractError, Ignore
from archguard.kinds.database import Database
from archguard.kinds.diagram import Diagram
from archguard.kinds.external import External
from archguard.kinds.forbidden import Forbidden
from archguard.kinds.gateway import Gateway
from archguard.kinds.independence import Independence
from archguard.kinds.layers import Layer, Layers
from archguard.kinds.metrics import Metrics
from archguard.kinds.protected import Protected
from archguard.kinds.services import Services
from archguard.kinds.structure import Structure

BUILT_IN: tuple[type[Contract], ...] = (
    Layers,
    Forbidden,
    Independence,
    Protected,
    Acyclic,
    External,
    Database,
    Gateway,
    Services,
    Structure,
    Metrics,
    Diagram,
)


@cache
def kinds() -> Mapping[str, type[Contract]]:
    """Every kind by its name: the built-in ones, and those that distributions bring as entry points."""
    found = {point.name: point.load() for point in entry_points(group="archguard.kinds")}
    return {kind.kind: kind for kind in BUILT_IN} | found


__all__ = [
    "Acyclic",
    "Contract",
    "ContractError",
    "Database",
    "Diagram",
    "External",
    "Forbidden",
    "Gateway",
    "Ignore",
    "Independence",
    "Layer",
    "Layers",
    "Metrics",
    "Protected",
    "Services",
    "Structure",
    "kinds",
]
