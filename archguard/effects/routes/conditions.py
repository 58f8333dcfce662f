"""Conditions that a route decides: `request.endpoint not in PUBLIC`, `self.action == "list"`.

How it works: an expression is evaluated with what is known of a route (its method, path, endpoint, action); anything
else is unknown. A condition is true, false or unknown (None), and code behind an unknown condition may run.

Limits: comparisons, `in`, `and`, `or`, `not`, indexes, regular expressions, and the methods of strings in `_METHODS`;
names and attributes are followed to constants and lists of constants, and variables to what they are assigned,
`_MAX_DEPTH` in a row.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from archguard.codebase.scopes.scopes import BindingKind, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.routes.expressions import Expressions

_MAX_DEPTH = 4
"""How many variables are followed: `path = request.path`, and what is made of it. The bound also ends cycles."""
UNKNOWN = object()
"""The value of what no route decides."""
_MATCHING = frozenset({"match", "fullmatch", "search"})
_METHODS: Mapping[str, Callable[..., object]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "split": str.split,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "lower": str.lower,
    "upper": str.upper,
    "removeprefix": str.removeprefix,
}


HOLE = "\ue000"
"""What stands for a parameter in the path of a request: no text that a program compares it with."""
_SAMPLES = ("1", "a", "a-b_c")
"""Values of a parameter: a pattern that takes some of them and not others is not decided by the route."""
_NESTED_REPETITION = re.compile(r"[*+}]\)[*+{]")
"""`(a+)+` may take exponential time."""


@dataclass(frozen=True)
class _Regex:
    pattern: str


@dataclass(frozen=True)
class Conditions:
    """Evaluates conditions for one route."""

    expressions: Expressions
    known: Mapping[str, object]
    """What is known, by the expression that reads it: `request.method`."""
    depth: int = _MAX_DEPTH
    """How many variables are still followed."""

    def holds(self, node: ast.expr, at: Position) -> bool | None:
        """Whether `node` is true for the route; None if that depends on more."""
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return _all([self.holds(value, at) for value in values])
            case ast.BoolOp(op=ast.Or(), values=values):
                # By De Morgan, so that unknown operands are treated in one place.
                negated = _all([_not(self.holds(value, at)) for value in values])
                return _not(negated)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _not(self.holds(operand, at))
            case ast.Call(func=ast.Name(id="any"), args=[ast.GeneratorExp() as generator]):
                return self._any(generator, at)
        value = self.value(node, at)
        return None if value is UNKNOWN else bool(value)

    def _any(self, generator: ast.GeneratorExp, at: Position) -> bool | None:
        """`any(request.path.startswith(prefix) for prefix in PREFIXES)`."""
        clause = generator.generators[0]
        items = self.value(clause.iter, at)
        if items is UNKNOWN or not isinstance(clause.target, ast.Name) or not isinstance(items, Sequence):
            return None
        inner = [replace(self, known={**self.known, clause.target.id: item}) for item in items]
        found = [conditions.holds(generator.elt, at) for conditions in inner]
        return True if True in found else None if None in found else False

    def value(self, node: ast.expr, at: Position) -> object:  # noqa: C901, PLR0911, PLR0912  # one case for each form
        """The value of `node`; `UNKNOWN` if the route does not decide it."""
        # As text, since a route is known by expressions such as `request.method`, and the nodes of each function are
        # others.
        text = ast.unparse(node)
        if text in self.known:
            return self.known[text]
        match node:
            case ast.Constant(value=value):
                return value
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                values = [self.value(part, at) for part in parts]
                return UNKNOWN if any(value is UNKNOWN for value in values) else tuple(values)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return _compared(operator, self.value(left, at), self.value(right, at))
            case ast.Subscript(value=holder, slice=index):
                return _indexed(self.value(holder, at), self.value(index, at))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile"), args=[pattern, *_]):
                written = self.value(pattern, at)
                return _Regex(written) if isinstance(written, str) else UNKNOWN
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[pattern, subject, *_]) if (
                name in _MATCHING
            ):
                return _matched(name, self.value(pattern, at), self.value(subject, at))
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[subject]) if name in _MATCHING:
                return _matched(name, self.value(owner, at), self.value(subject, at))
            case ast.ListComp(elt=part, generators=[ast.comprehension(target=ast.Name(id=name), iter=source, ifs=[])]):
                return self._each(name, self.value(source, at), part, at)
            case ast.Call(func=ast.Attribute(value=owner, attr="get" | "pop"), args=[key, *default], keywords=[]):
                fallback = self.value(default[0], at) if default else None
                return _entry(self.value(owner, at), self.value(key, at), fallback)
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=arguments, keywords=[]) if name in _METHODS:
                return _called(_METHODS[name], self.value(owner, at), [self.value(item, at) for item in arguments])
            case ast.Call(func=ast.Name(id="str" | "tuple" | "set" | "list" | "frozenset"), args=[inner], keywords=[]):
                return self.value(inner, at)
            case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                held = self.holds(node, at)
                return UNKNOWN if held is None else held
            case ast.NamedExpr(value=value):
                return self.value(value, at)
            case ast.Name() | ast.Attribute():
                constant = self._constant(node, at)
                return self._variable(node, at) if constant is UNKNOWN else constant
        return UNKNOWN

    def _each(self, name: str, items: object, part: ast.expr, at: Position) -> object:
        """The values of `part` for each of `items`: `[re.compile(pattern) for pattern in PATTERNS]`."""
        if not isinstance(items, tuple):
            return UNKNOWN
        values = [replace(self, known={**self.known, name: item}).value(part, at) for item in items]
        return UNKNOWN if any(value is UNKNOWN for value in values) else tuple(values)

    def _constant(self, node: ast.Name | ast.Attribute, at: Position) -> object:
        value = self.expressions.model.string_value(node, at)
        if value.complete:
            return value.beginning
        elements, complete = self.expressions.elements(node, at)
        if not complete or not elements:
            return UNKNOWN
        texts = [self.value(element, position) for element, position in elements]
        return UNKNOWN if any(text is UNKNOWN for text in texts) else tuple(texts)

    def _variable(self, node: ast.Name | ast.Attribute, at: Position) -> object:
        """The value that a variable is assigned, if each assignment that reaches `node` gives the same."""
        bindings = self.expressions.assigned(node, at) if isinstance(node, ast.Name) and self.depth else []
        inner, values = replace(self, depth=self.depth - 1), list[object]()
        for binding in bindings:
            is_plain = binding.kind is BindingKind.ASSIGNED and not binding.path
            assigned = binding.node if is_plain and isinstance(binding.node, ast.expr) else None
            values.append(inner.value(assigned, binding.at) if assigned else UNKNOWN)
        return values[0] if values and all(value == values[0] for value in values) else UNKNOWN

    def reachable(self, scope: Scope) -> Iterator[tuple[ast.stmt, bool]]:
        """The statements of a function that may run for the route, each with whether it certainly does."""
        yield from self._block(getattr(scope.whole, "body", []), scope.end, certain=True)

    def _block(  # noqa: C901  # one case for each form of statement
        self, statements: Sequence[ast.stmt], at: Position, *, certain: bool
    ) -> Iterator[tuple[ast.stmt, bool]]:
        for statement in statements:
            match statement:
                case ast.If(test=test, body=body, orelse=orelse):
                    held = self.holds(test, at)
                    if held is not False:
                        yield from self._block(body, at, certain=certain and held is True)
                    if held is not True:
                        yield from self._block(orelse, at, certain=certain and held is False)
                    taken = body if held is True else orelse if held is False else []
                    # Nothing below runs. A nested `if` that returns in all of its branches is not seen, which only
                    # makes more code reachable.
                    if taken and isinstance(taken[-1], ast.Return | ast.Raise):
                        return
                    if held is None and _ends(body):
                        certain = False
                case ast.With(body=body) | ast.AsyncWith(body=body):
                    yield from self._block(body, at, certain=certain)
                # The body may be left at any statement, but its beginning runs, and a check there is what matters. The
                # rest depends on an error.
                case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                    yield from self._block(body, at, certain=certain)
                    for handler in handlers:
                        yield from self._block(handler.body, at, certain=False)
                    yield from self._block([*orelse, *final], at, certain=False)
                case ast.For(body=body) | ast.AsyncFor(body=body) | ast.While(body=body):
                    yield from self._block(body, at, certain=False)
                case _:
                    yield statement, certain
                    if isinstance(statement, ast.Return | ast.Raise):
                        return


def _matched(name: str, pattern: object, text: object) -> object:
    """Whether a pattern takes a text: True, or None as Python has it; unknown if that depends on a parameter."""
    written = pattern.pattern if isinstance(pattern, _Regex) else pattern
    if not isinstance(written, str) or not isinstance(text, str) or _NESTED_REPETITION.search(written):
        return UNKNOWN
    try:
        method = getattr(re.compile(written), name)
    except re.error:
        return UNKNOWN
    found = {method(text.replace(HOLE, sample)) is not None for sample in _SAMPLES}
    return UNKNOWN if len(found) > 1 else True if found == {True} else None


def _ends(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise)


def _all(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def _not(value: bool | None) -> bool | None:  # noqa: FBT001  # a truth value
    return None if value is None else not value


def _compared(operator: ast.cmpop, left: object, right: object) -> object:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    match operator:
        # `is` on strings is a mistake that works for short ones; it means equality.
        case ast.Eq() | ast.Is():
            return left == right
        case ast.NotEq() | ast.IsNot():
            return left != right
        case ast.In() if isinstance(right, tuple | list | str | Mapping):
            return left in right
        case ast.NotIn() if isinstance(right, tuple | list | str | Mapping):
            return left not in right
    return UNKNOWN


def _indexed(holder: object, index: object) -> object:
    if isinstance(holder, tuple | list | str) and isinstance(index, int) and -len(holder) <= index < len(holder):
        return holder[index]
    return UNKNOWN


def _entry(holder: object, key: object, fallback: object) -> object:
    return holder.get(key, fallback) if isinstance(holder, Mapping) and key is not UNKNOWN else UNKNOWN


def _called(method: Callable[..., object], owner: object, arguments: list[object]) -> object:
    if not isinstance(owner, str) or any(argument is UNKNOWN for argument in arguments):
        return UNKNOWN
    try:
        return method(owner, *arguments)
    # `"".split("")` and a wrong number of arguments: the project would fail as well, but that is no reason to end the
    # check.
    except (TypeError, ValueError):
        return UNKNOWN
