"""Handlers: the functions, methods and classes that serve routes, with the checks that stand on them.

A handler may be wrapped where it is registered (`login_required(Orders.as_view())`), and a class serves a request by
the method of that name. Decorators above the one that registers a function wrap what is already registered, so that
they do not run.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.routes.checks import Checks, is_unresolved
from archguard.effects.routes.expressions import Placed
from archguard.effects.routes.hierarchy import DJANGO_VIEW
from archguard.effects.routes.route import Check, Level
from archguard.model import Location
from archguard.model.names import parent_name
from archguard.semantics import ClassType, ExternalMember, ExternalSymbol, FunctionType, InstanceType

HTTP_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_MAX_DEPTH = 8


@dataclass(frozen=True)
class Handler:
    """What serves a route."""

    name: str
    module: str
    location: Location | None
    """Its declaration; None if it is outside of the project."""
    scope: Scope | None = None
    cls: ClassType | None = None
    checks: tuple[Check, ...] = ()
    """The checks that wrap it where it is registered, the innermost first."""
    actions: tuple[tuple[str, str], ...] = ()
    """For a view set, the method of the class by HTTP method: `as_view({"get": "list"})`."""
    options: tuple[tuple[str, Placed], ...] = ()
    """The keyword arguments of `as_view`, which override attributes of the class."""
    unknown: tuple[str, ...] = ()
    """Why what runs before it cannot be told."""

    @property
    def is_external(self) -> bool:
        """Whether it is outside of the project."""
        return self.location is None


class Handlers:
    """Finds the handlers that expressions evaluate to."""

    def __init__(self, checks: Checks) -> None:
        self.checks = checks
        self.expressions = checks.expressions
        self.model = checks.model
        self._called: tuple[Scope | None, Mapping[str, Placed]] = (None, {})

    def of_call(self, node: ast.expr, at: Position, passed: Mapping[str, Placed]) -> tuple[Handler, ...]:
        """The handlers that `node` can be in a function that is called with `passed`."""
        self._called = (at.scope, passed)
        try:
            return self.of(node, at)
        finally:
            self._called = (None, {})

    def of(  # noqa: PLR0911  # one case for each form of expression
        self, node: ast.expr, at: Position, owner: ClassType | None = None, depth: int = _MAX_DEPTH
    ) -> tuple[Handler, ...]:
        """The handlers that `node` can be; empty if it cannot be resolved."""
        if depth == 0:
            return ()
        match node:
            case ast.Call(func=ast.Attribute(value=cls, attr="as_view" | "as_asgi" | "as_handler")):
                return tuple(self._as_view(handler, node, at) for handler in self.of(cls, at, owner, depth - 1))
            case ast.Call(func=func, args=[inner, *_]) if not self._constructs(func, at) and _may_be_handler(inner):
                handlers = self.of(inner, at, owner, depth - 1)
                if handlers and self._is_partial(func, at):
                    return handlers
                check = self.checks.of(func, at, Level.DECORATOR, owner)
                wrapped = tuple(replace(handler, checks=(*handler.checks, check)) for handler in handlers)
                return wrapped or self._returned(func, at, owner, depth)
            case ast.Call(func=func) if returned := self._returned(func, at, owner, depth):
                return returned
            case ast.IfExp(body=one, orelse=other):
                found = [handler for side in (one, other) for handler in self.of(side, at, owner, depth - 1)]
                return tuple(dict.fromkeys(found))
            case ast.Name() | ast.Attribute() if followed := self._assigned(node, at, owner, depth):
                return followed
        return tuple(filter(None, (self._of_type(value) for value in self.expressions.types(node, at, owner))))

    def _returned(self, func: ast.expr, at: Position, owner: ClassType | None, depth: int) -> tuple[Handler, ...]:
        """The handlers that a factory of the project returns: `error_page(404)`."""
        functions = [value for value in self.expressions.types(func, at, owner) if isinstance(value, FunctionType)]
        results = [result for function in functions for result in function.scope.returns]
        found = [handler for node, place in results for handler in self.of(node, place, None, depth - 1)]
        return tuple(dict.fromkeys(found))

    def _constructs(self, func: ast.expr, at: Position) -> bool:
        return any(isinstance(value, ClassType) for value in self.model.infer(func, at))

    def _is_partial(self, func: ast.expr, at: Position) -> bool:
        return any(
            isinstance(value, ExternalSymbol) and value.name == "functools.partial"
            for value in self.model.infer(func, at)
        )

    def _as_view(self, handler: Handler, call: ast.Call, at: Position) -> Handler:
        actions = list[tuple[str, str]]()
        mapping = (
            call.args[0] if call.args else next((item.value for item in call.keywords if item.arg == "actions"), None)
        )
        for position in (at,):
            literal = self._dictionary(mapping, position)
            for key, value in zip(literal.keys, literal.values, strict=True) if literal else ():
                if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                    actions.append((str(key.value).lower(), str(value.value)))
        options = tuple((item.arg, (item.value, at)) for item in call.keywords if item.arg)
        return replace(handler, actions=tuple(actions), options=options)

    def _dictionary(self, node: ast.expr | None, at: Position) -> ast.Dict | None:
        if isinstance(node, ast.Dict):
            return node
        found = self.expressions.assigned(node, at) if isinstance(node, ast.Name) else []
        return next((binding.node for binding in found if isinstance(binding.node, ast.Dict)), None)

    def _assigned(
        self, node: ast.Name | ast.Attribute, at: Position, owner: ClassType | None, depth: int
    ) -> tuple[Handler, ...]:
        found = list[Handler]()
        bindings = self.expressions.assigned(node, at, owner)
        for binding in bindings:
            if binding.kind is BindingKind.ASSIGNED and isinstance(binding.node, ast.expr) and not binding.path:
                found += self.of(binding.node, binding.at, owner, depth - 1)
            elif binding.kind is BindingKind.PARAMETER:
                function, arguments = self._called
                given = arguments.get(binding.name) if binding.at.scope is function else None
                for value, position in [given] if given else self.expressions.passed(binding):
                    found += self.of(value, position, None, depth - 1)
        return tuple(dict.fromkeys(found))

    def _of_type(self, value: object) -> Handler | None:  # noqa: PLR0911  # one case for each type
        match value:
            case FunctionType(scope=scope, receiver=receiver):
                cls = receiver.of if isinstance(receiver, InstanceType) else receiver
                return self.of_scope(scope, cls if isinstance(cls, ClassType) else None)
            case ClassType(scope=scope) as cls:
                return self.of_scope(scope, cls)
            case InstanceType(of=ClassType() as cls):
                return self.of_scope(cls.scope, cls)
            case ExternalSymbol(name=name):
                return Handler(name, parent_name(name), None)
            case ExternalMember(base=base, name=name):
                return Handler(f"{base}.{name}", parent_name(base), None)
            case InstanceType(of=ExternalSymbol(name=name)):
                return Handler(name, parent_name(name), None)
        return None

    def of_scope(self, scope: Scope, cls: ClassType | None = None) -> Handler:
        """The handler that is a function or class of the project."""
        return Handler(scope.name, scope.module.name, self.location(scope), scope, cls)

    def location(self, scope: Scope) -> Location:
        """The declaration of a function or class, from its `def` or `class` to its end."""
        source = self.model.files.source(scope.module.name)
        node = scope.node
        return source.location(node) if isinstance(node, ast.stmt | ast.expr) else Location(source.display_path)

    # Methods of classes

    def method(self, cls: ClassType, name: str) -> tuple[Scope | None, ClassType | None, Binding | None]:
        """The function that `name` is in `cls` or its bases, the class that has it, and its binding."""
        for base in self.checks.hierarchy.mro(cls):
            if isinstance(base, ExternalSymbol):
                continue
            # The last definition in a class body is the one that the class has.
            for binding in reversed(base.scope.bindings.get(name, [])):
                node: ast.AST = binding.node
                if isinstance(node, ast.Name):  # `head = get`
                    return *self.method(base, node.id)[:2], binding
                scope = self.model.files.scope_of(node, binding.at)
                return scope, base, binding
        return None, None, None

    def http_methods(
        self, cls: ClassType, names: Iterable[str] = HTTP_METHODS
    ) -> Iterator[tuple[str, Scope, ClassType]]:
        """The methods of a class of the project that serve HTTP methods, by that name."""
        for name in names:
            scope, holder, _ = self.method(cls, name)
            if scope is not None and holder is not None:
                yield name, scope, holder

    def class_checks(self, cls: ClassType, method: str) -> tuple[tuple[Check, ...], tuple[str, ...]]:
        """The checks of a class for `method`, and what is unknown: mixins, class decorators, `decorators`."""
        found, unknown = list[Check](), list[str]()
        hierarchy = self.checks.hierarchy
        for base in hierarchy.mro(cls):
            if isinstance(base, ExternalSymbol):
                if is_unresolved(base):
                    unknown.append(f"its base class {base.name.partition('.')[2]} cannot be resolved")
                found.append(Check(names=(base.name,), level=Level.CLASS, location=self.location(cls.scope)))
                # Bases behind it in the MRO are not asked any more: these classes call no `super().dispatch`.
                if base.name == DJANGO_VIEW or self._ends_dispatch(base.name):
                    break
                continue
            found += self._class_level(base, method)
            if self._replaces_dispatch(base):
                break
        return tuple(found), tuple(unknown)

    def decorated_methods(self, cls: ClassType) -> frozenset[str]:
        """The methods that class decorators name: `@method_decorator(login_required, name="get")`."""
        bases = (base for base in self.checks.hierarchy.mro(cls) if isinstance(base, ClassType))
        decorators = (node for base in bases for node in getattr(base.scope.node, "decorator_list", ()))
        return frozenset(filter(None, map(_decorated_method, decorators)))

    def _ends_dispatch(self, name: str) -> bool:
        return name in ("flask.views.View", "tornado.web.RequestHandler")

    def _class_level(self, cls: ClassType, method: str) -> Iterator[Check]:
        yield Check(names=(cls.name,), level=Level.CLASS, location=self.location(cls.scope))
        at = cls.scope.at or cls.scope.end
        for node in getattr(cls.scope.node, "decorator_list", ()):
            target = _decorated_method(node)
            if target in ("", "dispatch", "as_view", method) or target is None:
                yield self.checks.of(node, at, Level.CLASS)
        # Each of them runs before the handler in some framework, and a check in it stops the request.
        for name in ("dispatch", "dispatch_request", "prepare", "as_view", "setup"):
            for binding in cls.scope.bindings.get(name, ()):
                scope = self.model.files.scope_of(binding.node, binding.at)
                if scope is not None:
                    yield Check(
                        names=(scope.name,),
                        level=Level.CLASS,
                        location=self.location(scope),
                        inner=tuple(self.checks.of_decorators(scope, Level.CLASS)),
                    )

    def _replaces_dispatch(self, cls: ClassType) -> bool:
        """Whether the class has a `dispatch` that never calls the next one: mixins after it do not run."""
        for binding in cls.scope.bindings.get("dispatch", ()):
            scope = self.model.files.scope_of(binding.node, binding.at)
            if scope is not None:
                return not any(
                    access.name == "dispatch" for path in scope.access_paths for access in path.accesses if access.call
                )
        return False

    def listed_decorators(self, cls: ClassType, attribute: str, method: str) -> tuple[Check, ...]:
        """The decorators in a class attribute, of the first class that has it: a list, or one for each method."""
        for base in self.checks.hierarchy.mro(cls):
            bindings = base.scope.bindings.get(attribute, ()) if isinstance(base, ClassType) else ()
            for binding in bindings:
                node = binding.node
                if isinstance(node, ast.Dict):
                    values = [
                        value
                        for key, value in zip(node.keys, node.values, strict=True)
                        if isinstance(key, ast.Constant) and str(key.value).lower() == method
                    ]
                    return self.checks.of_list(((value, binding.at) for value in values), Level.CLASS)[0]
                if isinstance(node, ast.expr):
                    return self.checks.of_list([(node, binding.at)], Level.CLASS)[0]
        return ()


def _may_be_handler(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Lambda)


def _decorated_method(node: ast.expr) -> str | None:
    """The method that a class decorator applies to: `method_decorator(x, name="dispatch")`; None if it names none."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
    return None
