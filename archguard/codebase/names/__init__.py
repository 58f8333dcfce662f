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

from archguard.codebase.names.annotations import provided
from archguard.codebase.names.bindings import bindings
from archguard.codebase.names.files import Files
from archguard.codebase.names.keeping import takes, what_is_kept
from archguard.codebase.names.library import Library
from archguard.codebase.names.names import Names
from archguard.codebase.names.texts import Text
from archguard.codebase.names.values import (
    Instance,
    Member,
    Outside,
    OwnClass,
    OwnFunction,
    OwnModule,
    Value,
    Values,
    dotted,
)

__all__ = [
    "Files",
    "Instance",
    "Library",
    "Member",
    "Names",
    "Outside",
    "OwnClass",
    "OwnFunction",
    "OwnModule",
    "Text",
    "Value",
    "Values",
    "bindings",
    "dotted",
    "provided",
    "takes",
    "what_is_kept",
]
