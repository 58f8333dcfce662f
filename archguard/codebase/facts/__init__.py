"""Syntactic facts of one file; `archguard.semantics` resolves their names.

The submodules are imported lazily: checks of imports need none of them.
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

_EXPORTS: Final = {
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
    home = next((home for home, names in _EXPORTS.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'archguard.codebase.facts' has no attribute '{name}'")
    return getattr(import_module(f"archguard.codebase.facts.{home}"), name)
