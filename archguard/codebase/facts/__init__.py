"""What one file says, a fact a file. The only door to `ast`.

Facts are as written; `archguard.codebase.names` follows the names in them to what they stand for.
A name is imported when it is used: who looks at imports only need not wait for the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from archguard.codebase.facts.calls import Call
    from archguard.codebase.facts.classes import ClassCounts
    from archguard.codebase.facts.definitions import ClassDefinition, Definition, FunctionDefinition, Parameter
    from archguard.codebase.facts.directives import Directive
    from archguard.codebase.facts.exceptions import Catch, Raise
    from archguard.codebase.facts.imports import Import, ImportTrait
    from archguard.codebase.facts.literals import Literal
    from archguard.codebase.facts.mentions import Reference
    from archguard.codebase.facts.reader import read_scope
    from archguard.codebase.facts.scopes import AccessPath, Binding, Position, Scope
    from archguard.codebase.facts.steps import Access

_HOMES: Final = {
    "calls": ("Call",),
    "classes": ("Classes",),
    "definitions": ("ClassDefinition", "Definition", "FunctionDefinition", "Parameter"),
    "directives": ("Directive",),
    "exceptions": ("Catch", "Raise"),
    "imports": ("Import", "ImportTrait"),
    "literals": ("Literal",),
    "mentions": ("Mention",),
    "reader": ("read_scope",),
    "scopes": ("Binding", "Chain", "Position", "Scope"),
    "steps": ("Step",),
}

__all__ = [
    "Access",
    "AccessPath",
    "Binding",
    "Call",
    "Catch",
    "ClassCounts",
    "ClassDefinition",
    "Definition",
    "Directive",
    "FunctionDefinition",
    "Import",
    "ImportTrait",
    "Literal",
    "Parameter",
    "Position",
    "Raise",
    "Reference",
    "Scope",
    "read_scope",
]


def __getattr__(name: str) -> object:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'archguard.codebase.facts' has no attribute '{name}'")
    return getattr(import_module(f"archguard.codebase.facts.{home}"), name)
