"""The kinds of contracts: one file a kind, one line a kind here.

A kind is imported when a contract of it is read, so that a project does not pay for the imports of other kinds.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

from archguard.kinds.contract import Contract, ContractError, Ignore
from archguard.kinds.plugins import plugged_in

if TYPE_CHECKING:
    from archguard.kinds.access import Access
    from archguard.kinds.acyclic import Acyclic
    from archguard.kinds.api import Api
    from archguard.kinds.database import Database
    from archguard.kinds.diagram import Diagram
    from archguard.kinds.effects import Effects
    from archguard.kinds.external import External
    from archguard.kinds.forbidden import Forbidden
    from archguard.kinds.gateway import Gateway
    from archguard.kinds.independence import Independence
    from archguard.kinds.layers import Layer, Layers
    from archguard.kinds.metrics import Metrics
    from archguard.kinds.protected import Protected
    from archguard.kinds.services import Services
    from archguard.kinds.structure import Structure

BUILT_IN: Final = (
    "layers",
    "forbidden",
    "independence",
    "protected",
    "acyclic",
    "external",
    "database",
    "gateway",
    "effects",
    "services",
    "api",
    "access",
    "structure",
    "metrics",
    "diagram",
)
"""The kind `layers` is the class `Layers` in the file `layers`."""


def find_kind(name: str) -> type[Contract] | None:
    """The kind with that name, or None. Kinds of plugins take precedence over built-in ones."""
    return plugged_in().get(name) or (_built_in(name) if name in BUILT_IN else None)


@cache
def kinds() -> Mapping[str, type[Contract]]:
    """Every kind by its name: the built-in ones, and those that plugins register as entry points."""
    return {name: _built_in(name) for name in BUILT_IN} | plugged_in()


def _built_in(name: str) -> type[Contract]:
    kind: type[Contract] = getattr(import_module(f"archguard.kinds.{name}"), name.capitalize())
    return kind


def __getattr__(name: str) -> object:
    kind = "layers" if name == "Layer" else name.lower()
    if kind not in BUILT_IN:
        raise AttributeError(f"module 'archguard.kinds' has no attribute '{name}'")
    return getattr(import_module(f"archguard.kinds.{kind}"), name)


__all__ = [
    "Access",
    "Acyclic",
    "Api",
    "Contract",
    "ContractError",
    "Database",
    "Diagram",
    "Effects",
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
    "find_kind",
    "kinds",
]
