"""The expressions that a function evaluates, each with what is around it: loops, `with` blocks, conditions, branches.

How it works: one walk over the syntax tree of a function gives its `Evaluation`s in source order. Bodies of functions
and lambdas inside are left out, since they run when they are called; comprehensions are loops of the function around
them, and the body of a class runs where it stands. The first iterable of a loop is evaluated before it, so that it
belongs to what is around the loop; conditions of `while` and inner iterables are evaluated again and again.

Branches are kept as `Arm`s instead of a control flow graph: they tell whether two places can run one after another,
which is all that a transaction from the first write to the commit needs. Cost: linear in the function.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from archguard.codebase.scopes.access_paths import path_nodes
from archguard.codebase.scopes.scopes import Comprehension, FunctionNode


class Use(StrEnum):
    """How an expression is evaluated."""

    CALL = "call"
    ITERATE = "iterate"
    """Its elements are asked for: by a loop, `in`, `*`, an index, a test of its truth."""
    AWAIT = "await"
    RELATION = "relation"
    """An attribute of an attribute of a name is read in a loop: `order.customer` of `order.customer.name`."""


@dataclass(frozen=True, eq=False)
class Arm:
    """One of the branches of a statement."""

    statement: ast.AST
    index: int
    ends: bool
    """Whether control never continues after it."""


@dataclass(frozen=True)
class Guard:
    """Something happens only if the parameter `parameter` is true, or false."""

    parameter: str
    is_true: bool


@dataclass(frozen=True)
class Context:
    """What is around an expression."""

    loops: tuple[ast.AST, ...] = ()
    """The loops and comprehensions, the outermost first."""
    entered: tuple[ast.expr, ...] = ()
    """The context managers whose `with` block it is in."""
    guards: tuple[Guard, ...] = ()
    arms: tuple[Arm, ...] = ()
    read: str = ""
    """The attribute that is read of a relation."""
    comprehension: ast.AST | None = None
    """The innermost comprehension, whose scope its names are in."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The evaluation of `node`."""

    node: ast.expr
    use: Use
    context: Context
    is_awaited: bool = False
    """Whether it is awaited, or passed to something that awaits it, or entered by `async with`."""


def evaluations(function: ast.AST, awaits: Callable[[str], bool]) -> list[Evaluation]:
    """The evaluations in `function`, a function, lambda or module, in source order.

    `awaits` tells whether a function of that name awaits the coroutines in its arguments.
    """
    walk = _Walk(function, awaits)
    match function:
        case ast.Lambda(body=body):
            walk.expression(body, Context())
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body) | ast.Module(body=body):
            walk.statements(body, Context())
    return walk.found


def is_generator(function: ast.AST) -> bool:
    """Whether `function` has a `yield` of its own."""
    pending = [*getattr(function, "body", ())] if not isinstance(function, ast.Lambda) else [function.body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending.extend(ast.iter_child_nodes(node))
    return False


def can_follow(first: Sequence[Arm], second: Sequence[Arm]) -> bool:
    """Whether control can get from a place in the branches `first` to a later one in `second`."""
    chosen = {id(arm.statement): arm for arm in second}
    for arm in first:
        other = chosen.get(id(arm.statement))
        if other is not None and other.index != arm.index:
            return False
        if other is None and arm.ends:
            return False
    return True


class _Walk:
    """Collects the evaluations of one function."""

    def __init__(self, function: ast.AST, awaits: Callable[[str], bool]) -> None:
        self.found: list[Evaluation] = []
        self.awaits = awaits
        self.awaited: set[int] = set()
        self.parameters = _parameter_names(function)

    def statements(self, body: Iterable[ast.stmt], context: Context) -> None:
        for statement in body:
            _STATEMENTS.get(type(statement), _Walk._other)(self, statement, context)
            if guards := self._guards_after(statement):
                context = replace(context, guards=(*context.guards, *guards))

    def expression(self, node: ast.expr | None, context: Context) -> None:
        """Collect the evaluations in `node`; without recursion into chains, which may be longer than the stack."""
        pending = [node] if node is not None else []
        while pending:
            current = pending.pop()
            match current:
                case ast.Call():
                    pending += reversed(self._call(current, context))
                case ast.Await(value=value):
                    self._mark_awaited(value)
                    if not isinstance(value, ast.Call):
                        self._add(value, Use.AWAIT, context)
                    pending.append(value)
                case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                    self._comprehension(current, context)
                case ast.Lambda():
                    pending += current.args.defaults
                case ast.IfExp():
                    self._if_expression(current, context)
                case ast.BoolOp(values=[*parts]):
                    for part in parts[:-1]:
                        self._test(part, context)
                    pending.append(parts[-1])
                case _:
                    self._consumed_parts(current, context)
                    pending += reversed([*_parts(current)])

    def _call(self, call: ast.Call, context: Context) -> list[ast.expr]:
        """Add the calls of the chain that ends in `call`, the first one first; return what else is to be visited."""
        rest: list[ast.expr] = []
        links = path_nodes(call)
        for link in reversed(links[:-1]):
            match link:
                case ast.Call():
                    self._arguments(link)
                    self._add(link, Use.CALL, context)
                    rest += [*link.args, *(keyword.value for keyword in link.keywords)]
                case ast.Await(value=value):
                    self._mark_awaited(value)
                    if not isinstance(value, ast.Call):
                        self._add(value, Use.AWAIT, context)
                case ast.Subscript(slice=index):
                    self._consumed_parts(link, context)
                    rest.append(index)
                case ast.Attribute():
                    self._consumed_parts(link, context)
        return [links[-1], *rest]

    def _arguments(self, call: ast.Call) -> None:
        """Mark the arguments that `call` awaits: also those in a list or comprehension: `gather(*[...])`."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if not self.awaits(name):
            return
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            match argument.value if isinstance(argument, ast.Starred) else argument:
                case ast.Call() as inner:
                    self._mark_awaited(inner)
                case ast.ListComp(elt=ast.Call() as inner) | ast.GeneratorExp(elt=ast.Call() as inner):
                    self._mark_awaited(inner)
                case ast.List(elts=parts) | ast.Tuple(elts=parts):
                    self.awaited |= {id(part) for part in parts}

    def _mark_awaited(self, node: ast.expr) -> None:
        self.awaited.add(id(node))

    def _consumed_parts(self, node: ast.expr, context: Context) -> None:
        """Add what `node` iterates over by itself."""
        match node:
            case ast.Starred(value=value) | ast.YieldFrom(value=value):
                self._add(value, Use.ITERATE, context)
            case ast.Subscript(value=value, slice=index, ctx=ast.Load()) if not isinstance(index, ast.Slice):
                self._add(value, Use.ITERATE, context)
            case ast.Compare(ops=[*operators], comparators=[*values]):
                for operator, value in zip(operators, values, strict=True):
                    if isinstance(operator, ast.In | ast.NotIn):
                        self._add(value, Use.ITERATE, context)
            case ast.UnaryOp(op=ast.Not(), operand=value):
                self._add(value, Use.ITERATE, context)
            case ast.Attribute(value=ast.Attribute(value=ast.Name()) as relation) if context.loops:
                self._add(relation, Use.RELATION, replace(context, read=node.attr))

    def _test(self, node: ast.expr, context: Context) -> None:
        """Visit an expression whose truth is tested."""
        if not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp):
            self._add(node, Use.ITERATE, context)
        self.expression(node, context)

    def _comprehension(self, node: Comprehension, context: Context) -> None:
        first, *others = node.generators
        self._iterable(first.iter, context, is_async=bool(first.is_async))
        inner = replace(context, loops=(*context.loops, node), comprehension=node)
        for test in first.ifs:
            self._test(test, inner)
        for generator in others:
            self._iterable(generator.iter, inner, is_async=bool(generator.is_async))
            for test in generator.ifs:
                self._test(test, inner)
        for result in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.expression(result, inner)

    def _iterable(self, node: ast.expr, context: Context, *, is_async: bool) -> None:
        if is_async:
            self._mark_awaited(node)
        self.expression(node, context)
        self._add(node, Use.ITERATE, context)

    def _if_expression(self, node: ast.IfExp, context: Context) -> None:
        self._test(node.test, context)
        for index, (part, holds) in enumerate(((node.body, True), (node.orelse, False))):
            self.expression(part, self._arm(context, node, index, node.test, holds=holds, ends=False))

    def _arm(  # noqa: PLR0913  # a branch, and what its condition tells
        self, context: Context, statement: ast.AST, index: int, test: ast.expr | None, *, holds: bool, ends: bool
    ) -> Context:
        guards = tuple(self._guards(test, holds=holds)) if test is not None else ()
        return replace(context, arms=(*context.arms, Arm(statement, index, ends)), guards=(*context.guards, *guards))

    def _guards(self, test: ast.expr, *, holds: bool) -> Iterator[Guard]:
        """What `test` being `holds` tells about parameters."""
        match test:
            case ast.Name(id=name) if name in self.parameters:
                yield Guard(name, holds)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                yield from self._guards(inner, holds=not holds)
            case ast.BoolOp(op=op, values=parts) if isinstance(op, ast.And) is holds:
                for part in parts:
                    yield from self._guards(part, holds=holds)
            case ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=bool() | None as value)]):
                yield from self._guards(left, holds=holds is bool(value))
            case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=bool() | None as value)]):
                yield from self._guards(left, holds=holds is not bool(value))

    def _guards_after(self, statement: ast.stmt) -> tuple[Guard, ...]:
        """What is known after `statement`: that its condition failed, if its body leaves the function."""
        if isinstance(statement, ast.If) and _ends(statement.body) and not statement.orelse:
            return tuple(self._guards(statement.test, holds=False))
        return ()

    def _add(self, node: ast.expr, use: Use, context: Context) -> None:
        self.found.append(Evaluation(node, use, context, id(node) in self.awaited))

    def _other(self, node: ast.stmt, context: Context) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child, context)

    def _for(self, node: ast.For | ast.AsyncFor, context: Context) -> None:
        self._iterable(node.iter, context, is_async=isinstance(node, ast.AsyncFor))
        inner = replace(context, loops=(*context.loops, node))
        self.expression(node.target, inner)
        self.statements(node.body, inner)
        self.statements(node.orelse, context)

    def _while(self, node: ast.While, context: Context) -> None:
        inner = replace(context, loops=(*context.loops, node))
        self._test(node.test, inner)
        self.statements(node.body, inner)
        self.statements(node.orelse, context)

    def _if(self, node: ast.If, context: Context) -> None:
        """Visit `elif` in a loop, since there may be hundreds."""
        while True:
            self._test(node.test, context)
            self.statements(node.body, self._arm(context, node, 0, node.test, holds=True, ends=_ends(node.body)))
            context = self._arm(context, node, 1, node.test, holds=False, ends=_ends(node.orelse))
            match node.orelse:
                case [ast.If() as node]:
                    continue
            self.statements(node.orelse, context)
            return

    def _with(self, node: ast.With | ast.AsyncWith, context: Context) -> None:
        for item in node.items:
            if isinstance(node, ast.AsyncWith):
                self._mark_awaited(item.context_expr)
            self.expression(item.context_expr, context)
            context = replace(context, entered=(*context.entered, item.context_expr))
        self.statements(node.body, context)

    def _try(self, node: ast.Try | ast.TryStar, context: Context) -> None:
        self.statements(node.body, context)
        for index, handler in enumerate(node.handlers):
            arm = self._arm(context, node, index, None, holds=True, ends=_ends(handler.body))
            self.statements(handler.body, arm)
        self.statements(node.orelse, context)
        self.statements(node.finalbody, context)

    def _match(self, node: ast.Match, context: Context) -> None:
        self.expression(node.subject, context)
        for index, case in enumerate(node.cases):
            arm = self._arm(context, node, index, None, holds=True, ends=_ends(case.body))
            self.expression(case.guard, arm)
            self.statements(case.body, arm)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, context: Context) -> None:
        for part in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.expression(part, context)

    def _class(self, node: ast.ClassDef, context: Context) -> None:
        for part in (*node.decorator_list, *node.bases):
            self.expression(part, context)
        self.statements(node.body, context)

    def _annotated(self, node: ast.AnnAssign, context: Context) -> None:
        self.expression(node.value, context)

    def _assert(self, node: ast.Assert, context: Context) -> None:
        self._test(node.test, context)


def _parts(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions directly below `node`, also those of keywords and slices."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.keyword):
            yield child.value


def _ends(body: list[ast.stmt]) -> bool:
    """Whether control never continues after `body`, judged by its last statement."""
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _parameter_names(function: ast.AST) -> frozenset[str]:
    if not isinstance(function, FunctionNode):
        return frozenset()
    arguments = function.args
    return frozenset(node.arg for node in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


_STATEMENTS: Mapping[type[ast.AST], Callable[[_Walk, Any, Context], None]] = {
    ast.For: _Walk._for,
    ast.AsyncFor: _Walk._for,
    ast.While: _Walk._while,
    ast.If: _Walk._if,
    ast.With: _Walk._with,
    ast.AsyncWith: _Walk._with,
    ast.Try: _Walk._try,
    ast.TryStar: _Walk._try,
    ast.Match: _Walk._match,
    ast.FunctionDef: _Walk._function,
    ast.AsyncFunctionDef: _Walk._function,
    ast.ClassDef: _Walk._class,
    ast.AnnAssign: _Walk._annotated,
    ast.Assert: _Walk._assert,
}
"""The visitor of each type of statement; of all others, the expressions are visited."""
