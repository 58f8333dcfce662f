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
from enum import StrEnum
from typing import Any, NamedTuple

from archguard.codebase.scopes.access_paths import path_nodes
from archguard.codebase.scopes.scopes import Comprehension, FunctionNode
from archguard.dataclass import dataclass


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


class Guard(NamedTuple):
    """Something happens only if the parameter `parameter` is true, or false."""

    parameter: str
    is_true: bool


class Context(NamedTuple):  # a named tuple, as `Evaluation`: frozen dataclasses take five times as long to create
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


class Evaluation(NamedTuple):
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


def can_follow(first: Sequence[Arm], second: Sequence[Arm]) -> bool:
    """Whether control can get from a place in the branches `first` to a later one in `second`."""
    chosen = {id(arm.statement): arm for arm in second}
    for arm in first:
        other = chosen.get(id(arm.statement))
        # `if` and `else` of one statement exclude each other.
        if other is not None and other.index != arm.index:
            return False
        # A branch that ends in `return` or `raise` leads to nothing behind its statement.
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
            # `if not commit: return`: what follows runs with `commit` alone.
            if type(statement) is ast.If and (guards := self._guards_after(statement)):
                context = context._replace(guards=(*context.guards, *guards))

    def expression(self, node: ast.expr | None, context: Context) -> None:
        """Collect the evaluations in `node`; without recursion into chains, which may be longer than the stack."""
        if node is None or type(node) in _LEAVES:
            return
        pending = [node]
        while pending:
            current = pending.pop()
            inside = _EXPRESSIONS.get(type(current), _Walk._other_expression)(self, current, context)
            pending += [part for part in reversed(inside) if type(part) not in _LEAVES]

    def _await(self, node: ast.Await, context: Context) -> list[ast.expr]:
        self._mark_awaited(node.value)
        if not isinstance(node.value, ast.Call):
            self._add(node.value, Use.AWAIT, context)
        return [node.value]

    def _lambda(self, node: ast.Lambda, context: Context) -> list[ast.expr]:
        del context
        return [*node.args.defaults]

    def _bool_op(self, node: ast.BoolOp, context: Context) -> list[ast.expr]:
        # The truth of all but the last operand is tested, and a query set is executed by that.
        *tested, last = node.values
        for part in tested:
            self._test(part, context)
        return [last]

    def _binary(self, node: ast.BinOp, context: Context) -> list[ast.expr]:
        del context
        return [node.left, node.right]

    def _elements(self, node: ast.Tuple | ast.List, context: Context) -> list[ast.expr]:
        del context
        return node.elts

    def _other_expression(self, node: ast.expr, context: Context) -> list[ast.expr]:
        del context
        return _parts(node)

    def _call(self, call: ast.Call, context: Context) -> list[ast.expr]:
        """Add the calls of the chain that ends in `call`, the first one first; return what else is to be visited."""
        *links, start = path_nodes(call)
        rest = [start]
        # A chain runs from its beginning, and its links are listed from the end.
        for link in reversed(links):
            if type(link) is ast.Call:
                self._arguments(link)
                self._add(link, Use.CALL, context)
                rest += link.args
                rest += [keyword.value for keyword in link.keywords]
            else:
                # Without the first part, which is the link before.
                rest += _EXPRESSIONS[type(link)](self, link, context)[1:]
        return rest

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

    def _iterating(self, node: ast.Starred | ast.YieldFrom, context: Context) -> list[ast.expr]:
        self._add(node.value, Use.ITERATE, context)
        return [node.value]

    def _subscript(self, node: ast.Subscript, context: Context) -> list[ast.expr]:
        # An index executes a query set, a slice makes another one.
        if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, ast.Slice):
            self._add(node.value, Use.ITERATE, context)
        return [node.value, node.slice]

    def _compare(self, node: ast.Compare, context: Context) -> list[ast.expr]:
        for operator, value in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                self._add(value, Use.ITERATE, context)
        return [node.left, *node.comparators]

    def _unary(self, node: ast.UnaryOp, context: Context) -> list[ast.expr]:
        if isinstance(node.op, ast.Not):
            self._add(node.operand, Use.ITERATE, context)
        return [node.operand]

    def _attribute(self, node: ast.Attribute, context: Context) -> list[ast.expr]:
        relation = node.value
        if context.loops and isinstance(relation, ast.Attribute) and isinstance(relation.value, ast.Name):
            self._add(relation, Use.RELATION, context._replace(read=node.attr))
        return [relation]

    def _test(self, node: ast.expr, context: Context) -> None:
        """Visit an expression whose truth is tested."""
        if not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp):
            self._add(node, Use.ITERATE, context)
        self.expression(node, context)

    def _comprehension(self, node: Comprehension, context: Context) -> list[ast.expr]:
        first, *others = node.generators
        self._iterable(first.iter, context, is_async=bool(first.is_async))
        inner = context._replace(loops=(*context.loops, node), comprehension=node)
        for test in first.ifs:
            self._test(test, inner)
        for generator in others:
            self._iterable(generator.iter, inner, is_async=bool(generator.is_async))
            for test in generator.ifs:
                self._test(test, inner)
        for result in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.expression(result, inner)
        return []

    def _iterable(self, node: ast.expr, context: Context, *, is_async: bool) -> None:
        if is_async:
            self._mark_awaited(node)
        self.expression(node, context)
        self._add(node, Use.ITERATE, context)

    def _if_expression(self, node: ast.IfExp, context: Context) -> list[ast.expr]:
        self._test(node.test, context)
        for index, (part, holds) in enumerate(((node.body, True), (node.orelse, False))):
            self.expression(part, self._arm(context, node, index, node.test, holds=holds, ends=False))
        return []

    def _arm(  # noqa: PLR0913  # a branch, and what its condition tells
        self, context: Context, statement: ast.AST, index: int, test: ast.expr | None, *, holds: bool, ends: bool
    ) -> Context:
        guards = tuple(self._guards(test, holds=holds)) if test is not None else ()
        arms = (*context.arms, Arm(statement, index, ends))
        return context._replace(arms=arms, guards=(*context.guards, *guards))

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

    def _guards_after(self, statement: ast.If) -> tuple[Guard, ...]:
        """What is known after `statement`: that its condition failed, if its body leaves the function."""
        if _ends(statement.body) and not statement.orelse:
            return tuple(self._guards(statement.test, holds=False))
        return ()

    def _add(self, node: ast.expr, use: Use, context: Context) -> None:
        self.found.append(Evaluation(node, use, context, id(node) in self.awaited))

    def _other(self, node: ast.stmt, context: Context) -> None:
        for child in _parts(node):
            self.expression(child, context)

    def _for(self, node: ast.For | ast.AsyncFor, context: Context) -> None:
        self._iterable(node.iter, context, is_async=isinstance(node, ast.AsyncFor))
        inner = context._replace(loops=(*context.loops, node))
        self.expression(node.target, inner)
        self.statements(node.body, inner)
        self.statements(node.orelse, context)

    def _while(self, node: ast.While, context: Context) -> None:
        inner = context._replace(loops=(*context.loops, node))
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
            context = context._replace(entered=(*context.entered, item.context_expr))
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

    def _value(self, node: ast.Expr | ast.Return | ast.AnnAssign, context: Context) -> None:
        self.expression(node.value, context)

    def _assign(self, node: ast.Assign, context: Context) -> None:
        for target in node.targets:
            self.expression(target, context)
        self.expression(node.value, context)

    def _assert(self, node: ast.Assert, context: Context) -> None:
        self._test(node.test, context)


def _parts(node: ast.AST) -> list[ast.expr]:
    """The expressions directly below `node`, also those of keywords."""
    found = list[ast.expr]()
    for name in node._fields:
        value = getattr(node, name)
        if isinstance(value, ast.expr):
            found.append(value)
        elif type(value) is list:
            found += [
                part.value if isinstance(part, ast.keyword) else part
                for part in value
                if isinstance(part, ast.expr | ast.keyword)
            ]
    return found


def _ends(body: list[ast.stmt]) -> bool:
    """Whether control never continues after `body`, judged by its last statement."""
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _parameter_names(function: ast.AST) -> frozenset[str]:
    if not isinstance(function, FunctionNode):
        return frozenset()
    arguments = function.args
    return frozenset(node.arg for node in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


_LEAVES = frozenset({ast.Name, ast.Constant})
"""The expressions with nothing below them: most of all, so that they are left out as early as possible."""

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
    ast.Assign: _Walk._assign,
    **dict.fromkeys((ast.Expr, ast.Return, ast.AnnAssign), _Walk._value),
    ast.Assert: _Walk._assert,
}
"""The visitor of each type of statement; of all others, the expressions are visited."""
_EXPRESSIONS: Mapping[type[ast.expr], Callable[[_Walk, Any, Context], list[ast.expr]]] = {
    ast.Attribute: _Walk._attribute,
    ast.Call: _Walk._call,
    ast.Await: _Walk._await,
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _Walk._comprehension),
    ast.Lambda: _Walk._lambda,
    ast.IfExp: _Walk._if_expression,
    ast.BoolOp: _Walk._bool_op,
    **dict.fromkeys((ast.Starred, ast.YieldFrom), _Walk._iterating),
    ast.Subscript: _Walk._subscript,
    ast.Compare: _Walk._compare,
    ast.UnaryOp: _Walk._unary,
    ast.BinOp: _Walk._binary,
    **dict.fromkeys((ast.Tuple, ast.List), _Walk._elements),
}
"""The visitor of each type of expression; each returns what of it is still to be visited."""
