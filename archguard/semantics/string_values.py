"""The texts that expressions make: constants, f-strings, `+`, `%`, `.format()`, and what names stand for."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, takewhile
from urllib.parse import urljoin

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.mappings import Mappings, looked_up
from archguard.semantics.types import ClassType, ExternalSymbol, InstanceType, ModuleType, Type

_PERCENT = re.compile(r"%(?:\((?P<key>\w+)\))?[#0\- +]*[\d*]*(?:\.\d+)?[diouxXeEfFgGcrsa]")
_BRACES = re.compile(r"(?<!\{)\{(?P<key>[^{}:!]*)[^{}]*\}(?!\})")
_DEEP = 12
_SAME_TEXT = {"strip", "lstrip", "rstrip", "lower", "upper", "encode", "replace"}
"""Methods of a text."""
_OF_TEXT = {"lower", "upper", "dedent", "text", "SQL", "cleandoc", "URL", "Field"}
"""Functions that keep what they are given first."""
_WITH_DEFAULT = {"get", "getenv", "config", "env"}
"""Functions that give their second argument, or the one called `default`, where nothing is set."""
_DEFAULTS = {*_WITH_DEFAULT, "Field", "field", "str", "url"}


@dataclass(frozen=True)
class StringValue:
    """A text in parts; a part that is not known is None."""

    parts: tuple[str | None, ...] = ()

    def __bool__(self) -> bool:
        return any(self.parts)

    @property
    def complete(self) -> bool:
        """Whether all of it is known."""
        return None not in self.parts

    @property
    def beginning(self) -> str:
        """What is known for sure from its first character on."""
        return self.parts[0] or "" if self.parts else ""

    def filled(self, placeholder: str) -> str:
        """The text with `placeholder` for what is not known."""
        return "".join(placeholder if part is None else part for part in self.parts)


_UNKNOWN = StringValue((None,))


class StringEvaluator:
    """Puts texts together with the help of `names`."""

    def __init__(self, model: Evaluator, mappings: Mappings) -> None:
        self.model = model
        self.mappings = mappings

    def string_value(self, node: ast.expr, at: Position) -> StringValue:
        """The text that `node` makes."""
        return self._text(node, at, _DEEP)

    def _text(self, node: ast.expr, at: Position, depth: int) -> StringValue:
        return StringValue(_merged(self._parts(node, at, depth)))

    def _parts(self, node: ast.expr, at: Position, depth: int) -> Iterator[str | None]:  # noqa: C901, PLR0912  # one case a form
        match node:
            case _ if depth == 0:
                yield None
            case _ if entry := self._entry(node, at):
                yield from self._parts(*entry, depth - 1)
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=values):
                for value in values:
                    inner = value.value if isinstance(value, ast.FormattedValue) else value
                    yield from self._parts(inner, at, depth - 1)
            case ast.BinOp(op=ast.Add()):
                for operand in _added(node):
                    yield from self._parts(operand, at, depth - 1)
            case ast.BinOp(left=template, op=ast.Mod(), right=operand):
                yield from self._filled(_PERCENT, template, _operands(operand), at, depth - 1)
            case ast.Call(func=ast.Attribute(value=template, attr="format"), args=places, keywords=named):
                given = _by_place(places) | {keyword.arg or "": keyword.value for keyword in named}
                yield from self._filled(_BRACES, template, given, at, depth - 1)
            case ast.BoolOp(op=ast.Or(), values=sides):
                yield from self._first(sides, at, depth - 1)
            case ast.IfExp(body=one, orelse=other):
                yield from self._first([one, other], at, depth - 1)
            case ast.Call():
                yield from self._of_call(node, at, depth)
            case ast.NamedExpr(value=inner) | ast.Await(value=inner):
                yield from self._parts(inner, at, depth - 1)
            case ast.Name(id=name):
                yield from self._of_origins(self.model.resolve(name, at), depth)
            case ast.Attribute(value=owner, attr=name):
                yield from self._of_attribute(self.model.infer(owner, at), name, depth)
            case _:
                yield None

    def _entry(self, node: ast.expr, at: Position) -> tuple[ast.expr, Position] | None:
        """What `topics["paid"]` evaluates to, where that is one expression."""
        asked = looked_up(node)
        entries = self.mappings.entries(asked[0], asked[1], at) if asked else None
        return entries[0] if entries and len(entries) == 1 else None

    def _filled(
        self, form: re.Pattern[str], template: ast.expr, values: Mapping[str, ast.expr], at: Position, depth: int
    ) -> Iterator[str | None]:
        """`template` with what is put in where `form` stands in it, by name or by place."""
        text, places = self._text(template, at, depth), map(str, count())
        for part in text.parts:
            end = 0
            for found in form.finditer(part or ""):
                value = values.get(found["key"] or next(places)) if text.complete else None
                yield part and part[end : found.start()]
                yield from self._parts(value, at, depth - 1) if value else (None,)
                end = found.end()
            yield part and part[end:]

    def _first(self, sides: Iterable[ast.expr], at: Position, depth: int) -> Iterator[str | None]:
        """The first of `sides` of which something is known."""
        texts = (self._text(side, at, depth) for side in sides)
        yield from next(filter(None, texts), _UNKNOWN).parts

    def _of_call(self, call: ast.Call, at: Position, depth: int) -> Iterator[str | None]:
        """`text("...")` and `"...".strip()` keep the text; `environ.get(name, default)` has a default."""
        last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = [keyword.value for keyword in call.keywords if keyword.arg == "default" and last in _DEFAULTS]
        match call.func, call.args, given:
            case (_, [text], _) if last in _OF_TEXT:
                yield from self._parts(text, at, depth - 1)
            case ast.Name(id="str"), [text], _:
                yield from self._parts(text, at, depth - 1)
            case (ast.Attribute(value=text), _, _) if last in _SAME_TEXT:
                yield from self._parts(text, at, depth - 1)
            case (_, [_, default], _) if last in _WITH_DEFAULT:
                yield from self._parts(default, at, depth - 1)
            case _, _, [default]:
                yield from self._parts(default, at, depth - 1)
            case (_, [base, path], _) if last == "urljoin":
                yield from _joined(self._text(base, at, depth - 1), self._text(path, at, depth - 1))
            case _:
                yield None

    def _of_origins(
        self, origins: tuple[Binding | ExternalSymbol | ModuleType, ...], depth: int
    ) -> Iterator[str | None]:
        bindings = [origin for origin in origins if isinstance(origin, Binding)]
        if len(bindings) == 1 == len(origins):
            yield from self._of_binding(bindings[0], depth)
        else:
            yield None

    def _of_binding(self, binding: Binding, depth: int) -> Iterator[str | None]:
        match binding:
            case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as node, path=()):
                yield from self._parts(node, binding.at, depth - 1)
            case Binding(kind=BindingKind.PARAMETER, default=ast.expr() as default):
                yield from self._parts(default, binding.at.scope.at or binding.at, depth - 1)
            case _:
                yield None

    def _of_attribute(self, owners: tuple[Type, ...], name: str, depth: int) -> Iterator[str | None]:
        match owners:
            case [ModuleType(name=module)]:
                yield from self._of_origins(self.model.resolve_in_module(module, name), depth)
            case [ClassType() as cls] | [InstanceType(of=ClassType() as cls)]:
                yield from self._of_origins(self._defined(cls, name), depth)
            case _:
                yield None

    def _defined(self, cls: ClassType, name: str) -> tuple[Binding, ...]:
        found = self.model.definition(cls, name)
        return tuple(found[1]) if found else ()


def _added(node: ast.expr) -> Iterator[ast.expr]:
    """The operands of a chain of `+`, however long."""
    stack = [node]
    while stack:
        match stack.pop():
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                stack += [right, left]
            case operand:
                yield operand


def _operands(node: ast.expr) -> Mapping[str, ast.expr]:
    """What `%` puts in, by name or by place."""
    match node:
        case ast.Dict(keys=keys, values=values):
            return {
                key.value: value
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
        case ast.Tuple(elts=places):
            return _by_place(places)
    return {"0": node}


def _by_place(nodes: Iterable[ast.expr]) -> dict[str, ast.expr]:
    """`nodes` by their places, which are known up to the first with a star."""
    known = takewhile(lambda node: not isinstance(node, ast.Starred), nodes)
    return {str(place): node for place, node in enumerate(known)}


def _joined(base: StringValue, path: StringValue) -> Iterator[str | None]:
    """What `urljoin` makes."""
    if base.complete:
        with suppress(ValueError):
            yield urljoin(base.beginning, path.beginning or ".")
    if not (base.complete and path.complete):
        yield None


def _merged(parts: Iterator[str | None]) -> tuple[str | None, ...]:
    merged: list[str | None] = []
    for part in parts:
        if merged and merged[-1] is not None and part is not None:
            merged[-1] += part
        elif part is None or part:
            merged.append(part)
    return tuple(merged)
