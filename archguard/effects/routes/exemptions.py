"""Routes that a hook or middleware lets pass: `if request.endpoint in PUBLIC: return`.

How it works: the statements of the function that may run for a route are gone through, with the conditions that the
route decides (`conditions.py`). A route is exempt if none of them can refuse the request, or if one that certainly runs
passes it on before. A function in which nothing refuses is not understood: it counts for every route.

Limits: calls are followed `_MAX_DEPTH` functions deep to find a `raise` or `abort`.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import replace

from archguard.codebase.facts.executed_nodes import executed_statements
from archguard.codebase.scopes.scopes import Position, Scope
from archguard.effects.routes.conditions import HOLE, UNKNOWN, Conditions
from archguard.effects.routes.expressions import Expressions
from archguard.effects.routes.names import scopes_named
from archguard.effects.routes.route import Route
from archguard.model.names import last_part, parent_name
from archguard.semantics import FunctionType, qualified_name
from archguard.semantics.recorded import recorded

_MAX_DEPTH = 2
_PARAMETER = re.compile(r"\{[^{}]*\}")
_PARAMETER_NAME = re.compile(r"\{(\w+)[^{}]*\}")
_MIDDLEWARE_METHODS = frozenset({"dispatch", "__call__", "process_view", "process_request", "intercept_service"})
_PASSES_ON = frozenset({"call_next", "handler", "get_response", "app", "next_", "process_view"})
_REFUSALS = re.compile(r"HTTP|Unauthori|Forbidden|Permission|Denied|Auth|Credential|Token|Login|Abort|40[13]")
_ABORTS = re.compile(r"(?:^|\.)(?:abort|exit|json_abort|verify_jwt_in_request|check_authorized|check_permission)$")


class Exemptions:
    """Finds routes that a function in front of them lets pass."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.model = expressions.model

    def passes(self, name: str, route: Route) -> bool:
        """Whether the hook or middleware `name` lets every request of `route` pass."""
        functions = self._refusing(name)
        if not functions:
            return False
        conditions = Conditions(self.expressions, _known(route))
        return all(self._passes(function, _with_arguments(conditions, function)) for function in functions)

    @recorded
    def _refusing(self, name: str) -> tuple[Scope, ...]:
        """The functions that run for the hook or middleware `name`, if each of them can refuse a request."""
        found = list[Scope]()
        for scope in scopes_named(self.expressions.codebase, name) if name else ():
            methods = [child for child in scope.children if last_part(child.name) in _MIDDLEWARE_METHODS]
            found += methods if isinstance(scope.node, ast.ClassDef) else [scope]
        return tuple(found) if all(map(self._can_refuse, found)) else ()

    def _can_refuse(self, function: Scope) -> bool:
        is_middleware = _is_middleware(function)
        statements = _all_statements(function)
        return any(self._refuses(statement, function.end, is_middleware, _MAX_DEPTH) for statement in statements)

    def _passes(self, function: Scope, conditions: Conditions) -> bool:
        is_middleware = _is_middleware(function)
        for statement, certain in conditions.reachable(function):
            if is_middleware and _passes_on(statement):
                if certain:
                    return True
                continue
            if self._refuses(statement, function.end, is_middleware, _MAX_DEPTH):
                return False
        return not is_middleware

    def _refuses(self, statement: ast.stmt, at: Position, is_middleware: bool, depth: int) -> bool:  # noqa: FBT001  # passed on
        match statement:
            case ast.Raise():
                return True
            case ast.Return(value=value) if not _passes_on(statement):
                if is_middleware or (value is not None and not _is_none(value)):
                    return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return False
            case ast.Match(cases=cases):  # which case is taken is not decided
                inner = executed_statements(child for case in cases for child in case.body)
                return any(self._refuses(each, at, is_middleware, depth) for each in inner)
        if isinstance(statement, ast.If | ast.With | ast.AsyncWith | ast.Try | ast.For | ast.AsyncFor | ast.While):
            return False  # their own statements are looked at one by one
        calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
        return any(self._may_abort(call, at, depth) for call in calls)

    def _may_abort(self, call: ast.Call, at: Position, depth: int) -> bool:
        for value in self.expressions.model.infer(call.func, at):
            if _ABORTS.search(qualified_name(value)):
                return True
            if isinstance(value, FunctionType) and depth:
                statements = _all_statements(value.scope)
                if any(isinstance(inner, ast.Raise) and _refusal(inner) for inner in statements):
                    return True
                if any(
                    self._may_abort(node, value.scope.end, depth - 1)
                    for inner in statements
                    if isinstance(inner, ast.Expr | ast.Return)
                    for node in ast.walk(inner)
                    if isinstance(node, ast.Call)
                ):
                    return True
        return False


def _with_arguments(conditions: Conditions, function: Scope) -> Conditions:
    """What a function that preprocesses the values of a URL is passed: `def pull(endpoint, values)`."""
    node = function.node
    arguments = node.args.args if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []
    if [argument.arg for argument in arguments] != ["endpoint", "values"]:
        return conditions
    known = conditions.known
    passed = {"endpoint": known.get("request.endpoint", UNKNOWN), "values": known.get("request.view_args", UNKNOWN)}
    return replace(conditions, known={**known, **passed})


def _refusal(statement: ast.Raise) -> bool:
    """Whether a helper raises to refuse a request, and not because a file is missing: by the name of the exception."""
    return statement.exc is not None and bool(_REFUSALS.search(ast.unparse(statement.exc)))


def _known(route: Route) -> Mapping[str, object]:
    """What a hook can read of a route."""
    path = _PARAMETER.sub(HOLE, route.path)
    blueprint = parent_name(route.endpoint)
    found: dict[str, object] = dict.fromkeys(
        ("request.path", "request.url.path", "request.path_info", "request.rel_url.path", "scope['path']"), path
    )
    if route.method.isupper() and route.method not in ("ANY", "WEBSOCKET", "RPC"):
        found |= {"request.method": route.method, "scope['method']": route.method}
    if route.endpoint:
        arguments = dict.fromkeys(_PARAMETER_NAME.findall(route.path), HOLE)
        found |= {"request.endpoint": route.endpoint, "request.blueprint": blueprint or None}
        found |= {"request.view_args": arguments}
    if route.framework == "django":
        found |= {"request.get_full_path()": path}
    return found


def _is_middleware(function: Scope) -> bool:
    """Whether it passes requests on itself, as a middleware does and a hook does not."""
    return any(_passes_on(statement) for statement in _all_statements(function))


def _passes_on(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Return | ast.Expr | ast.Assign) else None
    value = value.value if isinstance(value, ast.Await) else value
    if not isinstance(value, ast.Call):
        return False
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return name in _PASSES_ON


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _all_statements(function: Scope) -> list[ast.stmt]:
    return list(executed_statements(ast.iter_child_nodes(function.whole)))
