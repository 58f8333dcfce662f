"""Find requests that create something, are repeated if they fail, and have no idempotency key.

A POST whose answer was lost has been carried out: repeated, it charges twice. A key that is the same for each attempt
lets the server tell.

How it works: a POST is repeated if a wrapper of the catalogue stands around it (`wrappers.py`), or one of those that
the contract names and that uses such a wrapper itself, or if its client has an adapter whose policy covers POST. The
keys of its headers and of its body must be known: headers from a variable that is no literal may hold a key.

Limits: loops that repeat a request by hand are not recognized. Cost: as `wrappers.py`, for each POST.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property

from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.api.bodies import Bodies, Body
from archguard.effects.api.clients import sending_call
from archguard.effects.api.frames import Placed
from archguard.effects.catalogue.retries import load_retries
from archguard.effects.client_calls import ClientCall
from archguard.effects.tracing import creation_sites
from archguard.effects.wrappers import Wrappers
from archguard.model.names import split_last
from archguard.semantics import SemanticModel, qualified_name

_POST = "POST"
_HEADERS = "headers"
_PARTS = ("json", "data", "params", _HEADERS)
"""The arguments of a request in which a key may stand."""


@dataclass(frozen=True)
class RepeatedRequests:
    """Finds the POST requests that are repeated without an idempotency key."""

    wrappers: Wrappers
    """Those that the contract names."""

    def without_key(self, calls: Iterable[ClientCall]) -> Iterator[ClientCall]:
        """Yield those of `calls` that are repeated POST requests, and certainly have no key."""
        return (call for call in calls if self._is_post(call) and not self._may_have_key(call) and self._repeats(call))

    @property
    def _model(self) -> SemanticModel:
        return self.wrappers.model

    def _repeats(self, call: ClientCall) -> bool:
        return any(each.covers(call) for each in self._retries)

    @cached_property
    def _retries(self) -> tuple[Wrappers, Wrappers]:
        facts, wrappers = load_retries(), self.wrappers
        own = frozenset(filter(self._uses_retry, wrappers.names))
        names = tuple(sorted(own | facts.wrappers))
        return (
            Wrappers(wrappers.model, wrappers.catalogue, names, wrappers.uses),
            _Policies(wrappers.model, wrappers.catalogue, tuple(sorted(facts.policies)), wrappers.uses),
        )

    def _uses_retry(self, name: str) -> bool:
        """Whether the function or class `name` of the project contains a wrapper that repeats."""
        module, last = split_last(name)
        for origin in self._model.resolver.resolve_in_module(module, last):
            scope = self._model.files.scope_of(origin.node, origin.at) if isinstance(origin, Binding) else None
            if scope and any(self._is_retry(node, at) for inner in scope.walk() for node, at in _applied(inner)):
                return True
        return False

    def _is_retry(self, node: ast.expr, at: Position) -> bool:
        names = map(qualified_name, self._model.infer(node, at))
        return any(self._model.library.canonical(name) in load_retries().wrappers for name in names)

    def _is_post(self, call: ClientCall) -> bool:
        facts, node = sending_call(call.symbol), call.access.call
        if not facts or not node or not self.wrappers.is_request(call):
            return False
        if facts.method:
            return facts.method == _POST
        written = _argument(node, "method", facts.method_position)
        text = self._model.string_value(written, call.path.at) if written else None
        if text:
            return text.filled("").upper() == _POST
        return facts.is_default_get and any(_argument(node, name, facts.body_position) for name in facts.body)

    def _may_have_key(self, call: ClientCall) -> bool:
        keywords = call.access.call.keywords if call.access.call else []
        return any(
            keyword.arg is None or _is_key(keyword.arg) or self._may_hold_key(keyword, call.path.at)
            for keyword in keywords
        )

    def _may_hold_key(self, keyword: ast.keyword, at: Position) -> bool:
        """Whether a key is in the mapping that is passed; headers that are no literal may have one."""
        if keyword.arg not in _PARTS:
            return False
        bodies = Bodies(self._model).of(Placed(keyword.value, at, None), is_encoded=True)
        known = [body for body in bodies if isinstance(body, Body)]
        is_unknown = keyword.arg == _HEADERS and len(known) < len(bodies)
        return is_unknown or any(_is_key(key) for body in known for key in body.keys | body.optional)


class _Policies(Wrappers):
    """Finds the requests whose client repeats POST by a policy."""

    def is_wrapper(self, node: ast.expr, at: Position, aliases: int = 1) -> bool:
        """Whether `node` is a policy that covers POST."""
        if not super().is_wrapper(node, at, aliases):
            return False
        return any(self._covers_post(call, site_at) for call, site_at in creation_sites(self.model, node, at))

    def _covers_post(self, policy: ast.Call, at: Position) -> bool:
        methods = [keyword.value for keyword in policy.keywords if keyword.arg in load_retries().policy_methods]
        return any(self._names_post(value, at) for value in methods)

    def _names_post(self, methods: ast.expr, at: Position) -> bool:
        match methods:
            case ast.Constant(value=None | False):
                return True
            case ast.Call(args=[only], keywords=[]):
                return self._names_post(only, at)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                texts = (self.model.string_value(item, at) for item in items)
                return any(text.filled("").upper() == _POST for text in texts if text)
        return False


def _argument(call: ast.Call, name: str, position: int) -> ast.expr | None:
    """The argument `name` of `call`, which may be positional as well; None if it is not passed."""
    by_name = (keyword.value for keyword in call.keywords if keyword.arg == name)
    by_position = call.args[position] if 0 <= position < len(call.args) else None
    return next(by_name, by_position)


def _applied(scope: Scope) -> Iterator[tuple[ast.expr, Position]]:
    """What the code in `scope` calls, and what the functions in it are decorated with."""
    for path in scope.access_paths:
        yield from ((access.callee, path.at) for access in path.accesses)
    for child in scope.children:
        yield from ((node, child.at or scope.end) for node in getattr(child.node, "decorator_list", ()))


def _is_key(name: str) -> bool:
    return name.lower().replace("-", "_") in load_retries().keys
