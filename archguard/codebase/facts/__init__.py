"""What one file says, one fact a file; names are resolved by `archguard.semantics`.

A name is imported when it is used: who looks at imports only need not wait for the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from archguard.codebase.facts.calls import Call
    from archguard.codebase.facts.class_counts import ClassCounts
    from archguard.codebase.facts.definitions import ClassDefinition, Definition, FunctionDefinition, Parameter
    from archguard.codebase.facts.directives import Directive
    from archguard.codebase.facts.exceptions import Catch, Raise
    from archguard.codebase.facts.literals import Literal
    from archguard.codebase.facts.references import Reference

_HOMES: Final = {
    "calls": ("Call",),
    "class_counts": ("ClassCounts",),
    "definitions": ("ClassDefinition", "Definition", "FunctionDefinition", "Parameter"),
    "directives": ("Directive",),
    "exceptions": ("Catch", "Raise"),
    "literals": ("Literal",),
    "references": ("Reference",),
}

__all__ = [
    "Call",
    "Catch",
    "ClassCounts",
    "ClassDefinition",
    "Definition",
    "Directive",
    "FunctionDefinition",
    "Literal",
    "Parameter",
    "Raise",
    "Reference",
]


def __getattr__(name: str) -> object:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'archguard.codebase.facts' has no attribute '{name}'")
    return getattr(import_module(f"archguard.codebase.facts.{home}"), name)
