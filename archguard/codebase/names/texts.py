"""The texts that expressions make: constants, f-strings, `+`, `%`, `.format()`, and what names stand for."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from archguard.codebase.facts import Binding, Position
from archguard.codebase.facts.scopes import How
from archguard.codebase.names.asking import Asking
from archguard.codebase.names.values import Instance, Outside, OwnClass, OwnModule, Value

_PERCENT = re.compile(r"%(?:\(\w+\))?[#0\- +]*[\d*]*(?:\.\d+)?[diouxXeEfFgGcrsa]")
_BRACES = re.compile(r"(?<!\{)\{[^{}]*\}(?!\})")
_DEEP = 12
_SAME_TEXT = {"strip", "lstrip", "rstrip", "lower", "upper", "encode", "replace", "dedent", "text", "SQL", "cleandoc"}


@dataclass(frozen=True)
class Text:
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


class Texts:
    """Puts texts together with the help of `names`."""

    def __init__(self, names: Asking) -> None:
        self.names = names

    def text(self, node: ast.expr, at: Position) -> Text:
        """The text that `node` makes."""
        return Text(_merged(self._parts(node, at, _DEEP)))

    def _parts(self, node: ast.expr, at: Position, depth: int) -> Iterator[str | None]:  # noqa: C901, PLR0912  # one case a form
        match node:
            case _ if depth == 0:
                yield None
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=values):
                for value in values:
                    inner = value.value if isinstance(value, ast.FormattedValue) else value
                    yield from self._parts(inner, at, depth - 1)
            case ast.BinOp(op=ast.Add()):
                for operand in _added(node):
                    yield from self._parts(operand, at, depth - 1)
            case ast.BinOp(left=template, op=ast.Mod()):
                yield from _emptied(_PERCENT, self._parts(template, at, depth - 1))
            case ast.Call(func=ast.Attribute(value=template, attr="format")):
                yield from _emptied(_BRACES, self._parts(template, at, depth - 1))
            case ast.Call():
                yield from self._of_call(node, at, depth)
            case ast.NamedExpr(value=inner) | ast.Await(value=inner):
                yield from self._parts(inner, at, depth - 1)
            case ast.Name(id=name):
                yield from self._of_origins(self.names.origins(name, at), depth)
            case ast.Attribute(value=owner, attr=name):
                yield from self._of_attribute(self.names.value(owner, at), name, depth)
            case _:
                yield None

    def _of_call(self, call: ast.Call, at: Position, depth: int) -> Iterator[str | None]:
        """`text("...")` and `"...".strip()` keep the text; `environ.get(name, default)` has a default."""
        last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        match call.func, call.args:
            case _, [argument] if last in _SAME_TEXT - {"strip", "lstrip", "rstrip", "encode", "replace"}:
                yield from self._parts(argument, at, depth - 1)
            case ast.Attribute(value=text), _ if last in _SAME_TEXT:
                yield from self._parts(text, at, depth - 1)
            case _, [_, default] if last in ("get", "getenv", "config", "env"):
                yield from self._parts(default, at, depth - 1)
            case _:
                yield None

    def _of_origins(self, origins: tuple[Binding | Outside | OwnModule, ...], depth: int) -> Iterator[str | None]:
        bindings = [origin for origin in origins if isinstance(origin, Binding)]
        if len(bindings) == 1 == len(origins):
            yield from self._of_binding(bindings[0], depth)
        else:
            yield None

    def _of_binding(self, binding: Binding, depth: int) -> Iterator[str | None]:
        match binding:
            case Binding(how=How.ASSIGNED, node=ast.expr() as node, path=()):
                yield from self._parts(node, binding.at, depth - 1)
            case Binding(how=How.PARAMETER, default=ast.expr() as default):
                yield from self._parts(default, binding.at.scope.at or binding.at, depth - 1)
            case _:
                yield None

    def _of_attribute(self, owners: tuple[Value, ...], name: str, depth: int) -> Iterator[str | None]:
        match owners:
            case [OwnModule(name=module)]:
                yield from self._of_origins(self.names.module_origins(module, name), depth)
            case [OwnClass() as cls] | [Instance(of=OwnClass() as cls)]:
                yield from self._of_origins(self._defined(cls, name), depth)
            case _:
                yield None

    def _defined(self, cls: OwnClass, name: str) -> tuple[Binding, ...]:
        found = self.names.definition(cls, name)
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


def _emptied(form: re.Pattern[str], parts: Iterator[str | None]) -> Iterator[str | None]:
    """`parts` with None for everything that is filled in."""
    for part in parts:
        if part is None:
            yield None
            continue
        first, *others = form.split(part)
        yield first
        for other in others:
            yield from (None, other)


def _merged(parts: Iterator[str | None]) -> tuple[str | None, ...]:
    merged: list[str | None] = []
    for part in parts:
        if merged and merged[-1] is not None and part is not None:
            merged[-1] += part
        elif part is None or part:
            merged.append(part)
    return tuple(merged)
