"""Which calls of which clients can wait for ever, and what keeps them from it."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from archguard.codebase.scopes.scopes import AccessPath, Binding, Position, Scope
from archguard.effects.client_calls import CallKind, ClientCall
from archguard.effects.tracing import creation_sites
from archguard.semantics import ClassType, ExternalMember, InstanceType, SemanticModel, Type

_NO_REQUESTS = frozenset({"mount", "build_request", "close", "prepare_request"})


@dataclass(frozen=True)
class _Rule:
    """How a library is told how long to wait."""

    position: int | None = None
    """Which positional argument of the call it is."""
    at_call: bool = True
    at_client: bool = False
    """Whether the client can be told for all of its calls."""
    has_default: bool = False
    keywords: tuple[str, ...] = ("timeout",)


_RULES: Mapping[str, _Rule] = {
    "requests": _Rule(),
    "requests_html": _Rule(),
    "requests_futures": _Rule(),
    "grequests": _Rule(),
    "treq": _Rule(),
    "urllib.request": _Rule(position=2),
    "urllib3": _Rule(at_client=True),
    "http.client": _Rule(at_call=False, at_client=True, position=2),
    "httplib2": _Rule(at_call=False, at_client=True, position=1),
    "smtplib": _Rule(at_call=False, at_client=True, position=3),
    "ftplib": _Rule(at_call=False, at_client=True, position=4),
    "imaplib": _Rule(at_call=False, at_client=True),
    "poplib": _Rule(at_call=False, at_client=True, position=2),
    "socket.create_connection": _Rule(position=1),
    "httpx": _Rule(at_client=True, has_default=True),
    "httpx2": _Rule(at_client=True, has_default=True),
    "aiohttp": _Rule(at_client=True, has_default=True),
    "niquests": _Rule(at_client=True, has_default=True),
    "curl_cffi": _Rule(at_client=True, has_default=True),
    "openai": _Rule(at_client=True, has_default=True),
    "anthropic": _Rule(at_client=True, has_default=True),
}
"""By the names of packages, modules or functions; of clients that are not listed nothing is asked."""


@dataclass(frozen=True)
class Timeouts:
    """Finds the calls that can wait for ever."""

    model: SemanticModel

    def missing(self, use: ClientCall) -> bool:
        """Whether `use` is a request, or makes a client, that nothing keeps from waiting for ever."""
        rule = _rule(use.symbol)
        call = use.access.call
        if use.kind not in (CallKind.CALL, CallKind.TAKE) or not rule or not call or use.verb in _NO_REQUESTS:
            return False
        if _is_class(use.symbol):
            return self._missing_at_client(rule, call, use.path.at)
        if not rule.at_call or self._is_told(rule, call, use.path.at):
            return self._is_switched_off(rule, call, use.path.at)
        return not rule.has_default and not self._is_told_to_client(rule, use)

    def _missing_at_client(self, rule: _Rule, call: ast.Call, at: Position) -> bool:
        """A client with a default must not be without one; a client that only it can be told must be told."""
        if self._is_told(rule, call, at):
            return self._is_switched_off(rule, call, at)
        return not rule.at_call

    def _is_told(self, rule: _Rule, call: ast.Call, at: Position) -> bool:
        return bool(self._given(rule, call)) or _expands(call) or self._is_partial(call, at)

    def _is_switched_off(self, rule: _Rule, call: ast.Call, at: Position) -> bool:
        return any(self._is_none(value, at) for value in self._given(rule, call))

    def _given(self, rule: _Rule, call: ast.Call) -> list[ast.expr]:
        places = call.args[rule.position : rule.position + 1] if rule.position is not None else []
        return [*places, *(keyword.value for keyword in call.keywords if keyword.arg in rule.keywords)]

    def _is_none(self, value: ast.expr, at: Position, depth: int = 4) -> bool:
        """`None`, `httpx.Timeout(None)`, or a name that is given nothing else."""
        match value:
            case ast.Constant(value=None):
                return True
            case ast.Call(args=[only]) if not value.keywords:
                return self._is_none(only, at, depth)
            case ast.Call(args=[], keywords=[ast.keyword(arg="total" | "timeout", value=only)]):
                return self._is_none(only, at, depth)
            case ast.Name(id=name) if depth and (origins := self.model.resolve(name, at)):
                nodes = ((origin.node, origin.at) for origin in origins if isinstance(origin, Binding))
                given = [(node, place) for node, place in nodes if isinstance(node, ast.expr)]
                return len(given) == len(origins) and all(self._is_none(*each, depth - 1) for each in given)
        return False

    def _is_partial(self, call: ast.Call, at: Position) -> bool:
        """`get(url)`, where `get = partial(requests.get, timeout=5)`."""
        made = creation_sites(self.model, call.func, at) if isinstance(call.func, ast.Name | ast.Attribute) else ()
        return any(keyword.arg == "timeout" for other, _ in made for keyword in other.keywords)

    def _is_told_to_client(self, rule: _Rule, use: ClientCall) -> bool:
        if use.access.owner is None:
            return False
        made = list(creation_sites(self.model, use.access.owner, use.path.at))
        if rule.at_client and any(self._given(rule, call) or _expands(call) for call, _ in made):
            return True
        return self._overrides(use) or self._is_patched(use, use.access.owner)

    def _overrides(self, call: ClientCall) -> bool:
        """Whether it is a client of the project's own, which has its own way to send requests."""
        classes = [
            value.of if isinstance(value, InstanceType) else value
            for callee in self.model.infer(call.access.callee, call.path.at)
            if isinstance(callee, ExternalMember)
            for value in (callee.receiver,)
        ]
        own = (cls for cls in classes if isinstance(cls, ClassType))
        return any(_defines(self.model, cls, name) for cls in own for name in ("request", "send"))

    def _is_patched(self, call: ClientCall, owner: ast.expr) -> bool:
        """`session.request = partial(session.request, timeout=5)`, or an adapter with a timeout that is mounted."""
        clients = self.model.infer(owner, call.path.at)
        return any(
            _mounts_timeout(scope.access_paths) or any(client in clients for client in self._with_own_request(scope))
            for scope in call.path.at.scope.module.walk()
        )

    def _with_own_request(self, scope: Scope) -> Iterator[Type]:
        """The clients, and other things, whose `request` is assigned to in `scope`."""
        for (base, name), bindings in scope.attributes.items():
            for binding in bindings if name == "request" else ():
                for origin in self.model.resolve(base, binding.at):
                    yield from self.model.infer_binding(origin) if isinstance(origin, Binding) else ()


def _rule(symbol: str) -> _Rule | None:
    parts = symbol.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((_RULES[name] for name in names if name in _RULES), None)


def _is_class(symbol: str) -> bool:
    last = symbol.rpartition(".")[2]
    return last[:1].isupper() or symbol == "requests.session"


def _expands(call: ast.Call) -> bool:
    return any(keyword.arg is None for keyword in call.keywords)


def _defines(model: SemanticModel, cls: ClassType, name: str) -> bool:
    found = model.definition(cls, name)
    return bool(found and isinstance(found[0], ClassType))


def _mounts_timeout(chains: Iterable[AccessPath]) -> bool:
    return any(
        _is_timeout_adapter(access.call) for chain in chains for access in chain.accesses if access.name == "mount"
    )


def _is_timeout_adapter(call: ast.Call | None) -> bool:
    return any("timeout" in ast.dump(argument).lower() for argument in (call.args[1:] if call else ()))
