"""What one file says, a fact a file. The only door to `ast`.

Facts are as written; `archguard.codebase.names` follows the names in them to what they stand for.
"""

from archguard.codebase.facts.calls import Call
from archguard.codebase.facts.classes import Classes
from archguard.codebase.facts.definitions import ClassDefinition, Definition, FunctionDefinition, Parameter
from archguard.codebase.facts.directives import Directive
from archguard.codebase.facts.exceptions import Catch, Raise
from archguard.codebase.facts.imports import Import, ImportTrait
from archguard.codebase.facts.literals import Literal
from archguard.codebase.facts.mentions import Mention
from archguard.codebase.facts.scopes import Binding, Chain, Position, Scope, Step

__all__ = [
    "Binding",
    "Call",
    "Catch",
    "Chain",
    "ClassDefinition",
    "Classes",
    "Definition",
    "Directive",
    "FunctionDefinition",
    "Import",
    "ImportTrait",
    "Literal",
    "Mention",
    "Parameter",
    "Position",
    "Raise",
    "Scope",
    "Step",
]
