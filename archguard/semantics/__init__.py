"""Following names on demand, across the modules of the project, to what they stand for.

`Names(Files(codebase.sources), library)` answers:

- `names.scope(module)`: the module's `Scope`; facts come from it by `Call.within(scope, source)` and the like
- `names.value(node, at)`: what an expression stands for (`call.node.func` at `call.at`, say)
- `names.callees(node, at)`: the dotted names of what a call calls: `requests.get`, `httpx.AsyncClient.get`
- `names.text(node, at)`: the text that an expression makes, with None for what is not known
- `names.annotated(node, at)`: the objects that an annotation speaks of
- `names.lineage(cls)`: a class of the project and all that it derives from

The `Library` says what comes out of packages that are not part of the project.
"""

from archguard.semantics.annotations import provided
from archguard.semantics.app_state import app_state_writers, reads_app_state
from archguard.semantics.bindings import bindings
from archguard.semantics.external_models import ExternalModels
from archguard.semantics.index import FileIndex
from archguard.semantics.model import SemanticModel
from archguard.semantics.string_values import StringValue
from archguard.semantics.types import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    ModuleType,
    Type,
    Types,
    qualified_name,
)

__all__ = [
    "ClassType",
    "ExternalMember",
    "ExternalModels",
    "ExternalSymbol",
    "FileIndex",
    "FunctionType",
    "InstanceType",
    "ModuleType",
    "SemanticModel",
    "StringValue",
    "Type",
    "Types",
    "app_state_writers",
    "bindings",
    "provided",
    "qualified_name",
    "reads_app_state",
]
