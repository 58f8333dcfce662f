"""Find client calls without a timeout.

How it works: the catalogue says where a library takes a timeout (argument of the call, of the client, or both) and
whether it has a default. A call is reported if neither it nor the creation of its client sets one, or if it is None.

Limits: only libraries whose `timeouts` are in the catalogue are checked. Arguments that are expanded (`**options`)
count as a timeout, because their content is mostly unknown; so do an adapter with a timeout that the module mounts on
the client, a `request` method of it that the module replaces, and a client class of the project with its own `request`
or `send`.
"""

import ast
from collections.abc import Iterator

from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import Catalogue
from archguard.effects.catalogue.client import Timeout
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.client_calls import CallKind, ClientCall
from archguard.effects.tracing import creation_sites
from archguard.semantics import ClassType, ExternalMember, InstanceType, SemanticModel, Type

_MAX_ALIASES = 4
"""How many names are followed to a timeout of `None`; a name may be bound to itself, so that there must be a bound.

4 is a default in the settings, its import, a constant of a module and a local name.
"""
_NON_REQUEST_METHODS = load_conventions().addresses.non_request_methods


@dataclass(frozen=True)
class Timeouts:
    """Finds the calls without a timeout."""

    model: SemanticModel
    catalogue: Catalogue
    """Says where clients take a timeout."""

    def missing(self, client_call: ClientCall) -> bool:
        """Whether `client_call` is a request without a timeout, or creates a client without a required one."""
        rule = self.catalogue.timeout(client_call.symbol)
        call = client_call.access.call
        if (
            client_call.kind not in (CallKind.CALL, CallKind.TAKE)
            or not rule
            or not call
            or client_call.verb in _NON_REQUEST_METHODS
        ):
            return False
        if client_call.creates_instance:
            return self._is_missing_at_client(rule, call, client_call.path.at)
        if not rule.at_call or self._has_timeout(rule, call, client_call.path.at):
            return self._is_disabled(rule, call, client_call.path.at)
        return not rule.has_default and not self._client_has_timeout(rule, client_call)

    def _is_missing_at_client(self, rule: Timeout, call: ast.Call, at: Position) -> bool:
        """Whether a client disables its timeout, or lacks one that its calls cannot take."""
        if self._has_timeout(rule, call, at):
            return self._is_disabled(rule, call, at)
        return not rule.at_call

    def _has_timeout(self, rule: Timeout, call: ast.Call, at: Position) -> bool:
        return bool(self._timeout_values(rule, call)) or _expands(call) or self._is_partial(call, at)

    def _is_disabled(self, rule: Timeout, call: ast.Call, at: Position) -> bool:
        return any(self._is_none(value, at) for value in self._timeout_values(rule, call))

    def _timeout_values(self, rule: Timeout, call: ast.Call) -> list[ast.expr]:
        positional = call.args[rule.position : rule.position + 1] if rule.position is not None else []
        return [*positional, *(keyword.value for keyword in call.keywords if keyword.arg == "timeout")]

    def _is_none(self, value: ast.expr, at: Position, aliases: int = _MAX_ALIASES) -> bool:
        """Whether it is `None`, `httpx.Timeout(None)`, or a name bound to these only."""
        match value:
            case ast.Constant(value=None):
                return True
            case ast.Call(args=[only]) if not value.keywords:
                return self._is_none(only, at, aliases)
            case ast.Call(args=[], keywords=[ast.keyword(arg="total" | "timeout", value=only)]):
                return self._is_none(only, at, aliases)
            case ast.Name(id=name) if aliases and (origins := self.model.resolve(name, at)):
                nodes = ((origin.node, origin.at) for origin in origins if isinstance(origin, Binding))
                values = [(node, value_at) for node, value_at in nodes if isinstance(node, ast.expr)]
                # Only if each binding that may reach it is None: one that is a number may be the one in production.
                return len(values) == len(origins) and all(self._is_none(*each, aliases - 1) for each in values)
        return False

    def _is_partial(self, call: ast.Call, at: Position) -> bool:
        """`get(url)`, where `get = partial(requests.get, timeout=5)`."""
        sites = creation_sites(self.model, call.func, at) if isinstance(call.func, ast.Name | ast.Attribute) else ()
        return any(keyword.arg == "timeout" for other, _ in sites for keyword in other.keywords)

    def _client_has_timeout(self, rule: Timeout, client_call: ClientCall) -> bool:
        if client_call.access.owner is None:
            return False
        sites = list(creation_sites(self.model, client_call.access.owner, client_call.path.at))
        if rule.at_client and any(self._timeout_values(rule, call) or _expands(call) for call, _ in sites):
            return True
        return self._overrides(client_call) or self._is_patched(client_call, client_call.access.owner)

    def _overrides(self, call: ClientCall) -> bool:
        """Whether the client is an instance of a project class that overrides `request` or `send`."""
        classes = [
            value.of if isinstance(value, InstanceType) else value
            for callee in self.model.infer(call.access.callee, call.path.at)
            if isinstance(callee, ExternalMember)
            for value in (callee.receiver,)
        ]
        own = (cls for cls in classes if isinstance(cls, ClassType))
        return any(_defines(self.model, cls, name) for cls in own for name in ("request", "send"))

    def _is_patched(self, call: ClientCall, owner: ast.expr) -> bool:
        """`session.request = partial(session.request, timeout=5)`, or a mounted adapter with a timeout."""
        clients = self.model.infer(owner, call.path.at)
        return any(
            any(self._is_same(mounted, at, owner, call.path.at) for mounted, at in _with_timeout_adapter(scope))
            or any(client in clients for client in self._with_own_request(scope))
            for scope in call.path.at.scope.module.walk()
        )

    def _is_same(self, one: ast.expr, one_at: Position, other: ast.expr, other_at: Position) -> bool:
        """Whether two expressions may be the same client: made by one call, or of one class if nobody makes them."""
        made, also_made = (
            {id(call) for call, _ in creation_sites(self.model, node, at)}
            for node, at in ((one, one_at), (other, other_at))
        )
        if made and also_made:
            return not made.isdisjoint(also_made)
        values = self.model.infer(other, other_at)
        return any(value in values for value in self.model.infer(one, one_at))

    def _with_own_request(self, scope: Scope) -> Iterator[Type]:
        """The types of the objects whose `request` is assigned in `scope`."""
        for (base, name), bindings in scope.attributes.items():
            for binding in bindings if name == "request" else ():
                for origin in self.model.resolve(base, binding.at):
                    yield from self.model.infer_origin(origin) if isinstance(origin, Binding) else ()


def _expands(call: ast.Call) -> bool:
    return any(keyword.arg is None for keyword in call.keywords)


def _defines(model: SemanticModel, cls: ClassType, name: str) -> bool:
    found = model.definition(cls, name)
    return bool(found and isinstance(found[0], ClassType))


def _with_timeout_adapter(scope: Scope) -> Iterator[tuple[ast.expr, Position]]:
    """The clients on which `scope` mounts an adapter with a timeout."""
    for path in scope.access_paths:
        for access in path.accesses:
            if access.name == "mount" and access.owner is not None and _is_timeout_adapter(access.call):
                yield access.owner, path.at


def _is_timeout_adapter(call: ast.Call | None) -> bool:
    # By the word alone: adapters with timeouts have no common class.
    return any("timeout" in ast.dump(argument).lower() for argument in (call.args[1:] if call else ()))
