"""Constant evaluation of strings: literals, f-strings, `+`, `%`, `.format()`, defaults, and names bound to them.

How it works: an expression evaluates to a sequence of known parts and None for each part that is unknown, so that
`f"{HOST}/orders"` still has a known end. A name counts only if exactly one binding reaches it.

Limits: `_MAX_DEPTH` levels of nesting. The bound also ends `path = path + "/x"`, where a name reaches itself; there is
no other check for cycles. Cost: results are not memoized, so an expression is evaluated again at each use.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, takewhile
from urllib.parse import urljoin

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position
from archguard.semantics.django_settings import SETTINGS_OBJECT, setting_bindings
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.known_names import KNOWN_NAMES
from archguard.semantics.mappings import Mappings
from archguard.semantics.types import ClassType, ExternalSymbol, InstanceType, ModuleType, Type

_PERCENT = re.compile(r"%(?:\((?P<key>\w+)\))?[#0\- +]*[\d*]*(?:\.\d+)?[diouxXeEfFgGcrsa]")
_BRACES = re.compile(r"(?<!\{)\{(?P<key>[^{}:!]*)[^{}]*\}(?!\})")
_MAX_DEPTH = 12
"""How many levels of expressions and names are followed; what lies deeper is unknown.

The bound ends cycles, and limits the work, which can double with each two levels (`a = a + a`): not measurable at 12,
3 s for one string at 36. Findings of `gateway` with `hosts` at 1, 2, 4 and 12 levels: Redash 278, 278, 285 and 286
(286 from 5 on), Plane 558, 559, 561 and 561, Dispatch 547, 547, 553 and 553. At 16 they are the same as at 12, which is
more than twice what was needed.
"""
_NAMES = KNOWN_NAMES.strings
_DEFAULT_KEYWORD = _NAMES.default_second | _NAMES.default_keyword
"""Functions that return the keyword `default` if a setting is missing."""


@dataclass(frozen=True)
class StringValue:
    """A string in parts; an unknown part is None."""

    parts: tuple[str | None, ...] = ()

    def __bool__(self) -> bool:
        return any(self.parts)

    @property
    def complete(self) -> bool:
        """Whether all parts are known."""
        return None not in self.parts

    @property
    def beginning(self) -> str:
        """The known prefix; "" if the first part is unknown."""
        return self.parts[0] or "" if self.parts else ""

    def filled(self, placeholder: str) -> str:
        """The string, with `placeholder` in place of each unknown part."""
        return "".join(placeholder if part is None else part for part in self.parts)


_UNKNOWN = StringValue((None,))


class StringEvaluator:
    """Evaluates expressions to strings."""

    def __init__(self, evaluator: Evaluator, mappings: Mappings) -> None:
        self.evaluator = evaluator
        self.mappings = mappings

    def string_value(self, node: ast.expr, at: Position) -> StringValue:
        """The string that `node` evaluates to; parts that cannot be evaluated are None."""
        return self._evaluate(node, at, _MAX_DEPTH)

    def _evaluate(self, node: ast.expr, at: Position, depth: int) -> StringValue:
        return StringValue(_merge(self._parts(node, at, depth)))

    def _parts(self, node: ast.expr, at: Position, depth: int) -> Iterator[str | None]:  # noqa: C901, PLR0912  # one case a form
        match node:
            case _ if depth == 0:
                yield None
            case ast.Subscript() | ast.Call() if entry := self._entry(node, at):
                yield from self._parts(*entry, depth - 1)
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=values):
                for value in values:
                    inner = value.value if isinstance(value, ast.FormattedValue) else value
                    yield from (number,) if (number := self._number(inner, at)) else self._parts(inner, at, depth - 1)
            case ast.BinOp(op=ast.Add()):
                for operand in _addends(node):
                    yield from self._parts(operand, at, depth - 1)
            case ast.BinOp(left=template, op=ast.Mod(), right=operand):
                yield from self._format(_PERCENT, template, _percent_operands(operand), at, depth - 1)
            case ast.Call(func=ast.Attribute(value=template, attr="format"), args=arguments, keywords=named):
                substitutions = _by_index(arguments) | {keyword.arg or "": keyword.value for keyword in named}
                yield from self._format(_BRACES, template, substitutions, at, depth - 1)
            # `os.environ.get("HOST") or "localhost"`: the side that is written down is what the code is tested with.
            case ast.BoolOp(op=ast.Or(), values=sides):
                yield from self._first_known(sides, at, depth - 1)
            case ast.IfExp(body=one, orelse=other):
                yield from self._first_known([one, other], at, depth - 1)
            case ast.Call():
                yield from self._call_parts(node, at, depth)
            case ast.NamedExpr(value=inner) | ast.Await(value=inner):
                yield from self._parts(inner, at, depth - 1)
            case ast.Name(id=name):
                yield from self._origin_parts(self.evaluator.resolver.resolve(name, at), depth)
            case ast.Attribute(value=owner, attr=name):
                yield from self._attribute_parts(self.evaluator.infer(owner, at), name, at, depth)
            case _:
                yield None

    def _number(self, node: ast.expr, at: Position) -> str:
        """The digits of an integer in an f-string, `f"/api/{VERSION}"`; "" if it is none."""
        origins = self.evaluator.resolver.resolve(node.id, at) if isinstance(node, ast.Name) else ()
        bound = origins[0] if len(origins) == 1 and isinstance(origins[0], Binding) else None
        value = bound.node if bound and bound.kind is BindingKind.ASSIGNED and not bound.path else node
        match value:
            case ast.Constant(value=int(number)) if not isinstance(number, bool):
                return str(number)
        return ""

    def _entry(self, node: ast.expr, at: Position) -> tuple[ast.expr, Position] | None:
        """The expression that `topics["paid"]` evaluates to; None if there is not exactly one."""
        found = self.mappings.lookup(node, at)
        return found[0][0] if found and len(found[0]) == 1 else None

    def _format(
        self, field: re.Pattern[str], template: ast.expr, values: Mapping[str, ast.expr], at: Position, depth: int
    ) -> Iterator[str | None]:
        """Substitute `values`, by name or index, for the matches of `field` in `template`."""
        text, indexes = self._evaluate(template, at, depth), map(str, count())
        for part in text.parts:
            end = 0
            for found in field.finditer(part or ""):
                # In a template with an unknown part, fields may be hidden there: which value is whose is not known.
                value = values.get(found["key"] or next(indexes)) if text.complete else None
                yield part and part[end : found.start()]
                yield from self._parts(value, at, depth - 1) if value else (None,)
                end = found.end()
            yield part and part[end:]

    def _first_known(self, sides: Iterable[ast.expr], at: Position, depth: int) -> Iterator[str | None]:
        """The first of `sides` with a known part."""
        texts = (self._evaluate(side, at, depth) for side in sides)
        yield from next(filter(None, texts), _UNKNOWN).parts

    def _call_parts(self, call: ast.Call, at: Position, depth: int) -> Iterator[str | None]:
        """`text("...")` and `"...".strip()` preserve the string; `environ.get(name, default)` has a default.

        Functions are matched by their last name, without inference.
        """
        last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        keyword_default = [
            keyword.value for keyword in call.keywords if keyword.arg == "default" and last in _DEFAULT_KEYWORD
        ]
        match call.func, call.args, keyword_default:
            case (_, [text], _) if last in _NAMES.preserving_functions:
                yield from self._parts(text, at, depth - 1)
            case ast.Name(id="str"), [text], _:
                yield from self._parts(text, at, depth - 1)
            case (ast.Attribute(value=text), _, _) if last in _NAMES.preserving_methods:
                yield from self._parts(text, at, depth - 1)
            case (_, [_, default], _) if last in _NAMES.default_second:
                yield from self._parts(default, at, depth - 1)
            case _, _, [default]:
                yield from self._parts(default, at, depth - 1)
            case (_, [base, path], _) if last == "urljoin":
                yield from _urljoin_parts(self._evaluate(base, at, depth - 1), self._evaluate(path, at, depth - 1))
            case _:
                yield None

    def _origin_parts(
        self, origins: tuple[Binding | ExternalSymbol | ModuleType, ...], depth: int
    ) -> Iterator[str | None]:
        bindings = [origin for origin in origins if isinstance(origin, Binding)]
        # Of two bindings that may reach the use, neither is certain; a wrong host is worse than none.
        if len(bindings) == 1 == len(origins):
            yield from self._binding_parts(bindings[0], depth)
        else:
            yield None

    def _binding_parts(self, binding: Binding, depth: int) -> Iterator[str | None]:
        match binding:
            case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as node, path=()):
                yield from self._parts(node, binding.at, depth - 1)
            case Binding(kind=BindingKind.PARAMETER, default=ast.expr() as default):
                yield from self._parts(default, binding.at.scope.at or binding.at, depth - 1)
            case _:
                yield None

    def _attribute_parts(self, owners: tuple[Type, ...], name: str, at: Position, depth: int) -> Iterator[str | None]:
        match owners:
            case [ExternalSymbol(name=owner)] if owner == SETTINGS_OBJECT:
                found = setting_bindings(self.mappings.files, name, at.scope.module.name)
                yield from self._origin_parts(found, depth)
            case [ModuleType(name=module)]:
                yield from self._origin_parts(self.evaluator.resolver.resolve_in_module(module, name), depth)
            case [ClassType() as cls] | [InstanceType(of=ClassType() as cls)]:
                yield from self._origin_parts(self._class_bindings(cls, name), depth)
            case _:
                yield None

    def _class_bindings(self, cls: ClassType, name: str) -> tuple[Binding, ...]:
        found = self.evaluator.definition(cls, name)
        return tuple(found[1]) if found else ()


def _addends(node: ast.expr) -> Iterator[ast.expr]:
    """The operands of a chain of `+`, without recursion: a long chain would exceed its limit."""
    stack = [node]
    while stack:
        match stack.pop():
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                stack += [right, left]
            case operand:
                yield operand


def _percent_operands(node: ast.expr) -> Mapping[str, ast.expr]:
    """The values that `%` substitutes, by name or index."""
    match node:
        case ast.Dict(keys=keys, values=values):
            return {
                key.value: value
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
        case ast.Tuple(elts=elements):
            return _by_index(elements)
    return {"0": node}


def _by_index(nodes: Iterable[ast.expr]) -> dict[str, ast.expr]:
    """`nodes` by index, up to the first `*`, which makes the rest unknown."""
    indexed = takewhile(lambda node: not isinstance(node, ast.Starred), nodes)
    return {str(index): node for index, node in enumerate(indexed)}


def _urljoin_parts(base: StringValue, path: StringValue) -> Iterator[str | None]:
    """Evaluate `urljoin(base, path)`."""
    if base.complete:
        # `urljoin` refuses some invalid IPv6 addresses.
        with suppress(ValueError):
            yield urljoin(base.beginning, path.beginning or ".")
    if not (base.complete and path.complete):
        yield None


def _merge(parts: Iterator[str | None]) -> tuple[str | None, ...]:
    """Join adjacent known parts and drop empty ones."""
    merged: list[str | None] = []
    for part in parts:
        if merged and merged[-1] is not None and part is not None:
            merged[-1] += part
        elif part is None or part:
            merged.append(part)
    return tuple(merged)
