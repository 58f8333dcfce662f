"""Resolvers of GraphQL: the fields of the root types of a schema, behind what serves the schema.

How it works: a schema names its root types, whose fields are found in the class and its bases. Strawberry declares a
field by a decorator or a call, Graphene by an attribute with a method `resolve_...` or a mutation class; Ariadne binds
functions to an object of the root type. A field is a route `QUERY /graphql/orders`: below the path of each view that
serves GraphQL in the same service, with the checks that stand in front of that view.

Limits: only root fields are routes, since all others are reached through one. Where a service has several schemas and
several views, it is not told which view serves which, and where no view is found, what stands in front is not known:
these resolvers are incomplete unless they are guarded themselves.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace

from archguard.codebase.scopes.scopes import BindingKind, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.routes import is_one_of, route_facts
from archguard.effects.routes.checks import Checks
from archguard.effects.routes.expressions import Placed
from archguard.effects.routes.handlers import Handler, Handlers
from archguard.effects.routes.route import Check, Level, Route, Unresolved, joined
from archguard.model.names import last_part, top_package
from archguard.semantics import ClassType, ExternalSymbol, InstanceType, qualified_name

_UNSERVED = "what serves its schema is not found"
_SEVERAL = "which view serves its schema is not known"
_SNAKE = re.compile(r"(?<=[A-Za-z0-9])_+([a-z0-9])")


@dataclass(frozen=True)
class _Root:
    """A root type of a schema."""

    operation: str
    """`QUERY`, `MUTATION` or `SUBSCRIPTION`."""
    cls: ClassType
    package: str
    """The library of the schema."""
    is_camel_case: bool


@dataclass
class GraphqlResolvers:
    """Reads the schemas of a code base."""

    checks: Checks
    handlers: Handlers
    modules: tuple[str, ...]
    """The modules with the words of a library for GraphQL."""
    unresolved: list[Unresolved] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.expressions = self.checks.expressions
        self.model = self.checks.model
        self.facts = route_facts().graphql

    def routes(self, served: Sequence[Route]) -> list[Route]:
        """One route for each root field and each view among the routes `served` that serves GraphQL."""
        if not self.modules:
            return []
        schemas = [(call, at) for call, at in self._schemas()]
        resolvers = [route for root in self._roots(schemas) for route in self._fields(root)]
        resolvers += [route for module in self.modules for route in self._bound(module)]
        views = [route for route in served if self._is_view(route)]
        return [found for route in resolvers for found in self._behind(route, views, len(schemas))]

    def _is_view(self, route: Route) -> bool:
        bases = self.checks.hierarchy.mro(route.owner) if route.owner else ()
        return any(is_one_of(name, self.facts.views) for name in (route.handler, *(base.name for base in bases)))

    def _behind(self, resolver: Route, views: Sequence[Route], schemas: int) -> Iterator[Route]:
        """`resolver` below each path of GraphQL in its service."""
        own = [view for view in views if view.service == resolver.service] or list(views)
        by_path = {view.path: view for view in own}
        if len(by_path) == 1 or (by_path and schemas < 2):  # noqa: PLR2004  # one schema is served by all views
            for path, view in by_path.items():
                checks, exempt = (*resolver.checks, *view.checks), view.exemptions
                below = joined(path, resolver.path)
                yield replace(resolver, path=below, template=below, checks=checks, exemptions=exempt)
        else:
            yield replace(resolver, unknown=(*resolver.unknown, _SEVERAL if by_path else _UNSERVED))

    # Schemas and their root types

    def _schemas(self) -> Iterator[Placed]:
        names = sorted({last_part(name) for name in self.facts.schemas})
        for call, at in (placed for name in names for placed in self.expressions.calls(name)):
            if any(is_one_of(name, self.facts.schemas) for name in self.model.callees(call, at)):
                yield call, at

    def _roots(self, schemas: Iterable[Placed]) -> Iterator[_Root]:
        for call, at in schemas:
            if not isinstance(call, ast.Call):
                continue
            package = top_package(self.model.callees(call, at)[0])
            camel = self.expressions.keyword(call, at, "auto_camelcase")
            is_camel = not (camel and isinstance(camel[0], ast.Constant) and camel[0].value is False)
            for index, (name, operation) in enumerate(self.facts.operations.items()):
                if placed := self.expressions.argument(call, at, (index, name)):
                    classes = list(self._classes(*placed))
                    if not classes and not (isinstance(placed[0], ast.Constant) and placed[0].value is None):
                        self._unknown(placed, f"has a schema whose {name} type cannot be resolved")
                    yield from (_Root(operation, cls, package, is_camel) for cls in classes)

    def _classes(self, node: ast.expr, at: Position) -> Iterator[ClassType]:
        """The classes that a root type is, or is merged of: `merge_types("Query", (Orders, Users))`."""
        for value in self.expressions.types(node, at):
            if isinstance(value, ClassType):
                yield value
        made = [node, *(binding.node for binding in self.expressions.assigned(node, at))]
        for call in (found for found in made if isinstance(found, ast.Call) and len(found.args) > 1):
            for element, position in self.expressions.elements(call.args[1], at)[0]:
                yield from self._classes(element, position)

    def _unknown(self, placed: Placed, what: str) -> None:
        node, at = placed
        module = at.scope.module.name
        self.unresolved.append(Unresolved(what=what, module=module, location=self.checks.location(node, at)))

    # Fields of root types

    def _fields(self, root: _Root) -> Iterator[Route]:
        seen = set[str]()
        for base in self.checks.hierarchy.mro(root.cls):
            if not isinstance(base, ClassType):
                continue
            for child in base.scope.children:
                name = last_part(child.name)
                if name not in seen and (placed := self._declaration(child)):
                    seen.add(name)
                    yield self._decorated(root, child, name, *placed)
            for name, bindings in base.scope.bindings.items():
                binding = bindings[-1]
                if name not in seen and binding.kind is BindingKind.ASSIGNED and isinstance(binding.node, ast.Call):
                    found = self._attribute(root, name, binding.node, binding.at)
                    seen.update([name] if found else [])
                    yield from [found] if found else []

    def _declaration(self, method: Scope) -> Placed | None:
        """The decorator that makes a field of `method`."""
        at = method.at or method.end
        decorators = getattr(method.node, "decorator_list", ())
        return next(((node, at) for node in decorators if self._declares(node, at)), None)

    def _declares(self, node: ast.expr, at: Position) -> bool:
        func = node.func if isinstance(node, ast.Call) else node
        calls = [func, *self._partial_calls(func, at)]
        names = (
            qualified_name(value)
            for call in calls
            for value in self.model.infer(call.args[0] if isinstance(call, ast.Call) else call, at)
        )
        return any(is_one_of(name, self.facts.fields) for name in names)

    def _partial_calls(self, func: ast.expr, at: Position) -> list[ast.Call]:
        """`partial(strawberry.field, permission_classes=[...])`, if `func` is bound to that."""
        calls = [binding.node for binding in self.expressions.assigned(func, at)]
        return [call for call in calls if isinstance(call, ast.Call) and call.args]

    def _decorated(self, root: _Root, method: Scope, name: str, decorator: ast.expr, at: Position) -> Route:
        own = self.checks.of_decorators(method, Level.DECORATOR, below=decorator)
        asked, complete = self._asked(decorator, at)
        handler = self.handlers.of_scope(method)
        return self._route(root, self._name(root, name, decorator, at), handler, (*own, *asked), complete=complete)

    def _attribute(self, root: _Root, name: str, call: ast.Call, at: Position) -> Route | None:
        if self._declares(call, at):
            resolver = self.expressions.keyword(call, at, "resolver")
            asked, complete = self._asked(call, at)
            found = self.handlers.of(*resolver) if resolver else ()
            handler = found[0] if found else self.handlers.of_scope(root.cls.scope, root.cls)
            checks = (*self._inside(handler), *handler.checks, *asked)
            return self._route(root, self._name(root, name, call, at), handler, checks, complete=complete)
        public = self._name(root, name, call, at)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "Field":
            classes = [value for value in self.model.infer(call.func.value, at) if isinstance(value, ClassType)]
            return self._mutation(root, public, classes[0]) if classes else None
        if not self._is_field(call, at):
            return None
        resolver_scope = self.handlers.method(root.cls, f"resolve_{name}")[0]
        handler = self.handlers.of_scope(resolver_scope or root.cls.scope, root.cls)
        return self._route(root, public, handler, self._inside(handler), complete=True)

    def _is_field(self, call: ast.Call, at: Position) -> bool:
        """Whether `call` makes a field: by a class or function of a library, or by a subclass of such a class."""
        names = list[str]()
        for value in self.model.infer(call.func, at):
            bases = self.checks.hierarchy.mro(value) if isinstance(value, ClassType) else ()
            names += [qualified_name(value), *(base.name for base in bases if isinstance(base, ExternalSymbol))]
        return any(top_package(found).startswith(self.facts.field_packages) for found in names)

    def _mutation(self, root: _Root, name: str, cls: ClassType) -> Route:
        """The route of a class that mutates."""
        scopes = (self.handlers.method(cls, method)[0] for method in self.facts.mutation_methods)
        scope = next(filter(None, scopes), None)
        inner = self._inside(self.handlers.of_scope(scope, cls)) if scope else ()
        is_own = scope is not None and scope.parent is cls.scope
        handler = self.handlers.of_scope(scope if scope and is_own else cls.scope, cls)
        of_class, _ = self.handlers.class_checks(cls, "mutate")
        return self._route(root, name, handler, (*inner, *of_class), complete=True)

    def _inside(self, handler: Handler) -> tuple[Check, ...]:
        is_function = handler.scope and not handler.scope.is_class
        return tuple(self.checks.of_decorators(handler.scope, Level.DECORATOR)) if is_function and handler.scope else ()

    def _asked(self, node: ast.expr, at: Position) -> tuple[tuple[Check, ...], bool]:
        """The permissions that the declaration of a field asks for, and whether these are all."""
        calls = [node, *self._partial_calls(node.func, at)] if isinstance(node, ast.Call) else []
        listed = [
            found
            for call in calls
            if isinstance(call, ast.Call)
            for name in self.facts.guard_arguments
            if (found := self.expressions.keyword(call, at, name))
        ]
        inner = [
            found
            for node_, position in listed
            for element, place in self.expressions.elements(node_, position)[0]
            if isinstance(element, ast.Call) and (found := self.expressions.keyword(element, place, "permissions"))
        ]
        return self.checks.of_list([*listed, *inner], Level.ROUTE)

    def _name(self, root: _Root, name: str, node: ast.expr, at: Position) -> str:
        """The name of a field in the schema."""
        given = self.expressions.keyword(node, at, "name") if isinstance(node, ast.Call) else None
        written = self.expressions.text(given) if given else ""
        return written or (_SNAKE.sub(lambda match: match[1].upper(), name) if root.is_camel_case else name)

    def _route(self, root: _Root, name: str, handler: Handler, checks: Sequence[Check], *, complete: bool) -> Route:
        unknown = () if complete else ("its list of permissions cannot be resolved",)
        return self._resolver(root.operation, name, handler, checks, root.package, unknown)

    def _resolver(  # noqa: PLR0913  # what a route is made of
        self,
        operation: str,
        name: str,
        handler: Handler,
        checks: Sequence[Check],
        package: str,
        unknown: tuple[str, ...] = (),
    ) -> Route:
        return Route(
            method=operation,
            path=f"/{name}",
            template=f"/{name}",
            handler=handler.name,
            module=handler.module,
            location=handler.location or self.handlers.location(handler.scope or self.model.scope(handler.module)),
            framework=package,
            checks=tuple(checks),
            unknown=unknown,
            scope=handler.scope,
            owner=handler.cls,
        )

    # Functions that are bound to an object of the root type

    def _bound(self, module: str) -> Iterator[Route]:
        """The resolvers that a module binds: `@query.field("orders")`, `query.set_field("orders", orders)`."""
        for scope in self.model.scope(module).walk():
            for child in scope.children:
                for node in getattr(child.node, "decorator_list", ()):
                    at = child.at or child.end
                    if isinstance(node, ast.Call) and (found := self._binds(node, at)):
                        below = tuple(self.checks.of_decorators(child, Level.DECORATOR, below=node))
                        yield self._resolver(*found, self.handlers.of_scope(child), below, "ariadne")
            for path in scope.access_paths:
                for call in (access.call for access in path.accesses if access.call and len(access.call.args) > 1):
                    if found := self._binds(call, path.at):
                        for handler in self.handlers.of(call.args[1], path.at):
                            checks = (*self._inside(handler), *handler.checks)
                            yield self._resolver(*found, handler, checks, "ariadne")

    def _binds(self, call: ast.Call, at: Position) -> tuple[str, str] | None:
        """The operation and the field to which `call` binds a function; None if it binds none."""
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in self.facts.binders or not call.args:
            return None
        name = self.expressions.text((call.args[0], at))
        operations = (self._operation(value, call.func.value, at) for value in self.model.infer(call.func.value, at))
        operation = next(filter(None, operations), "")
        return (operation, name) if operation and name else None

    def _operation(self, value: object, owner: ast.expr, at: Position) -> str:
        if not isinstance(value, InstanceType) or not isinstance(value.of, ExternalSymbol):
            return ""
        if found := self.facts.objects.get(value.of.name):
            return found
        if value.of.name != self.facts.object:
            return ""
        calls = [binding.node for binding in self.expressions.assigned(owner, at)]
        texts = (
            self.expressions.text((call.args[0], at)) for call in calls if isinstance(call, ast.Call) and call.args
        )
        return next((self.facts.operations.get(text.lower(), "") for text in texts), "")
