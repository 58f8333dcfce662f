"""Where the functions of a project are used, for whoever must know that a function runs from nowhere else.

How it works: the files that hold the name of a function are searched for it. Each place where the name stands must be
the callee of a call whose target is known; anything else, such as a reference that is passed on, an import under
another name, or a method of an object of unknown type, may run the function from anywhere.

Limits: what a framework or a test calls is not seen. Whoever asks leaves out functions that a decorator registers.
Cost: one pass over the bytes of each file for each function, and one over the syntax of the files that hold its name.
"""

import ast
from collections.abc import Iterator

from archguard.codebase import Source
from archguard.codebase.file_results import ANYWHERE
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Position, Scope, mentions
from archguard.dataclass import dataclass
from archguard.effects.entry_points import EntryPoints
from archguard.effects.tracing import content_of
from archguard.model.names import last_part
from archguard.semantics import ClassType, FunctionType, SemanticModel, Type
from archguard.semantics.recorded import recorded


@dataclass(frozen=True, eq=False)
class Uses:
    """Finds the uses of functions in `sources`."""

    model: SemanticModel
    sources: tuple[Source, ...]

    @recorded
    def calls(self, function: Scope) -> tuple[tuple[ast.Call, Position], ...] | None:
        """All calls of `function` from outside of it; None if something else may run it as well."""
        name = last_part(function.name)
        is_special = name.startswith("__") and name.endswith("__")
        if is_special or EntryPoints(self.model).is_declared(FunctionType(function.name, function)):
            return None
        found = list[tuple[ast.Call, Position]]()
        self.model.files.recorder.read((ANYWHERE, Reading.MENTIONS, name))
        for source in self.sources:
            if name.encode() in content_of(source):
                calls = self._calls_in(self.model.scope(source.module), name, function)
                if calls is None:
                    return None
                found += calls
        return tuple(found)

    def _calls_in(self, module: Scope, name: str, function: Scope) -> list[tuple[ast.Call, Position]] | None:
        """The calls of `function`, which has this name, in `module`; None if it is used in other ways there."""
        tree, calls = module.whole, dict(_calls_named(module, name))
        found = list[tuple[ast.Call, Position]]()
        for node in mentions(tree, name):
            if id(node) not in calls:
                return None
            call, at = calls[id(node)]
            callees = self.model.infer(call.func, at)
            if not callees and self._may_be(call.func, function):
                return None
            if any(self._runs(callee, function) for callee in callees) and not _is_inside(at.scope, function):
                found.append((call, at))
        return found

    def _may_be(self, callee: ast.expr, function: Scope) -> bool:
        """Whether `callee`, of unknown type, may be `function`: a name resolves, so only methods may be."""
        return isinstance(callee, ast.Attribute) and function.parent is not None and function.parent.is_class

    def _runs(self, callee: Type, function: Scope) -> bool:
        """Whether a call of `callee` may run `function`: itself, or a method that it overrides."""
        if not isinstance(callee, FunctionType):
            return False
        if callee.scope is function:
            return True
        cls, overridden = function.parent, callee.scope.parent
        if not cls or not cls.is_class or not overridden or not overridden.is_class:
            return False
        order = self.model.mro(ClassType(cls.name, cls))
        return any(isinstance(base, ClassType) and base.scope is overridden for base in order)


def _calls_named(module: Scope, name: str) -> Iterator[tuple[int, tuple[ast.Call, Position]]]:
    """The calls in `module` whose callee ends in `name`, by the identity of the callee."""
    for scope in module.walk():
        for path in scope.access_paths:
            for access in path.accesses:
                if access.call and access.name == name:
                    yield id(access.call.func), (access.call, path.at)


def _is_inside(scope: Scope, function: Scope) -> bool:
    inner: Scope | None = scope
    while inner is not None and inner is not function:
        inner = inner.parent
    return inner is function
