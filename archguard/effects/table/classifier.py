"""What a call does, by the type of its callee: the catalogue says what leaves the process, and what only builds."""

import ast
from typing import NamedTuple

from archguard.codebase import memoized
from archguard.codebase.scopes.access_paths import Access, path_nodes
from archguard.codebase.scopes.scopes import AccessPath, Binding, Position, Scope
from archguard.effects import aws
from archguard.effects.catalogue.catalogue import Extensions, load_catalogue
from archguard.effects.catalogue.client import CHANNELS
from archguard.effects.catalogue.execution import load_execution
from archguard.effects.catalogue.operations import Operation, load_operations
from archguard.effects.client_calls import CallKind, ClientCall, ClientCallFinder
from archguard.effects.sql import sql_in
from archguard.effects.tracing import STUB
from archguard.model import Confidence, Location
from archguard.model.names import last_part, split_last
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    qualified_name,
)
from archguard.semantics.attributes import decorator_names
from archguard.semantics.call_graph import functions_of
from archguard.semantics.recorded import recorded

CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
"""The decorators that make a context manager of a generator, which runs when it is entered."""
_WRITING_STATEMENTS = frozenset({"insert", "update", "delete", "Insert", "Update", "Delete", "replace"})
_NOWHERE = Location("")
_NO_ACCESS = Access(ast.Constant(None), None, "", None, last=True)


class Found(NamedTuple):
    """What a call does."""

    operation: Operation
    target: str
    """The qualified name of what is called."""
    confidence: Confidence
    channel: str

    @property
    def has_effect(self) -> bool:
        """Whether it leaves the process, rather than building or opening something."""
        return self.operation not in (Operation.NOTHING, Operation.LAZY)


class Classifier:
    """Says what calls do, by the types of their callees."""

    def __init__(self, model: SemanticModel, extensions: Extensions, *, has_stubs: bool) -> None:
        """Classify what `model` resolves; `has_stubs` tells whether some file names a module of gRPC's stubs."""
        self.model = model
        self.may_have_stubs = has_stubs or bool(extensions)
        self.execution = load_execution()
        self.finder = ClientCallFinder(model, load_catalogue(CHANNELS, extensions))
        self._operations = load_operations()
        self._catalogues = {
            # One catalogue for each channel tells which channel lists a name; `finder` has all of them in one, which is
            # faster to ask.
            channel: load_catalogue((channel,), {channel: extensions[channel]} if channel in extensions else None)
            for channel in CHANNELS
        }

    def is_generator(self, scope: Scope) -> bool:
        """Whether a call of the function with this scope runs its body only when the result is iterated."""
        return scope.is_generator and CONTEXT_MANAGERS.isdisjoint(decorator_names(scope))

    def is_memoized(self, scope: Scope) -> bool:
        """Whether a decorator runs the function with this scope once for the same arguments."""
        return any(map(self.execution.memoizes, decorator_names(scope)))

    @recorded
    def functions_of(self, callee: Type) -> tuple[FunctionType, ...]:
        """The functions of the project that a call of `callee` runs; memoized, since many calls run the same."""
        return tuple(functions_of(self.model, callee))

    @memoized
    def _may_have_effect(self, name: str) -> bool:
        """Whether a call of `name`, which the project does not define, may do something outside."""
        callee = ExternalSymbol(name)
        return bool(self._standard_library(callee) or self.finder.match(callee, _NO_ACCESS))

    @memoized
    def is_inert(self, function: str, method: str) -> bool:
        """Whether a call of `function` of a library, written as `method`, does nothing by itself or with arguments."""
        execution = self.execution
        calls_arguments = execution.may_pass(function, method) or execution.consumes(function)
        return not (self._may_have_effect(function) or calls_arguments or execution.sends_task(method))

    @memoized
    def is_stub(self, cls: str) -> bool:
        """Whether gRPC generates the class `cls` for callers of a service."""
        return bool(STUB.search(cls))

    def client_operation(self, callee: Type, access: Access, at: Position) -> Found | None:
        """What a call of `callee` does; None if it does nothing outside, or is code of the project."""
        if isinstance(callee, ExternalSymbol):
            if not self._may_have_effect(callee.name):
                return None
        elif not isinstance(callee, ExternalMember | InstanceType):
            return None
        if found := self._standard_library(callee):
            return found
        match = self.finder.match(callee, access)
        if match is None or match[0] is not CallKind.CALL:
            return None
        _, symbol, confidence = match
        channel = self._channel(symbol, access, at)
        if channel == "database":
            return Found(self._database_operation(callee, symbol, access, at), symbol, confidence, channel)
        is_constructor = isinstance(callee, ExternalSymbol) and last_part(symbol)[:1].isupper()
        connects = self._operations.connects(symbol) and access.call and (access.call.args or access.call.keywords)
        is_local = (is_constructor and not connects) or self._operations.is_local(self.model.library, symbol)
        return Found(Operation.NOTHING if is_local else Operation.SEND, symbol, confidence, channel)

    def listed_operation(self, callee: Type) -> Found | None:
        """What a call of `callee`, code of the project that a contract lists as a client, does; None if none does."""
        if not isinstance(callee, (FunctionType, ClassType)) or not (symbol := self.finder.listed_name(callee)):
            return None
        channel = self._listed_channel(symbol)
        operation = Operation.SEND if channel != "database" else self._operations.of_name(last_part(symbol))
        return Found(operation, symbol, Confidence.CERTAIN, channel)

    def lazy_query(self, value: Type) -> str:
        """How `value` is executed, `iteration` or `await`, if it is a query that is executed lazily; else ""."""
        if not isinstance(value, InstanceType):
            return ""
        cls = value.of
        return self._lazy_class(cls) if isinstance(cls, ClassType) else self._lazy_library_class(cls.name)

    @recorded
    def _lazy_class(self, cls: ClassType) -> str:
        bases = (base.name for base in self.model.mro(cls) if isinstance(base, ExternalSymbol))
        return next(filter(None, map(self._lazy_library_class, bases)), "")

    @memoized
    def _lazy_library_class(self, cls: str) -> str:
        return self._operations.consumed_by(self.model.library, cls)

    def _standard_library(self, callee: Type) -> Found | None:
        match callee:
            case ExternalSymbol(name=name):
                channel, symbol = self.execution.blocking_function(name), name
            case ExternalMember(base=base, name=name):
                channel, symbol = self.execution.blocking_method(self.model.library, base, name), f"{base}.{name}"
            case _:
                return None
        confidence = Confidence.POSSIBLE if self.execution.only_possibly_blocks(symbol) else Confidence.CERTAIN
        return Found(Operation.ACCESS, symbol, confidence, channel) if channel else None

    def _database_operation(self, callee: Type, symbol: str, access: Access, at: Position) -> Operation:
        cls, name = split_last(symbol)
        is_method = isinstance(callee, ExternalMember) or self.finder.catalogue.receiver(self.model.library, cls)
        if is_method:
            found = self._operations.of_method(self.model.library, cls, name)
        else:
            found = self._operations.of_function(symbol)
        if found is Operation.STATEMENT:
            return self._statement_operation(access, at)
        return found

    def _statement_operation(self, access: Access, at: Position) -> Operation:
        """Whether the statement that a call is passed reads or writes."""
        for argument in access.call.args[:1] if access.call else ():
            if sql := sql_in(self.model.string_value(argument, at)):
                return Operation.WRITE if sql.writes else Operation.READ
            if self._is_writing_statement(argument, at):
                return Operation.WRITE
        return Operation.READ

    def _is_writing_statement(self, node: ast.expr, at: Position, depth: int = 3) -> bool:
        """Whether `node` is built by `insert`, `update` or `delete`, also over a name."""
        for link in path_nodes(node):
            if isinstance(link, ast.Call):
                names = (qualified_name(value) for value in self.model.infer(link.func, at))
                if any(last_part(name) in _WRITING_STATEMENTS for name in names):
                    return True
        origins = self.model.resolve(node.id, at) if depth and isinstance(node, ast.Name) else ()
        values = ((origin.node, origin.at) for origin in origins if isinstance(origin, Binding))
        return any(
            self._is_writing_statement(value, place, depth - 1)
            for value, place in values
            if isinstance(value, ast.expr)
        )

    def _channel(self, symbol: str, access: Access, at: Position) -> str:
        path = AccessPath((access,), at)
        call = ClientCall(CallKind.CALL, symbol, _NOWHERE, Confidence.CERTAIN, path, access)
        return aws.channel_of(self.model, call) if aws.is_aws(call) else self._listed_channel(symbol)

    @recorded
    def _listed_channel(self, symbol: str) -> str:
        """The channel of the catalogue that lists `symbol`."""
        owner, name = split_last(symbol)
        for channel, catalogue in self._catalogues.items():
            is_method = catalogue.method(self.model.library, owner, name) or catalogue.is_own_method(owner, name)
            if is_method or catalogue.is_call(symbol) or catalogue.imported(symbol):
                return channel
        return "database"  # a manager or relation of a model, which the catalogue does not list by name
