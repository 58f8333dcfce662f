"""What class bodies say: fields with their options, inner classes, hooks; as syntax, without inference."""

import ast
from collections.abc import Iterable, Iterator

from archguard.codebase.scopes.scopes import BindingKind, Scope
from archguard.dataclass import dataclass
from archguard.effects.api.endpoints import BodyModel
from archguard.model import Location
from archguard.model.names import last_part
from archguard.semantics import ClassType, SemanticModel

_REWRITES_INPUT = frozenset(["pre_load", "root_validator", "to_internal_value", "model_validator"])
"""Hooks of the libraries that see the input before it is validated."""


@dataclass(frozen=True)
class ModelField:
    """A field of a model."""

    name: str
    is_required: bool
    is_accepted: bool = True
    """Whether a request may hold it."""


def body_model(model: SemanticModel, cls: ClassType, fields: Iterable[ModelField], extra: str) -> BodyModel:
    """The model that the class `cls` with `fields` is."""
    found = tuple(fields)
    source = model.files.source(cls.scope.module.name)
    return BodyModel(
        name=last_part(cls.name),
        location=source.location(cls.scope.node)
        if isinstance(cls.scope.node, ast.ClassDef)
        else Location(source.display_path),
        required=frozenset(it.name for it in found if it.is_required and it.is_accepted),
        optional=frozenset(it.name for it in found if not it.is_required and it.is_accepted),
        extra=extra,
    )


def calls_in_body(scope: Scope) -> Iterator[tuple[str, ast.Call]]:
    """The names of a class body that are bound to calls, each with its last one."""
    for name, bindings in scope.bindings.items():
        node = bindings[-1].node
        if isinstance(node, ast.Call) and bindings[-1].kind is BindingKind.ASSIGNED:
            yield name, node


def rewrites(cls: ClassType) -> bool:
    """Whether the class changes its input before it validates it."""
    for child in cls.scope.children:
        names = {getattr(child.node, "name", ""), *decorators(child)}
        if not names.isdisjoint(_REWRITES_INPUT) and not runs_after(child):
            return True
    return False


def runs_after(function: Scope) -> bool:
    """Whether it is a validator that sees the validated model."""
    texts = [ast.unparse(decorator) for decorator in getattr(function.node, "decorator_list", [])]
    return any('mode="after"' in text or "mode='after'" in text for text in texts)


def inner_class(scope: Scope, name: str) -> dict[str, ast.expr]:
    """The assignments in the body of the inner class `name`."""
    inner = next((child for child in scope.children if getattr(child.node, "name", "") == name), None)
    if not inner:
        return {}
    found = ((key, bindings[-1].node) for key, bindings in inner.bindings.items())
    return {key: node for key, node in found if isinstance(node, ast.expr)}


def pairs(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    """The entries of `{...}`, `dict(...)` or `ConfigDict(...)` with constant keys."""
    match node:
        case ast.Dict(keys=keys, values=values):
            yield from (
                (str(key.value), value)
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant)
            )
        case ast.Call(keywords=keywords):
            yield from ((item.arg, item.value) for item in keywords if item.arg)


def texts(node: ast.expr | None) -> list[str] | None:
    """The strings of a list or tuple; None for `"__all__"`, or if they are not literal."""
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [str(element.value) for element in elements if isinstance(element, ast.Constant)]
    return None


def is_true(node: ast.expr | None) -> bool:
    """Whether `node` is the constant True."""
    return isinstance(node, ast.Constant) and node.value is True


def decorators(scope: Scope) -> frozenset[str]:
    """The last names of the decorators of a class or function."""
    decorators = getattr(scope.node, "decorator_list", [])
    return frozenset(last_name(item.func if isinstance(item, ast.Call) else item) for item in decorators)


def last_name(node: ast.expr) -> str:
    """`get` for `self.client.get`; "" for what has no name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
