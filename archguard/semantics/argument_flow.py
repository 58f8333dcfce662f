"""What calls hand to a parameter of which nothing else is said."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from archguard.codebase.memoization import memoized
from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.index import FileIndex
from archguard.semantics.types import UNKNOWN, ClassType, FunctionType, Type, Types, union

_Calls: TypeAlias = list[tuple[ast.Call, Position]]


_MOST_IMPORTERS = 20
"""How many modules that import a function are read for its calls: what many import is worth its types."""
_TEST = re.compile(r"(?:^|\.|::)(?:_?tests?|test_\w+|\w+_tests?|conftest)(?:\.|$)")


class ArgumentFlow:
    """Finds arguments with the help of `names`, in the file of the function and in the few that import it."""

    def __init__(self, model: Evaluator, files: FileIndex, importers: Mapping[str, Collection[str]]) -> None:
        self.model = model
        self.files = files
        self.importers = importers
        self._calls: dict[int, Mapping[str, _Calls]] = {}

    def infer(self, parameter: Binding) -> Types:
        """What `parameter` can be."""
        function = parameter.at.scope
        if not isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return UNKNOWN
        handed = (_argument(function.node, parameter.name, *call) for call in self._call_sites(function))
        return union(*(self.model.infer(*argument) for argument in handed if argument))

    def has_tracked_callers(self, module: str) -> bool:
        """Whether the calls from other modules are looked at to know what functions of `module` are handed."""
        return len(self._callers(module)) <= _MOST_IMPORTERS

    @memoized
    def _callers(self, module: str) -> tuple[str, ...]:
        """The modules that import `module`, without the tests of what is none: they hand over mocks and fakes."""
        importers = self.importers.get(module, ())
        return tuple(name for name in sorted(importers) if _TEST.search(module) or not _TEST.search(name))

    def _call_sites(self, function: Scope) -> Iterator[tuple[ast.Call, Position, int]]:
        """The calls of `function`, and how many of its parameters are no arguments of theirs: one if it has `self`."""
        *_, outer, name = function.name.split(".")
        for call, at in self._calls_by_name(outer if name == "__init__" else name, function.module):
            for callee in self.model.infer(call.func, at):
                if _is_of(callee, function):
                    yield call, at, int(isinstance(callee, ClassType) or getattr(callee, "receiver", None) is not None)
                    break

    def _calls_by_name(self, name: str, module: Scope) -> Iterator[tuple[ast.Call, Position]]:
        """The calls of something called `name`, in `module` and in those that import it."""
        yield from self._calls_in(module).get(name, ())
        for importer in self._callers(module.name) if self.has_tracked_callers(module.name) else ():
            if self.files.may_call(importer, name):
                yield from self._calls_in(self.files.scope(importer)).get(name, ())

    def _calls_in(self, module: Scope) -> Mapping[str, _Calls]:
        """The calls in `module`, by the last name of what they call."""
        if id(module) not in self._calls:
            found: dict[str, _Calls] = {}
            for scope in module.walk():
                for path in scope.access_paths:
                    for access in path.accesses:
                        if access.call and access.name:
                            found.setdefault(access.name, []).append((access.call, path.at))
            self._calls[id(module)] = found
        return self._calls[id(module)]


def _is_of(callee: Type, function: Scope) -> bool:
    match callee:
        case FunctionType(scope=scope):
            return scope is function
        case ClassType(scope=scope):
            return scope is function.parent
    return False


def _argument(
    function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, call: ast.Call, at: Position, skipped: int
) -> tuple[ast.expr, Position] | None:
    """What `call` hands to the parameter `name`."""
    if found := next((keyword.value for keyword in call.keywords if keyword.arg == name), None):
        return found, at
    places = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)][skipped:]
    place = places.index(name) if name in places else len(call.args)
    before = call.args[: place + 1]
    if len(before) <= place or any(isinstance(argument, ast.Starred) for argument in before):
        return None
    return before[place], at
