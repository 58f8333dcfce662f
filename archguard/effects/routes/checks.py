"""Builds the checks that run before handlers: from dependencies, decorators, permission classes and mixins.

How it works: the expression of a check is resolved to the functions, classes and external names that it can be. The
names of a check are all of these, what a method overrides, and the variables that hold it, since a contract may name
any of them. Its inner checks are the dependencies and decorators of these functions, and the decorators that a
decorator of the project applies in turn.

Limits: `_MAX_DEPTH` checks in a chain, which also ends cycles; `Depends` chains are three or four long.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position, Scope
from archguard.effects.routes.expressions import Expressions, Placed
from archguard.effects.routes.hierarchy import DJANGO_VIEW, UNRESOLVED, Class
from archguard.effects.routes.route import Check, Level
from archguard.model import Location
from archguard.model.names import is_below, last_part
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    ModuleType,
    Type,
    qualified_name,
)
from archguard.semantics.recorded import recorded

_MAX_DEPTH = 8
_DEPENDS = frozenset({"Depends", "Security", "Provide", "Inject", "Middleware", "DefineMiddleware"})
"""Markers whose first argument is what is run."""
_DECIDING = frozenset({"has_permission", "dispatch", "__call__"})
"""Methods by which the classes that guard do so."""
_METHOD_DECORATOR = "method_decorator"


class Checks:
    """Builds checks from expressions."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.model = expressions.model
        self.hierarchy = expressions.hierarchy
        self._active = set[int]()
        self._meets_cycle = False

    def of(
        self, node: ast.expr, at: Position, level: Level, owner: ClassType | None = None, depth: int = _MAX_DEPTH
    ) -> Check:
        """The check that `node` evaluates to; markers such as `Depends(...)` are taken off."""
        node, at = self._unwrapped(node, at)
        location = self.location(node, at)
        # By identity: two equal expressions in two places are two checks, and only the very same node is a cycle.
        if depth == 0 or id(node) in self._active:
            self._meets_cycle = self._meets_cycle or depth != 0
            return Check(names=(), level=level, location=location)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = tuple(self.of(side, at, level, owner, depth - 1) for side in (node.left, node.right))
            return Check(names=(), level=level, location=location, alternatives=sides)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
            sides = tuple(self.of(side, at, level, owner, depth - 1) for side in (node.left, node.right))
            return Check(names=(), level=level, location=location, inner=sides)
        if isinstance(node, ast.UnaryOp):  # `~IsAuthenticated` guards nothing
            return Check(names=(), level=level, location=location)
        self._active.add(id(node))
        try:
            return self._check(node, at, level, owner, depth - 1)
        finally:
            self._active.discard(id(node))

    def _check(self, node: ast.expr, at: Position, level: Level, owner: ClassType | None, depth: int) -> Check:
        location, names, inner = self.location(node, at), list[str](), list[Check]()
        arguments: tuple[tuple[str, str], ...] = ()
        values = self.expressions.types(node, at, owner)
        if isinstance(node, ast.Call):
            called = self.expressions.types(node.func, at, owner)
            arguments = _arguments(node, called)
            names += [name for value in called for name in self.names(value)]
            # `require_role("admin")`: the factory itself is named, what it depends on counts, and what it returns comes
            # below.
            inner += [check for value in called for check in self.inside(value, level, depth)]
            inner += self._first_arguments(node, at, called, level, depth)
            functions = [value.scope for value in called if isinstance(value, FunctionType)]
            inner += [check for scope in functions for check in self._returned_dependencies(scope, level, depth)]
            if isinstance(node.func, ast.Call):  # `jwt_required()(function)`
                inner.append(self.of(node.func, at, level, owner, depth))
            names += self._bound_names(node.func, at, owner)
        for value in values:
            names += self.names(value)
            inner += self.inside(value, level, depth)
        aliases, held = self._aliases(node, at, level, owner, depth)
        unique = tuple(dict.fromkeys((*names, *aliases)))
        return Check(
            names=unique,
            level=level,
            location=location,
            arguments=arguments or next((check.arguments for check in held), ()),
            inner=(*dict.fromkeys(inner), *held),
            has_unknown=not unique and not inner and not held and self._is_lost(node, at, level),
        )

    def _is_lost(self, node: ast.expr, at: Position, level: Level) -> bool:
        """Whether a check that has no name may be a guard: a decorator only if its first name has no definition.

        Methods of objects whose type is unknown decorate most functions of some projects, and are rarely guards.
        """
        while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
            # `app.limiter.limit("5/s")` begins at `app`, which is what can be resolved or not.
            node = node.func if isinstance(node, ast.Call) else node.value
        return level is not Level.DECORATOR or not isinstance(node, ast.Name) or not self.model.resolve(node.id, at)

    def _first_arguments(
        self, node: ast.Call, at: Position, called: Sequence[Type], level: Level, depth: int
    ) -> Iterator[Check]:
        """What `partial(check, ...)`, `method_decorator(check)` and `wraps` of the standard library are given."""
        external = {last_part(value.name) for value in called if isinstance(value, ExternalSymbol)}
        if external & {"partial", _METHOD_DECORATOR, "decorator_from_middleware", "sync_to_async"}:
            placed = self.expressions.argument(node, at, (0, "decorator"))
            for element, position in self.elements_or_self(*placed) if placed else ():
                yield self.of(element, position, level, None, depth)

    @recorded
    def _returned_dependencies(self, function: Scope, level: Level, depth: int) -> tuple[Check, ...]:
        """What a function returns that makes dependencies: `return Depends(check)`; of several, any may run."""
        found = tuple(self.of(call, at, level, None, depth) for call, at in self._returned_markers(function))
        if len(found) > 1:
            return (Check(names=(), level=level, location=found[0].location, alternatives=found),)
        return found

    def _returned_markers(self, function: Scope) -> list[tuple[ast.Call, Position]]:
        return [(node, at) for node, at in function.returns if isinstance(node, ast.Call) and self.is_marker(node, at)]

    def elements_or_self(self, node: ast.expr, at: Position) -> list[Placed]:
        """The elements of a list, else the expression alone."""
        if isinstance(node, ast.List | ast.Tuple):
            return self.expressions.elements(node, at)[0]
        if isinstance(node, ast.Name):
            found, complete = self.expressions.elements(node, at)
            return found if complete and found else [(node, at)]
        return [(node, at)]

    def _unwrapped(self, node: ast.expr, at: Position) -> Placed:
        """The dependency in `Depends(dependency)`, `Provide(dependency)`, `Middleware(cls)`."""
        if isinstance(node, ast.Call) and self.is_marker(node, at):
            first = node.args[0] if node.args else None
            keyword = next(
                (item.value for item in node.keywords if item.arg in ("dependency", "cls", "middleware")), None
            )
            return self._unwrapped(first or keyword or node, at) if first or keyword else (node, at)
        return node, at

    def is_marker(self, node: ast.Call, at: Position) -> bool:
        """Whether `node` is `Depends(...)`, `Security(...)` or the like, by whatever name it is imported."""
        # As written only if nothing is resolved: a project may have a function of its own that is called `Provide`.
        callees = [qualified_name(value) for value in self.model.infer(node.func, at)]
        written = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return any(last_part(name) in _DEPENDS for name in callees or [written])

    def names(self, value: Type) -> list[str]:
        """The qualified names of `value`: of a method, also those that it overrides; of a class, those of its bases."""
        match value:
            case FunctionType(name=name, receiver=receiver):
                cls = receiver.of if isinstance(receiver, InstanceType) else receiver
                outer = value.scope.parent
                holder = cls if isinstance(cls, ClassType) else None
                if holder is None and outer and isinstance(outer.node, ast.ClassDef):
                    holder = ClassType(outer.name, outer)
                last = last_part(name)
                bases = self.hierarchy.mro(holder) if holder else ()
                return [name, *(f"{base.name}.{last}" for base in bases)]
            case ClassType() | InstanceType(of=ClassType()):
                cls = value.of if isinstance(value, InstanceType) else value
                assert isinstance(cls, ClassType)  # noqa: S101  # matched above
                return [cls.name]
            case InstanceType() | ExternalSymbol():
                return [qualified_name(value)]
            case ExternalMember(receiver=receiver):
                cls = receiver.of if isinstance(receiver, InstanceType) else receiver
                own = [f"{cls.name}.{value.name}"] if isinstance(cls, ClassType) else []
                return [qualified_name(value), *own]
        return []

    def inside(self, value: Type, level: Level, depth: int) -> list[Check]:
        """The checks that run inside of `value`: its dependencies, decorators, and what its decorators apply."""
        if depth <= 0:
            return []
        match value:
            case FunctionType(scope=scope):
                whole = self._without_cycle(scope, level, depth)
                return list(self._of_function(scope, level, depth) if whole is None else whole)
            case ClassType() as cls:
                found = [
                    check
                    for scope in self._methods(cls, "__init__")
                    for check in self.of_parameters(scope, level, depth)
                ]
                return [*found, *self._inherited(cls, level)]
            case InstanceType(of=ClassType() as cls):
                methods = self._methods(cls, "__call__")
                found = [
                    check for scope in methods for check in self.inside(FunctionType(scope.name, scope), level, depth)
                ]
                return [*found, *self._inherited(cls, level)]
        return []

    def _of_function(self, scope: Scope, level: Level, depth: int) -> tuple[Check, ...]:
        return (*self.of_parameters(scope, level, depth), *self._applied(scope, level, depth))

    @recorded
    def _without_cycle(self, scope: Scope, level: Level, depth: int) -> tuple[Check, ...] | None:
        """What runs inside of a function; None in a cycle, where that depends on where one enters it.

        Many routes share few dependencies, each with a tree of its own below it.
        """
        outer = self._active, self._meets_cycle
        self._active, self._meets_cycle = set(), False
        found = self._of_function(scope, level, depth)
        is_whole = not self._meets_cycle
        self._active, self._meets_cycle = outer[0], outer[1] or not is_whole
        return found if is_whole else None

    def _inherited(self, cls: ClassType, level: Level) -> list[Check]:
        """The bases of a class, each as a check: a subclass of a guard is one, unless it replaces what guards."""
        place, found = self._place(cls.scope, cls.scope.at or cls.scope.end), list[Check]()
        for base in self.hierarchy.mro(cls):
            if base != cls and base.name != DJANGO_VIEW:
                found.append(Check(names=(base.name,), level=level, location=place))
            # `class AllowAny(IsAuthenticated): def has_permission(...): return True` guards nothing, so what stands
            # behind it in the MRO does not either.
            if isinstance(base, ClassType) and (self._replaces_guard(base) or _admits_anonymous(base)):
                break
        return found

    def _replaces_guard(self, cls: ClassType) -> bool:
        """Whether it has a method of its own that decides, and that never asks the next one."""
        methods = [scope for scope in cls.scope.children if last_part(scope.name) in _DECIDING]
        return any(
            not any(access.call and access.name in _DECIDING for path in scope.access_paths for access in path.accesses)
            for scope in methods
        )

    def _methods(self, cls: ClassType, name: str) -> Iterator[Scope]:
        """The nearest definition of a method in the project."""
        for base in self.hierarchy.mro(cls):
            for scope in base.scope.children if isinstance(base, ClassType) else ():
                if getattr(scope.node, "name", "") == name:
                    yield scope
                    return

    def _applied(self, scope: Scope, level: Level, depth: int) -> Iterator[Check]:
        """The decorators of a function, and what it applies to others in turn: inside of a decorator of the project."""
        yield from self.of_decorators(scope, level, depth)
        returned = [node for node, _ in scope.returns]
        for inner in scope.children:
            if not isinstance(inner.node, ast.Lambda | ast.ClassDef):
                # `require_role("admin")` returns the dependency itself, so what that one asks for in its parameters is
                # checked as well.
                if any(_mentions(node, getattr(inner.node, "name", "")) for node in returned):
                    yield from self.of_parameters(inner, level, depth - 1)
                yield from self._applied(inner, level, depth - 1) if depth > 1 else ()
        bound = {name for name, bindings in scope.bindings.items() if bindings}
        for path in scope.access_paths:
            for access in path.accesses:
                call = access.call
                name = _only_argument(call) if call else ""
                if call and name in bound and self._is_handed_function(name, scope):
                    yield self.of(call.func, path.at, level, None, depth - 1)

    def _is_handed_function(self, name: str, scope: Scope) -> bool:
        """Whether `name` is a parameter of a decorator or a function defined in it, and not some other value."""
        kinds = {binding.kind for binding in scope.bindings.get(name, [])}
        # Two, since the first may be `self` of a class that decorates.
        is_first = name in _parameters(scope.node)[:2]
        return BindingKind.DEFINED in kinds or (is_first and BindingKind.PARAMETER in kinds)

    def of_decorators(
        self, scope: Scope, level: Level, depth: int = _MAX_DEPTH, below: ast.expr | None = None
    ) -> Iterator[Check]:
        """The decorators of a function or class; with `below`, those that stand below that one and run inside of it."""
        decorators: list[ast.expr] = list(getattr(scope.node, "decorator_list", ()))
        if below is not None and below in decorators:
            # A decorator above `@app.route` wraps what that one returns, after the handler is registered: it never runs
            # for a request.
            decorators = decorators[decorators.index(below) + 1 :]
        at = scope.at or scope.end
        for node in decorators:
            if depth > 0:
                yield self.of(node, at, level, _class_around(scope), depth - 1)

    def of_parameters(self, scope: Scope, level: Level = Level.PARAMETER, depth: int = _MAX_DEPTH) -> Iterator[Check]:
        """The dependencies in the parameters of a function: defaults, `Annotated`, and aliases of these."""
        node = scope.node
        if depth <= 0 or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        at, owner = scope.at or scope.end, _class_around(scope)
        positional = [*node.args.posonlyargs, *node.args.args]
        defaults: list[ast.expr | None] = [*[None] * (len(positional) - len(node.args.defaults)), *node.args.defaults]
        pairs = [
            *zip(positional, defaults, strict=True),
            *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            for marker, position in self.markers(argument.annotation, default, at):
                yield self.of_marker(marker, position, argument.annotation, at, level, owner, depth)

    def of_marker(  # noqa: PLR0913  # the marker, and what it takes from its parameter
        self,
        marker: ast.Call,
        position: Position,
        annotation: ast.expr | None,
        at: Position,
        level: Level,
        owner: ClassType | None,
        depth: int,
    ) -> Check:
        """The check of one `Depends(...)`; without an argument, it depends on the class of the annotation."""
        is_bare = not marker.args and not any(item.arg == "dependency" for item in marker.keywords)
        if is_bare and annotation is not None and self.is_marker(marker, position):
            base = annotation.slice.elts[0] if _is_annotated(annotation) else annotation  # type: ignore[attr-defined]
            return self.of(base, at, level, owner, depth - 1)
        return self.of(marker, position, level, owner, depth - 1)

    def markers(
        self, annotation: ast.expr | None, default: ast.expr | None, at: Position, depth: int = 6
    ) -> Iterator[tuple[ast.Call, Position]]:
        """The dependencies of a parameter, through variables and aliases of `Annotated`.

        Each is a call of `Depends`, or of a function of the project that returns one.
        """
        if default is not None:
            yield from self._marker_calls(default, at, depth)
        if annotation is not None and depth:
            yield from self._annotated_markers(annotation, at, depth)

    def _annotated_markers(self, node: ast.expr, at: Position, depth: int) -> Iterator[tuple[ast.Call, Position]]:
        match node:
            case ast.Subscript(slice=ast.Tuple(elts=[inner, *metadata])):
                for item in metadata:
                    yield from self._marker_calls(item, at, depth - 1)
                yield from self._annotated_markers(inner, at, depth - 1) if depth else ()
            case ast.BinOp(left=left, op=ast.BitOr()):
                yield from self._annotated_markers(left, at, depth - 1) if depth else ()
            case ast.Constant(value=str(text)):
                try:
                    parsed = ast.parse(text, mode="eval").body
                except SyntaxError:
                    return
                yield from self._annotated_markers(parsed, at, depth - 1) if depth else ()
            case ast.Name() | ast.Attribute():
                for binding in self.expressions.assigned(node, at):
                    if isinstance(binding.node, ast.Subscript | ast.Name | ast.Attribute) and depth:
                        yield from self._annotated_markers(binding.node, binding.at, depth - 1)

    def _marker_calls(self, node: ast.expr, at: Position, depth: int) -> Iterator[tuple[ast.Call, Position]]:
        match node:
            case ast.Call() if self.is_marker(node, at) or any(
                isinstance(value, FunctionType) and self._returned_markers(value.scope)
                for value in self.expressions.types(node.func, at)
            ):
                yield node, at
            case ast.Name() | ast.Attribute() if depth:
                for binding in self.expressions.assigned(node, at):
                    if isinstance(binding.node, ast.Call | ast.Name | ast.Attribute):
                        yield from self._marker_calls(binding.node, binding.at, depth - 1)

    def _bound_names(self, node: ast.expr, at: Position, owner: ClassType | None) -> list[str]:
        """The names of the variables that `node` reads: `shop.auth.current_user` for a variable of that module."""
        found = list[str]()
        match node:
            case ast.Name(id=name):
                bindings = [origin for origin in self.model.resolve(name, at) if isinstance(origin, Binding)]
                found += [f"{item.at.scope.name}.{item.name}" for item in bindings if item.kind is BindingKind.ASSIGNED]
            case ast.Attribute(value=value, attr=attr):
                for inner in self.expressions.types(value, at, owner):
                    match inner:
                        case ModuleType(name=module):
                            found.append(f"{module}.{attr}")
                        case (ClassType() as cls) | InstanceType(of=ClassType() as cls):
                            found += [f"{base.name}.{attr}" for base in self.hierarchy.mro(cls)]
                found += [f"{name}.{attr}" for name in self._bound_names(value, at, owner)]
        return found

    def _aliases(
        self, node: ast.expr, at: Position, level: Level, owner: ClassType | None, depth: int
    ) -> tuple[list[str], list[Check]]:
        """The variables that hold a check, and the checks that they were assigned: `admin = RoleChecker("admin")`."""
        if not isinstance(node, ast.Name | ast.Attribute):
            return [], []
        held = list[Check]()
        for binding in self.expressions.assigned(node, at, owner):
            if isinstance(binding.node, ast.expr) and binding.kind is BindingKind.ASSIGNED and not binding.path:
                held.append(self.of(binding.node, binding.at, level, owner, depth - 1))
        return self._bound_names(node, at, owner), [
            check for check in held if check.names or check.inner or check.alternatives
        ]

    def of_list(
        self, placed: Iterable[Placed], level: Level, owner: ClassType | None = None
    ) -> tuple[tuple[Check, ...], bool]:
        """The checks in the lists at `placed`, and whether these are all."""
        found, complete = list[Check](), True
        for node, at in placed:
            elements, is_complete = self.expressions.elements(node, at, owner)
            found += [
                self.of(element, position, level, owner)
                for element, position in elements
                if not isinstance(element, ast.Starred)
            ]
            complete = complete and is_complete
        return tuple(found), complete

    def location(self, node: ast.expr, at: Position) -> Location:
        """The location of `node`."""
        source = self.model.files.source(at.scope.module.name)
        return source.location(node) if hasattr(node, "lineno") else Location(source.display_path)

    def _place(self, scope: Scope, at: Position) -> Location:
        source = self.model.files.source(at.scope.module.name)
        return source.location(scope.node) if isinstance(scope.node, ast.stmt) else Location(source.display_path)

    def with_level(self, checks: Iterable[Check], level: Level) -> tuple[Check, ...]:
        """`checks` at another level."""
        return tuple(replace(check, level=level) for check in checks)


def _admits_anonymous(cls: ClassType) -> bool:
    """Whether a permission class of Django REST framework lets anonymous users read."""
    bindings = cls.scope.bindings.get("authenticated_users_only", [])
    return any(isinstance(item.node, ast.Constant) and item.node.value is False for item in bindings)


def _class_around(scope: Scope) -> ClassType | None:
    while scope.parent is not None:
        scope = scope.parent
        if isinstance(scope.node, ast.ClassDef):
            return ClassType(scope.name, scope)
    return None


def _is_annotated(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and bool(node.slice.elts)


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))


def _only_argument(call: ast.Call) -> str:
    """The name that is the only positional argument; "" if it is no name."""
    return call.args[0].id if len(call.args) == 1 and isinstance(call.args[0], ast.Name) else ""


def _parameters(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    return [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]


def _arguments(call: ast.Call, called: Sequence[Type]) -> tuple[tuple[str, str], ...]:
    """The arguments of a call by parameter, defaults included: source text, elements of a collection one by one."""
    names = next((found for value in called if (found := _parameter_names(value))), [])
    pairs = [*zip(names, call.args, strict=False), *((item.arg, item.value) for item in call.keywords if item.arg)]
    defaults = next((known for value in called if (known := _defaults(value))), {})
    pairs += [item for item in defaults.items() if item[0] not in dict(pairs)]
    return tuple((name, text) for name, value in pairs for text in _texts(value))


def _defaults(value: Type) -> dict[str, ast.expr]:
    """The defaults of the parameters of a function of the project."""
    node = value.scope.node if isinstance(value, FunctionType) else None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {}
    names = _parameters(node)
    found = dict(zip(names[len(names) - len(node.args.defaults) :], node.args.defaults, strict=True))
    keyword_only = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return found | {argument.arg: default for argument, default in keyword_only if default is not None}


def _parameter_names(value: Type) -> list[str]:
    """The positional parameters of a function or a constructor of the project."""
    match value:
        case FunctionType(scope=scope, receiver=receiver):
            # The receiver fills the first parameter.
            return _parameters(scope.node)[int(receiver is not None) :]
        case ClassType(scope=scope):
            found = next((child for child in scope.children if child.name.endswith(".__init__")), None)
            return _parameters(found.node)[1:] if found else []
    return []


def _texts(node: ast.expr) -> list[str]:
    match node:
        case ast.Set(elts=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [text for part in parts for text in _texts(part)]
        case ast.Constant() | ast.Name() | ast.Attribute():
            return [ast.unparse(node)]
    return []


def is_unresolved(cls: Class) -> bool:
    """Whether a base class cannot be resolved."""
    return isinstance(cls, ExternalSymbol) and is_below(cls.name, UNRESOLVED)
