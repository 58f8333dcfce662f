"""Name resolution and type inference on demand, across the modules of the project.

`SemanticModel(FileIndex(codebase.sources), external_models)` has:

- `scope(module)`: the module's `Scope`; facts are extracted from it by `Call.within(scope, source)` and the like
- `resolve(name, at)`: the bindings, modules or external symbols that a name refers to
- `infer(node, at)`: the types of an expression (`call.node.func` at `call.at`, say)
- `callees(node, at)`: the qualified names of the callees of a call: `requests.get`, `httpx.AsyncClient.get`
- `string_value(node, at)`: the string that an expression evaluates to, with None for unknown parts
- `infer_annotation(node, at)`: the instances that an annotation describes
- `mro(cls)`: a class of the project and all its bases

`ExternalModels` describes packages that are not part of the project. `model.py` explains the inference and its limits.
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
