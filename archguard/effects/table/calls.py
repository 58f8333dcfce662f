"""The calls of a function: what each of them does by itself, and which functions of the project it runs.

How it works: the type of the callee of each call is inferred, and looked up in the catalogue. That needs no more than
the access paths of the function, so that most functions are known to have no effect before their syntax is walked for
what is around a call (`code.py`). Calls that do nothing outside and run nothing of the project are only counted.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import FunctionNode, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.operations import Operation
from archguard.effects.entry_points import EntryPoints
from archguard.effects.table.classifier import Classifier, Found
from archguard.effects.table.places import evaluated_with
from archguard.model import Confidence
from archguard.semantics import ClassType, ExternalSymbol, FunctionType, InstanceType, Types, qualified_name
from archguard.semantics.call_graph import callee_types, parameter_of


class Passed(NamedTuple):
    """A callable among the arguments of a call, which the callee calls."""

    node: ast.expr
    in_thread: bool
    is_repeated: bool
    """Whether it is called once per element."""


@dataclass(eq=False, slots=True)  # not frozen, as `Access`: a file has hundreds
class ResolvedCall:
    """A call that does something, may do something with its arguments, or runs a function of the project."""

    access: Access
    at: Position
    symbol: str
    """The qualified name of what is called; the parameter that is called; the text, if the callee is unknown."""
    operations: tuple[Found, ...] = ()
    """What it does: the last one for certain, those before if they are executed at once."""
    functions: tuple[tuple[int, FunctionType], ...] = ()
    """The functions that it runs, each with the number of the type of the callee that leads to it."""
    is_parameter: bool = False
    """Whether it calls a parameter of the function."""
    passed: tuple[Passed, ...] = ()
    """The arguments that the callee calls."""


@dataclass(frozen=True, eq=False)
class Calls:
    """The calls of a function."""

    resolved: Mapping[int, ResolvedCall]
    """By the identity of the call."""
    unresolved: int
    """How many have an unknown callee."""
    channels: frozenset[str]
    """The channels of what they do by themselves, lazily executed queries left out."""
    functions: tuple[FunctionType, ...]
    """The functions that they run, or pass to what runs them."""
    has_parameters: bool
    """Whether one calls a parameter of the function, or passes it to what calls it."""

    @property
    def repeats(self) -> bool:
        """Whether one of them calls an argument once per element."""
        return any(passed.is_repeated for call in self.resolved.values() for passed in call.passed)


class CallReader:
    """Resolves the calls of one function."""

    def __init__(self, classifier: Classifier, scope: Scope, receiver: ClassType | None) -> None:
        self.classifier = classifier
        self.model = classifier.model
        self.execution = classifier.execution
        self.scope = scope
        self.receiver = receiver
        self.parameters = _parameters_around(scope)
        self.channels: set[str] = set()
        self.functions: dict[FunctionType, None] = {}
        self.has_parameters = False

    def calls(self) -> Calls:
        """The calls of the function."""
        resolved, unresolved = dict[int, ResolvedCall](), 0
        for scope in evaluated_with(self.scope):
            outside = scope.contents.unsearched
            for path in scope.access_paths:
                for access in path.accesses:
                    if access.call is None or id(access.call) in outside:
                        continue
                    values = callee_types(self.model, access.call.func, path.at, self.receiver)
                    if call := self._resolved(access, access.call, path.at, values):
                        resolved[id(access.call)] = call
                    unresolved += not values and not (call and call.is_parameter)
        return Calls(resolved, unresolved, frozenset(self.channels), tuple(self.functions), self.has_parameters)

    def _resolved(self, access: Access, call: ast.Call, at: Position, values: Types) -> ResolvedCall | None:
        """The call; None if it does nothing."""
        if parameter := self._parameter(call.func, at):
            self.has_parameters = True
            return ResolvedCall(access, at, parameter, is_parameter=True)
        if self._is_inert(access, at, values):
            return None
        listed = [*map(self.classifier.listed_operation, values)]
        operations = self._operations(access, at, values, listed)
        functions = self._functions(values, listed)
        symbol = qualified_name(values[0]) if values else text_of(call.func)
        passed = tuple(self._passed(call, symbol, access.name)) if self.execution.may_pass(symbol, access.name) else ()
        if not (operations or functions or passed or self.execution.consumes(symbol)):
            return None
        self.channels |= {found.channel for found in operations if found.has_effect}
        self.functions |= dict.fromkeys(function for _, function in functions)
        for each in passed:
            self._add_passed(each.node, at)
        return ResolvedCall(access, at, symbol, operations, functions, passed=passed)

    def _is_inert(self, access: Access, at: Position, values: Types) -> bool:
        """Whether the name of the callee tells that the call does nothing, as that of `len` and `isinstance`."""
        callee = values[0] if len(values) == 1 else None
        if not isinstance(callee, ExternalSymbol) or not self.classifier.is_inert(callee.name, access.name):
            return False
        return not self._remote_procedure(access, at)

    def _add_passed(self, node: ast.expr, at: Position) -> None:
        """Add what a call of the callable `node` may do."""
        self.has_parameters = self.has_parameters or bool(self._parameter(node, at))
        for value in self.model.infer(node, at):
            self.functions |= dict.fromkeys(self.classifier.functions_of(value))
            found = self.classifier.client_operation(value, reference_access(node), at)
            self.channels |= {found.channel} if found and found.has_effect else set()

    def _passed(self, call: ast.Call, symbol: str, method: str) -> Iterator[Passed]:
        """The callables among the arguments that the callee runs."""
        index = self.execution.thread_argument(symbol, method)
        # `executor.map` runs the function in threads, `map` here.
        if self.execution.maps(symbol, method) and call.args:
            is_builtin = symbol.startswith(("builtins.", "itertools.", "functools."))
            yield Passed(call.args[0], in_thread=not is_builtin, is_repeated=True)
        elif 0 <= index < len(call.args):
            yield Passed(call.args[index], in_thread=True, is_repeated=False)
        keywords = self.execution.thread_keywords(symbol)
        for keyword in call.keywords:
            if keyword.arg in keywords:
                yield Passed(keyword.value, in_thread=True, is_repeated=False)
            elif keyword.arg == "key" and self.execution.takes_key(symbol):
                yield Passed(keyword.value, in_thread=False, is_repeated=True)

    def _parameter(self, callee: ast.expr, at: Position) -> str:
        """The parameter that `callee` names; "" if it is something else."""
        if not isinstance(callee, ast.Name) or callee.id not in self.parameters:
            return ""
        return parameter_of(self.model, callee, at)

    def _operations(
        self, access: Access, at: Position, values: Types, listed: Sequence[Found | None]
    ) -> tuple[Found, ...]:
        """What the call does by itself; `listed` has what a contract says of each of the `values` of its callee."""
        if task := self._sent_task(access, at):
            return (Found(Operation.SEND, task, Confidence.CERTAIN, "queue"),)
        if procedure := self._remote_procedure(access, at):
            return (Found(Operation.SEND, procedure, Confidence.CERTAIN, "rpc"),)
        operations = list[Found]()
        for value, known in zip(values, listed, strict=True):
            found = known or self.classifier.client_operation(value, access, at)
            if found and found.operation is not Operation.NOTHING:
                operations.append(found)
                if found.has_effect:
                    break
        if self.classifier.finder.may_be_container(values):
            operations = [found._replace(confidence=Confidence.POSSIBLE) for found in operations]
        return tuple(operations)

    def _functions(self, values: Types, listed: Sequence[Found | None]) -> tuple[tuple[int, FunctionType], ...]:
        return tuple(
            (index, function)
            for index, value in enumerate(values)
            if not listed[index]
            for function in self.classifier.functions_of(value)
            if not _is_stub(function.scope)
        )

    def _sent_task(self, access: Access, at: Position) -> str:
        """The task of the project that the call sends to a worker: `charge.delay(order)`; "" if none."""
        if access.owner is None or not self.execution.sends_task(access.name):
            return ""
        return next((f"{name}.{access.name}" for name in self._tasks(access.owner, at)), "")

    def _tasks(self, node: ast.expr, at: Position) -> Iterator[str]:
        """The tasks that `node` is, is a signature of, or is composed of: `charge`, `charge.s(1)`, `a.s() | b.s()`."""
        match node:
            case ast.BinOp(left=left, op=ast.BitOr()):
                yield from self._tasks(left, at)
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if self.execution.makes_signature(name):
                yield from self._tasks(owner, at)
        for value in self.model.infer(node, at):
            is_task = isinstance(value, FunctionType) and EntryPoints(self.model).is_declared(value)
            if is_task or self.execution.is_composition(qualified_name(value)):
                yield qualified_name(value)

    def _remote_procedure(self, access: Access, at: Position) -> str:
        """The method of a generated gRPC stub that the call runs; "" if none."""
        if access.owner is None or not self.classifier.may_have_stubs:
            return ""
        for owner in self.model.infer(access.owner, at):
            if isinstance(owner, InstanceType) and self.classifier.is_stub(owner.of.name):
                return f"{owner.of.name}.{access.name}"
        return ""


def reference_access(node: ast.expr) -> Access:
    """The access that a call of the callable `node` would be."""
    target = node
    while isinstance(target, ast.Call) and target.args and text_of(target.func) == "partial":
        target = target.args[0]
    name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
    owner = target.value if isinstance(target, ast.Attribute) else None
    return Access(target, None, name, owner, last=True)


def text_of(node: ast.expr) -> str:
    """The last name of `node` as it is written."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner) | ast.Await(value=inner) | ast.Subscript(value=inner):
            return text_of(inner)
    return ""


def _parameters_around(scope: Scope) -> frozenset[str]:
    """The parameters of the function with this scope, and of those around it.

    Not recorded: whoever resolves a name has read which of the scopes around it bind it.
    """
    found = set[str]()
    outer: Scope | None = scope
    while outer:
        if isinstance(outer.syntax, FunctionNode):
            arguments = outer.syntax.args
            found |= {node.arg for node in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        outer = outer.parent
    return frozenset(found)


def _is_stub(function: Scope) -> bool:
    """Whether `function` has no code but a docstring, `...`, `pass` or `raise`: that of a subclass runs."""
    function.read(Reading.TEXT)
    statements = getattr(function.syntax, "body", ())
    return isinstance(statements, list) and all(map(_does_nothing, statements))


def _does_nothing(statement: ast.stmt) -> bool:
    if type(statement) is ast.Expr:
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.Pass, ast.Raise))
