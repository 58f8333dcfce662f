"""Permissions of Django REST framework: which classes a view asks, by attribute, action, `get_permissions` and default.

The first class of the method resolution order that has `permission_classes` decides; it replaces what others have and
the default of the settings. `get_permissions` is evaluated for the action: lists, `super().get_permissions()`, and
branches on `self.action` and the method of the request. `has_object_permission` alone guards nothing here: no list
route asks it.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace

from archguard.codebase.scopes.scopes import Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.routes import is_one_of, route_facts
from archguard.effects.routes.checks import Checks, is_unresolved
from archguard.effects.routes.conditions import Conditions
from archguard.effects.routes.expressions import Placed, exported_types
from archguard.effects.routes.handlers import Handlers
from archguard.effects.routes.route import Check, Level
from archguard.model import Location
from archguard.model.names import parent_name, split_last, top_package
from archguard.semantics import ClassType, ExternalSymbol

_LIST = "permission_classes"


@dataclass(frozen=True)
class Asked:
    """The permissions that a view asks; all of them must pass."""

    checks: tuple[Check, ...]
    unknown: tuple[str, ...] = ()


class Permissions:
    """Finds the permissions of views."""

    def __init__(self, checks: Checks, handlers: Handlers, default: tuple[Check, ...]) -> None:
        self.checks = checks
        self.expressions = checks.expressions
        self.handlers = handlers
        self.default = default

    def of_function(self, scope: Scope) -> Asked:
        """The permissions of an `@api_view` function."""
        at = scope.at or scope.end
        for decorator in getattr(scope.node, "decorator_list", ()):
            if isinstance(decorator, ast.Call) and _last(decorator.func) == _LIST and decorator.args:
                return self._listed([(decorator.args[0], at)], Level.DECORATOR)
        return Asked(self.default)

    def of_view(self, cls: ClassType, method: str, action: str = "", given: Placed | None = None) -> Asked:
        """The permissions of `cls` for an HTTP method and an action; `given` replaces the attribute."""
        base = self._listed([given], Level.ROUTE) if given else self._attribute(cls)
        override = self._override(cls)
        if override is None:
            return base
        known = {"self.action": action or method.lower(), "self.request.method": method, "request.method": method}
        lists = _Evaluation(self, Conditions(self.expressions, known), base, override).lists()
        if not lists:  # it raises: no permission is asked, and the others must guard all the same
            return base
        if len(lists) == 1:
            return Asked(lists[0], base.unknown)
        place = self.handlers.location(override)
        # Which list is returned depends on what is not known here: each of them must guard.
        sides = tuple(Check(names=(), level=Level.CLASS, location=place, inner=checks) for checks in lists)
        return Asked((Check(names=(), level=Level.CLASS, location=place, alternatives=sides),), base.unknown)

    def _attribute(self, cls: ClassType) -> Asked:
        for base in self.expressions.hierarchy.mro(cls):
            if isinstance(base, ExternalSymbol):
                if found := self._external(base):
                    return found
                continue
            # The last assignment in a class body wins.
            for binding in reversed(base.scope.bindings.get(_LIST, [])):
                if isinstance(binding.node, ast.expr):
                    return self._listed([(binding.node, binding.at)], Level.CLASS)
        return Asked(self.default)

    def _external(self, base: ExternalSymbol) -> Asked | None:
        facts = route_facts().django
        package = top_package(base.name)
        if is_unresolved(base):
            return Asked((), (f"its base class {base.name.partition('.')[2]} cannot be resolved",))
        if is_one_of(base.name, facts.open_views):
            return Asked(())
        # It sets no permissions of its own, so that the next class decides.
        if package in facts.open_packages or base.name.endswith(("Mixin", "ViewSet")):
            return None
        return Asked((), (f"its base class {base.name} is outside of the project",))

    def _override(self, cls: ClassType) -> Scope | None:
        for base in self.expressions.hierarchy.mro(cls):
            for scope in base.scope.children if isinstance(base, ClassType) else ():
                if getattr(scope.node, "name", "") == "get_permissions":
                    return scope
        return None

    def next_override(self, cls_scope: Scope) -> Scope | None:
        """The `get_permissions` that `super()` finds from a class, in the order of its own bases."""
        cls = ClassType(cls_scope.name, cls_scope)
        for base in self.expressions.hierarchy.mro(cls)[1:]:
            for scope in base.scope.children if isinstance(base, ClassType) else ():
                if getattr(scope.node, "name", "") == "get_permissions":
                    return scope
        return None

    def _listed(self, placed: Iterable[Placed], level: Level) -> Asked:
        checks, complete = self.checks.of_list(placed, level)
        return Asked(checks, () if complete else ("its list of permissions cannot be resolved",))

    def of_name(self, name: str, location: Location) -> Check:
        """The check of a permission class that the settings name by a string."""
        module, last = split_last(name)
        model = self.checks.model
        while module and module not in self.expressions.codebase.sources:
            module = parent_name(module)
        found = exported_types(model, module, last) if module else ()
        inner = tuple(check for value in found for check in self.checks.inside(value, Level.DEFAULT, 4))
        names = tuple(dict.fromkeys((name, *(other for value in found for other in self.checks.names(value)))))
        return Check(names=names, level=Level.DEFAULT, location=location, inner=inner)


@dataclass
class _Evaluation:
    """Evaluates a `get_permissions` for one route: every list that it may return."""

    permissions: Permissions
    conditions: Conditions
    base: Asked
    function: Scope

    def lists(self) -> list[tuple[Check, ...]]:
        """The lists that it may return, without duplicates."""
        found: list[tuple[Check, ...]] = []
        self._run(getattr(self.function.whole, "body", []), {}, found)
        return list(dict.fromkeys(found))

    def _run(
        self, statements: Sequence[ast.stmt], values: dict[str, tuple[Check, ...]], found: list[tuple[Check, ...]]
    ) -> bool:
        """Run a block; whether it may go on to the statement after it."""
        for index, statement in enumerate(statements):
            match statement:
                case ast.Return(value=value):
                    found.append(self._checks(value, values) if value else ())
                    return False
                case ast.Raise():
                    return False
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                ):
                    values[name] = self._checks(value, values)
                case ast.Assign(targets=[ast.Attribute(attr=name)], value=value):
                    values[f"self.{name}"] = self._checks(value, values)
                case ast.AugAssign(target=ast.Name(id=name), value=value):
                    values[name] = (*values.get(name, ()), *self._checks(value, values))
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr), args=[value])) if (
                    attr in ("append", "extend")
                ):
                    added = self._checks(value, values) if attr == "extend" else (self._instance(value),)
                    values[name] = (*values.get(name, ()), *added)
                case ast.If(test=test, body=body, orelse=orelse):
                    return self._branch(test, (body, orelse), statements[index + 1 :], values, found)
        return True

    def _branch(
        self,
        test: ast.expr,
        branches: tuple[Sequence[ast.stmt], Sequence[ast.stmt]],
        rest: Sequence[ast.stmt],
        values: dict[str, tuple[Check, ...]],
        found: list[tuple[Check, ...]],
    ) -> bool:
        held, goes_on = self.conditions.holds(test, self.function.end), False
        for taken, branch in zip((held is not False, held is not True), branches, strict=True):
            if taken:
                # With what follows: a branch may change variables that later statements return. Copied, as the other
                # branch does not see it.
                goes_on = self._run([*branch, *rest], dict(values), found) or goes_on
        return goes_on

    def _checks(self, node: ast.expr, values: dict[str, tuple[Check, ...]]) -> tuple[Check, ...]:  # noqa: C901, PLR0911
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="get_permissions")):
                return self._inherited()
            case ast.Call(func=ast.Attribute(attr="get_permissions")):
                return self._inherited()
            case ast.Name(id=name) if name in values:
                return values[name]
            case ast.Attribute(attr=name) if f"self.{name}" in values:
                return values[f"self.{name}"]
            case ast.Attribute(value=ast.Name(id="self"), attr="permission_classes"):
                return self.base.checks
            case (
                ast.ListComp(generators=[ast.comprehension(iter=source)])
                | ast.GeneratorExp(generators=[ast.comprehension(iter=source)])
            ):
                return self._checks(source, values)
            case ast.Call(func=ast.Name(id="list" | "tuple" | "map"), args=[*_, inner]):
                return self._checks(inner, values)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return (*self._checks(left, values), *self._checks(right, values))
            case ast.IfExp(test=test, body=one, orelse=other):
                held = self.conditions.holds(test, self.function.end)
                taken = [*([one] if held is not False else []), *([other] if held is not True else [])]
                sides = [self._checks(side, values) for side in taken]
                return sides[0] if len(sides) == 1 else self._either(sides)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                found = list[Check]()
                for part in parts:
                    found += (
                        self._checks(part.value, values) if isinstance(part, ast.Starred) else [self._instance(part)]
                    )
                return tuple(found)
        return self.permissions.checks.of_list([(node, self.function.end)], Level.CLASS)[0]

    def _either(self, sides: list[tuple[Check, ...]]) -> tuple[Check, ...]:
        place = self.permissions.handlers.location(self.function)
        options = tuple(Check(names=(), level=Level.CLASS, location=place, inner=side) for side in sides)
        return (Check(names=(), level=Level.CLASS, location=place, alternatives=options),)

    def _instance(self, node: ast.expr) -> Check:
        return self.permissions.checks.of(node, self.function.end, Level.CLASS)

    def _inherited(self) -> tuple[Check, ...]:
        """What `super().get_permissions()` returns: the next override, else an instance of each listed class."""
        outer = self.function.parent
        following = self.permissions.next_override(outer) if outer else None
        if following is None:
            return self.base.checks
        lists = replace(self, function=following).lists()
        return self._either(lists) if len(lists) > 1 else lists[0] if lists else self.base.checks


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
