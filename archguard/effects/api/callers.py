"""The call sites of the functions of a project, found by name and confirmed by inference.

Cost: one pass over the bytes of each file of `sources` for each name that is asked for, and one over the calls of a
file that holds it. Test modules are left out: they pass fakes, and call routes that must not exist.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import NamedTuple, TypeAlias

from archguard.codebase import Source
from archguard.codebase.file_results import ANYWHERE
from archguard.codebase.modules.namespace import is_test
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Position, Scope, walk
from archguard.dataclass import dataclass
from archguard.effects.api.clients import sending_call, sending_words
from archguard.effects.tracing import content_of
from archguard.model.names import last_part, parts_of
from archguard.semantics import (
    ClassType,
    ExternalMember,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    qualified_name,
)
from archguard.semantics.recorded import recorded

_Calls: TypeAlias = Mapping[str, Sequence[tuple[ast.Call, Position]]]


class CallSite(NamedTuple):
    """A call of a function or class of the project."""

    call: ast.Call
    at: Position
    callee: FunctionType | ClassType
    source: Source


@dataclass(frozen=True, eq=False)
class Callers:
    """Finds the calls in `sources`."""

    model: SemanticModel
    sources: tuple[Source, ...]
    _by_module: dict[str, _Calls] = field(default_factory=dict)

    @recorded
    def of(self, function: Scope) -> tuple[CallSite, ...]:
        """The calls of `function`; for the `__init__` of a class, also those of the class."""
        return tuple(self._search(function))

    @recorded
    def of_class(self, cls: ClassType) -> tuple[CallSite, ...]:
        """The calls that make an instance of `cls` itself."""
        return tuple(site for site in self._named(last_part(cls.name)) if site.callee == cls)

    def calls_in(self, source: Source) -> _Calls:
        """The calls in `source`, by the last name of the callee; not recorded: it is for results about `source`."""
        if source.module not in self._by_module:
            found = defaultdict[str, list[tuple[ast.Call, Position]]](list)
            for scope in walk(self.model.scope(source.module)):
                for path in scope.contents.access_paths:
                    for access in path.accesses:
                        if access.call:
                            found[access.name].append((access.call, path.at))
            self._by_module[source.module] = dict(found)
        return self._by_module[source.module]

    def _search(self, function: Scope) -> Iterator[CallSite]:
        *_, outer, name = parts_of(function.name)
        if name == "request" and function.parent:
            yield from self._verbs_of(function)
        if name != "__init__" or not function.parent:
            yield from (site for site in self._named(name) if _is_call_of(site.callee, function))
            return
        yield from (site for site in self._named("__init__") if _is_call_of(site.callee, function))
        for site in self._constructors(function.parent, outer):
            found = self.model.definition(site.callee, "__init__") if isinstance(site.callee, ClassType) else None
            if found and any(binding.node is function.node for binding in found[1]):
                yield site

    def _verbs_of(self, request: Scope) -> Iterator[CallSite]:
        """The calls `client.get(url)` of a subclass of a client whose own method `request` serves them."""
        for word in sorted(sending_words()):
            for source, call, at in self._calls_named(word):
                for value in self.model.infer(call.func, at):
                    verb = overridden_request(self.model, value)
                    if verb and verb[1].scope is request:
                        passed = [ast.Constant(verb[0]), *call.args]
                        made = ast.copy_location(ast.Call(func=call.func, args=passed, keywords=call.keywords), call)
                        yield CallSite(made, at, verb[1], source)

    def _constructors(self, cls: Scope, name: str) -> Iterator[CallSite]:
        """The calls of the class `cls`, and of classes that are derived from it."""
        yield from self._named(name)
        self.model.files.recorder.read((ANYWHERE, Reading.CLASSES, name))
        for source in self.sources:
            if name.encode() in content_of(source):
                for scope in walk(self.model.scope(source.module)):
                    if isinstance(scope.syntax, ast.ClassDef) and scope is not cls and self._extends(scope, cls):
                        yield from self._named(scope.syntax.name)

    def _extends(self, scope: Scope, base: Scope) -> bool:
        ancestors = self.model.mro(ClassType(scope.name, scope)) if isinstance(scope.node, ast.ClassDef) else ()
        return any(isinstance(ancestor, ClassType) and ancestor.scope is base for ancestor in ancestors)

    def _named(self, name: str) -> Iterator[CallSite]:
        for source, call, at in self._calls_named(name):
            for callee in self.model.infer(call.func, at):
                if isinstance(callee, FunctionType | ClassType):
                    yield CallSite(call, at, callee, source)

    def _calls_named(self, name: str) -> Iterator[tuple[Source, ast.Call, Position]]:
        self.model.files.recorder.read((ANYWHERE, Reading.CALLS, name))
        for source in self.sources:
            if name.encode() in content_of(source) and not is_test(source.module):
                yield from ((source, call, at) for call, at in self.calls_in(source).get(name, ()))


def overridden_request(model: SemanticModel, callee: Type) -> tuple[str, FunctionType] | None:
    """The HTTP method of `client.get`, and the method `request` by which a subclass of a client serves it.

    None if the class of the client does not define `request`.
    """
    if not isinstance(callee, ExternalMember):
        return None
    call, cls = sending_call(qualified_name(callee)), receiver_class(callee.receiver)
    found = model.definition(cls, "request") if cls and call and call.method.isalpha() else None
    if not found or not call:
        return None
    functions = [value for binding in found[1] for value in model.infer_origin(binding)]
    own = [value for value in functions if isinstance(value, FunctionType)]
    return (call.method, FunctionType(own[0].name, own[0].scope, callee.receiver)) if own else None


def _is_call_of(callee: FunctionType | ClassType, function: Scope) -> bool:
    return isinstance(callee, FunctionType) and callee.scope is function


def receiver_class(receiver: object) -> ClassType | None:
    """The class of the project that `receiver` is, or is an instance of."""
    match receiver:
        case InstanceType(of=ClassType() as cls) | (ClassType() as cls):
            return cls
    return None
