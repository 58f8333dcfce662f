"""Argument flow: infers a parameter whose annotation and default give no type from the arguments at its call sites.

How it works: calls are found by the last name of the callee, then confirmed by inferring the callee. The file of the
function is searched, and the modules that import it, if at most `_MOST_IMPORTERS` do. Tests of production code do not
count, since they pass mocks. `*args` and `**kwargs` are not matched.

Cost: one pass over the bytes of each importer (`FileIndex.may_call`); only files that may call the name are parsed.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from archguard.codebase.memoization import memoized
from archguard.codebase.modules.namespace import is_test
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Binding, Position, Scope, walk
from archguard.model.names import parts_of
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.index import FileIndex
from archguard.semantics.types import UNKNOWN, ClassType, FunctionType, Type, Types, union

_Calls: TypeAlias = list[tuple[ast.Call, Position]]

_MOST_IMPORTERS = 20
"""How many importing modules are searched for call sites. It bounds the files to parse for one parameter; code that
more modules import deserves annotations, which make the search needless."""


class ArgumentFlow:
    """Finds the call sites of functions and infers the arguments that they pass."""

    def __init__(self, evaluator: Evaluator, files: FileIndex, importers: Mapping[str, Collection[str]]) -> None:
        self.evaluator = evaluator
        self.files = files
        self.importers = importers
        self._calls_by_module: dict[int, Mapping[str, _Calls]] = {}

    def infer(self, parameter: Binding) -> Types:
        """Infer the types that call sites pass for `parameter`."""
        function = parameter.at.scope
        if not isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return UNKNOWN
        arguments = (_argument_for(function.node, parameter.name, *call) for call in self._call_sites(function))
        return union(*(self.evaluator.infer(*argument) for argument in arguments if argument))

    def has_tracked_callers(self, module: str) -> bool:
        """Whether call sites in other modules count: whether few enough modules import `module`."""
        return self._callers(module) is not None

    def _callers(self, module: str) -> tuple[str, ...] | None:
        """The modules whose calls of functions of `module` are followed; None if there are too many."""
        found = self._tracked_callers(module)
        self.files.recorder.read(("callers", module, found))
        return found

    @memoized
    def _tracked_callers(self, module: str) -> tuple[str, ...] | None:
        return tracked_callers(module, self.importers)

    def _call_sites(self, function: Scope) -> Iterator[tuple[ast.Call, Position, int]]:
        """The calls of `function`, each with the number of implicit arguments: 1 for `self`, else 0."""
        *_, outer, name = parts_of(function.name)
        # Constructors are called by the name of the class.
        for call, at in self._calls_by_name(outer if name == "__init__" else name, function.module):
            for callee in self.evaluator.infer(call.func, at):
                if _is_call_of(callee, function):
                    yield call, at, int(isinstance(callee, ClassType) or getattr(callee, "receiver", None) is not None)
                    break

    def _calls_by_name(self, name: str, module: Scope) -> Iterator[tuple[ast.Call, Position]]:
        """The calls whose callee ends in `name`, in `module` and the modules that import it."""
        yield from self._calls_in(module, name)
        for importer in self._callers(module.name) or ():
            self.files.recorder.read((importer, Reading.CALLS, name))
            if self.files.may_call(importer, name):
                yield from self._calls_in(self.files.scope(importer), name)

    def _calls_in(self, module: Scope, name: str) -> _Calls:
        """The calls in `module` whose callee ends in `name`."""
        module.read(Reading.CALLS, name)
        if id(module) not in self._calls_by_module:
            found: dict[str, _Calls] = {}
            for scope in walk(module):
                for path in scope.contents.access_paths:
                    for access in path.accesses:
                        if access.call and access.name:
                            found.setdefault(access.name, []).append((access.call, path.at))
            self._calls_by_module[id(module)] = found
        return self._calls_by_module[id(module)].get(name, [])


def tracked_callers(module: str, importers: Mapping[str, Collection[str]]) -> tuple[str, ...] | None:
    """The modules whose calls of functions of `module` are followed; None if there are too many.

    Tests do not count, since they pass mocks and fakes, unless `module` is one.
    """
    found = tuple(name for name in sorted(importers.get(module, ())) if is_test(module) or not is_test(name))
    return found if len(found) <= _MOST_IMPORTERS else None


def _is_call_of(callee: Type, function: Scope) -> bool:
    match callee:
        case FunctionType(scope=scope):
            return scope is function
        case ClassType(scope=scope):
            return scope is function.parent
    return False


def _argument_for(
    function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, call: ast.Call, at: Position, implicit: int
) -> tuple[ast.expr, Position] | None:
    """The argument that `call` passes for the parameter `name`; None if it passes none or `*` hides its index."""
    if found := next((keyword.value for keyword in call.keywords if keyword.arg == name), None):
        return found, at
    # Without `self`, which a call does not pass. A parameter that is keyword-only has no index, and gets one past the
    # end.
    names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)][implicit:]
    index = names.index(name) if name in names else len(call.args)
    leading = call.args[: index + 1]
    if len(leading) <= index or any(isinstance(argument, ast.Starred) for argument in leading):
        return None
    return leading[index], at
