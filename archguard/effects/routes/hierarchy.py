"""Method resolution orders with external classes in their place: which mixin runs before the view's `dispatch`.

How it works: C3 linearization, as Python does it. An external class counts as its own base and, if it is a view of
Django or Django REST framework by its name, as a subclass of their `View` and `APIView`. The semantic model's own order
puts classes of the project first, which suffices to infer types, but not here.
"""

import ast
from collections.abc import Sequence
from typing import TypeAlias

from archguard.model.names import last_part, top_package
from archguard.semantics import ClassType, ExternalSymbol, InstanceType, SemanticModel
from archguard.semantics.recorded import recorded

Class: TypeAlias = ClassType | ExternalSymbol

DJANGO_VIEW = "django.views.generic.base.View"
API_VIEW = "rest_framework.views.APIView"
UNRESOLVED = "?"
"""The package of a base class that cannot be resolved."""


class Hierarchy:
    """Orders classes and their bases."""

    def __init__(self, model: SemanticModel) -> None:
        self.model = model

    @recorded
    def mro(self, cls: ClassType) -> tuple[Class, ...]:
        """`cls` and all its bases, in the order of method resolution."""
        return self._linearize(cls, ())

    def _linearize(self, cls: Class, below: tuple[Class, ...]) -> tuple[Class, ...]:
        if isinstance(cls, ExternalSymbol):
            return _external_order(cls.name)
        if cls in below:
            return ()
        bases = self._bases(cls)
        orders = [list(self._linearize(base, (*below, cls))) for base in bases]
        return (cls, *_merge([*orders, list(bases)]))

    @recorded
    def _bases(self, cls: ClassType) -> tuple[Class, ...]:
        found = list[Class]()
        for node in cls.bases:
            expression = node.value if isinstance(node, ast.Subscript) else node
            values = self.model.infer(expression, cls.scope.at or cls.scope.end)
            classes = [value.of if isinstance(value, InstanceType) else value for value in values]
            known = [value for value in classes if isinstance(value, ClassType | ExternalSymbol)]
            found += [_canonical(value) for value in known] or [
                ExternalSymbol(f"{UNRESOLVED}.{ast.unparse(expression)}")
            ]
        return tuple(dict.fromkeys(value for value in found if value != ExternalSymbol("builtins.object")))


def _canonical(cls: Class) -> Class:
    if isinstance(cls, ExternalSymbol) and cls.name in ("django.views.View", "django.views.generic.View"):
        return ExternalSymbol(DJANGO_VIEW)
    return cls


def _external_order(name: str) -> tuple[Class, ...]:
    package, last = top_package(name), last_part(name)
    if package in (
        "flask",
        "quart",
        "flask_restful",
        "flask_restx",
        "aiohttp",
        "starlette",
        "tornado",
        "sanic",
        "litestar",
    ):
        return (ExternalSymbol(name),)
    own = [name]
    if last.endswith(("APIView", "ViewSet")) or (package == "rest_framework" and last.endswith("View")):
        own += [API_VIEW, DJANGO_VIEW]
    elif last.endswith("View"):
        own.append(DJANGO_VIEW)
    return tuple(ExternalSymbol(item) for item in dict.fromkeys(own))


def _merge(orders: Sequence[list[Class]]) -> list[Class]:
    """The merge of C3; where the orders contradict each other, the first class of the first order wins."""
    pending = [list(order) for order in orders if order]
    merged = list[Class]()
    while pending:
        heads = [order[0] for order in pending]
        good = next((head for head in heads if not any(head in order[1:] for order in pending)), heads[0])
        merged.append(good)
        pending = [rest for order in pending if (rest := [cls for cls in order if cls != good])]
    return merged
