"""Name resolution and type inference on demand, across the modules of the project.

`SemanticModel(FileIndex(codebase.sources), external_models)` is the door. Its ten methods:

- `scope(module)`: the module's `Scope`; facts are extracted from it by `Call.within(scope, source)` and the like
- `resolve(name, at)`: the bindings, modules or external symbols that a name refers to
- `infer(node, at)`: the types of an expression (`call.node.func` at `call.at`, say)
- `infer_annotation(node, at)`: the instances that an annotation describes
- `infer_origin(origin)`: the types of what a name resolves to, such as a parameter
- `callees(node, at)`: the qualified names of the callees of a call: `requests.get`, `httpx.AsyncClient.get`
- `return_types(callee, node, at)`: the types that a call returns
- `string_value(node, at)`: the string that an expression evaluates to, with None for unknown parts
- `mro(cls)`: a class of the project and all its bases
- `definition(cls, name)`: the class that defines an attribute, with its bindings

What it gives are `Types`: unions of `ClassType`, `FunctionType`, `InstanceType` and `ModuleType` for the project, of
`ExternalSymbol` and `ExternalMember` for packages outside of it; `qualified_name(type)` names one. `StringValue` is a
string with unknown parts.

Two of its parts are exported for narrower questions: `FileIndex` (`model.files`: sources and scopes) and `Resolver`
(`model.resolver`: modules and their names). `ExternalModels` (`model.library`) describes packages outside.

Functions for particular questions: `bindings(model, node, at)` gives the bindings behind a name or attribute,
`is_method_alias` tells `run = session.execute`, `provided` what `Depends(get_session)` injects, `app_state_writers` and
`reads_app_state` which modules share values through the application, `configuring_modules` which may configure it, and
`scan_program` finds both for all workers.

`model.py` explains the inference, its limits and its cost; `docs/development/semantics.md` shows how its parts fit.
"""

from archguard.semantics.annotations import provided
from archguard.semantics.app_config import configuring_modules
from archguard.semantics.app_state import app_state_writers, reads_app_state
from archguard.semantics.bindings import bindings, is_method_alias
from archguard.semantics.external_models import ExternalModels
from archguard.semantics.index import FileIndex
from archguard.semantics.model import SemanticModel
from archguard.semantics.program_facts import scan_program
from archguard.semantics.resolver import Resolver
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
    "Resolver",
    "SemanticModel",
    "StringValue",
    "Type",
    "Types",
    "app_state_writers",
    "bindings",
    "configuring_modules",
    "is_method_alias",
    "provided",
    "qualified_name",
    "reads_app_state",
    "scan_program",
]
