"""The keys of the JSON body that a request sends, as far as a literal says them.

A body is closed if it is a dict literal, or a local name that is bound to one and only gets constant keys afterwards.
Keys that are set in a branch, or by `update`, may be there. Anything else (`**others`, a comprehension, a parameter, a
name that is rebound) is open: it is not judged.
"""

import ast
from collections.abc import Iterator
from typing import TypeAlias

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position
from archguard.dataclass import dataclass
from archguard.effects.api.frames import Frame, Placed, argument_of, frame_of
from archguard.semantics import SemanticModel

_ENCODERS = frozenset(["dumps", "jsonable_encoder", "cast"])
"""Functions that return the body in another form."""
_READING_METHODS = frozenset(["get", "items", "keys", "values", "copy"])
_MAX_DEPTH = 10


@dataclass(frozen=True)
class BodyKeys:
    """The keys of a body that is known completely."""

    keys: frozenset[str]
    optional: frozenset[str]
    """Keys that are set under a condition."""
    is_list: bool = False
    """Whether it is a list of such objects."""


@dataclass(frozen=True)
class Body:
    """A body that is known completely, and where it stands."""

    keys: frozenset[str]
    optional: frozenset[str]
    node: ast.expr
    at: Position
    is_list: bool = False

    @property
    def as_keys(self) -> BodyKeys:
        """What it holds, without its place."""
        return BodyKeys(self.keys, self.optional, self.is_list)


BodyValue: TypeAlias = Body | Binding | None
"""The body; the parameter that it is passed by; None if it is not known."""


@dataclass(frozen=True)
class Bodies:
    """Finds the keys of bodies."""

    model: SemanticModel

    def of(self, placed: Placed, *, is_encoded: bool) -> tuple[BodyValue, ...]:
        """The possible bodies that the expression `placed` evaluates to.

        Args:
            placed: The argument of the client call.
            is_encoded: Whether the client encodes it as JSON; else the code must, as a mapping would be sent as a form.
        """
        return tuple(dict.fromkeys(self._of(placed, _MAX_DEPTH, is_encoded=is_encoded))) or (None,)

    def _of(  # noqa: C901, PLR0912  # one case a form
        self, placed: Placed, depth: int, *, is_encoded: bool
    ) -> Iterator[BodyValue]:
        node, at, frame = placed
        match node:
            case _ if depth <= 0:
                yield None
            case ast.Dict() | ast.List() if not is_encoded:
                yield None
            case ast.Dict():
                yield self._literal(node, at)
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords) if keywords and is_encoded:
                names = [keyword.arg for keyword in keywords if keyword.arg]
                yield Body(frozenset(names), frozenset(), node, at) if len(names) == len(keywords) else None
            case ast.List(elts=[ast.Dict() as item]):
                found = self._literal(item, at)
                yield Body(found.keys, found.optional, node, at, is_list=True) if found else None
            case ast.Call(func=func, args=[inner, *_]) if _last_name(func) in _ENCODERS:
                yield from self._of(Placed(inner, at, frame), depth - 1, is_encoded=True)
            case ast.Call(func=ast.Attribute(value=inner, attr="encode" | "copy")):
                yield from self._of(Placed(inner, at, frame), depth - 1, is_encoded=is_encoded)
            case ast.IfExp(body=one, orelse=other):
                for side in (one, other):
                    yield from self._of(Placed(side, at, frame), depth - 1, is_encoded=is_encoded)
            # `body or {}`: what is passed on, if anything is.
            case ast.BoolOp(op=ast.Or(), values=[first, *_]):
                yield from self._of(Placed(first, at, frame), depth - 1, is_encoded=is_encoded)
            case ast.Name():
                for origin in self.model.resolve(node.id, at):
                    if not isinstance(origin, Binding):
                        yield None
                        continue
                    yield from self._bound(node, origin, placed, depth - 1, is_encoded=is_encoded)
            case _:
                yield None

    def _bound(
        self, name: ast.Name, binding: Binding, placed: Placed, depth: int, *, is_encoded: bool
    ) -> Iterator[BodyValue]:
        match binding:
            case Binding(kind=BindingKind.PARAMETER):
                yield from self._argument(binding, placed.frame, depth, is_encoded=is_encoded)
            case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as value, path=()):
                for found in self._of(Placed(value, binding.at, placed.frame), depth, is_encoded=is_encoded):
                    yield self._with_stores(found, name, binding, placed.at) if isinstance(found, Body) else found
            case _:
                yield None

    def _argument(
        self, parameter: Binding, frame: Frame | None, depth: int, *, is_encoded: bool
    ) -> Iterator[BodyValue]:
        inner = frame_of(frame, parameter.at.scope)
        if not inner:
            yield parameter
            return
        found = argument_of(self.model, inner, parameter.name)
        if isinstance(found, Placed):
            yield from self._of(found, depth, is_encoded=is_encoded)
        else:
            yield None

    def _literal(self, node: ast.Dict, at: Position) -> Body | None:
        keys = [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        return Body(frozenset(keys), frozenset(), node, at) if len(keys) == len(node.keys) else None

    def _with_stores(self, body: Body, name: ast.Name, binding: Binding, at: Position) -> Body | None:
        """`body` with the keys that are set on the name between its binding and its use; None if it may have others."""
        keys, optional = set(body.keys), set(body.optional)
        sure = set[str]()
        for use in _uses(binding, name):
            match use:
                case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(key)))]):
                    (sure if _is_sure(use, binding) else optional).add(key)
                case ast.Call(func=ast.Attribute(attr="update"), args=[ast.Dict() as added], keywords=[]):
                    more = self._literal(added, at)
                    if more is None:
                        return None
                    (sure if _is_sure(use, binding) else optional).update(more.keys)
                case ast.Call(func=ast.Attribute(attr="setdefault"), args=[ast.Constant(value=str(key)), *_]):
                    optional.add(key)
                case ast.Call(func=ast.Attribute(attr=method)) if method in _READING_METHODS:
                    continue
                case _:
                    return None
        keys |= sure
        return Body(frozenset(keys), frozenset(optional - keys), body.node, body.at, body.is_list)


def _is_sure(use: ast.AST, binding: Binding) -> bool:
    """Whether the statement of `use` stands in the same block as the binding, so that it runs whenever that does."""
    for node in ast.walk(binding.at.scope.whole):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            simple = [item for item in block if not hasattr(item, "body")] if isinstance(block, list) else []
            if all(any(_holds(statement, part) for statement in simple) for part in (use, binding.node)):
                return True
    return False


def _holds(statement: ast.stmt, node: ast.AST) -> bool:
    return any(part is node for part in ast.walk(statement))


def _uses(binding: Binding, name: ast.Name) -> Iterator[ast.AST]:
    """What is done to the object of `binding`, in the same scope and before `name`: stores, and method calls."""
    for node in ast.walk(binding.at.scope.whole):
        # By lines: in a loop, a store below the use would reach it, too, and is overlooked.
        if getattr(node, "lineno", 0) > name.lineno:
            continue
        match node:
            case ast.Assign(targets=targets) if any(_is_item_of(target, binding.name) for target in targets):
                yield node
            case ast.AugAssign(target=target) if _is_item_of(target, binding.name) or _is_name(target, binding.name):
                yield node
            case ast.Delete(targets=targets) if any(_is_item_of(target, binding.name) for target in targets):
                yield node
            case ast.Call(func=ast.Attribute(value=owner)) if _is_name(owner, binding.name):
                yield node


def _is_item_of(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Subscript) and _is_name(target.value, name)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
