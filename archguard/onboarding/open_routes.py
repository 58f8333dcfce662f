"""Propose that every route is guarded: the guards that the code has, and the routes that are open today.

How it works: the guards of frameworks are known. A function or class of the project is proposed as a guard if some
route runs it, its name is that of a guard, and its body refuses something: it raises, aborts or redirects. Routes
without a guard are listed as `public` if they are few or their paths tell why; others go to the baseline.

Limits: up to 20 open routes are listed, which a person can review; a project with more of them and without any guard is
not asked to guard them.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from archguard.codebase import Codebase
from archguard.dataclass import dataclass
from archguard.effects.routes import Check, GuardSet, Protection, Route
from archguard.effects.routes.names import scopes_named
from archguard.kinds.access import named_guards
from archguard.model.names import last_part, plain_name, top_package
from archguard.onboarding.proposal import ProposedContract
from archguard.onboarding.step import Step, Topic
from archguard.onboarding.survey import Survey
from archguard.onboarding.usual_names import USUAL_NAMES, any_of
from archguard.reporters.phrases import counted, some

_GUARD: Final = any_of(USUAL_NAMES.guard_names)
_OPTIONAL: Final = any_of(USUAL_NAMES.optional_guard_names)
_PUBLIC: Final = {reason: any_of(words) for reason, words in USUAL_NAMES.public_routes.items()}
_REFUSALS: Final = re.compile(r"abort|redirect\w*|.*(?:unauthorized|forbidden|denied|login).*", re.IGNORECASE)
"""Functions by which a guard answers in place of the handler."""
_STATUSES: Final = (401, 403)
_MAX_LISTED = 20
"""So many open routes can be reviewed one by one."""
_REASON: Final = "A route without a guard is open to everybody; nobody notices until somebody does."
_PREFLIGHT: Final = "OPTIONS"


def access_step(survey: Survey) -> Step:
    """Which routes need a guard."""
    if not survey.routes:
        return Step(topic=Topic.ACCESS, not_proposed=("a contract on access: no module declares a route",))
    return _Guards(survey.codebase, survey.routes).step()


@dataclass(frozen=True)
class _Guards:
    """The guards of `routes`, and the routes without one."""

    codebase: Codebase
    all_routes: tuple[Route, ...]

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes that can be guarded."""
        return tuple(route for route in self.all_routes if route.method != _PREFLIGHT)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The functions and classes of the project that guard a route that nothing else guards."""
        known, found = GuardSet(), set[str]()
        for route in self.routes:
            if known.protection(route) is not Protection.GUARDED:
                found.update(self._guards_among(route.checks))
        return tuple(sorted(found))

    @cached_property
    def optional_names(self) -> tuple[str, ...]:
        """The functions and classes that identify a caller, and let anonymous requests pass."""
        return tuple(name for name in self._sounding_like_guards if _is_optional(name))

    @cached_property
    def guards(self) -> GuardSet:
        """The proposed guards, beside those of frameworks."""
        return named_guards(self.codebase, self.names, self.optional_names)

    @cached_property
    def open(self) -> tuple[Route, ...]:
        """The routes without a guard."""
        return tuple(route for route in self.routes if self.guards.protection(route) is not Protection.GUARDED)

    def step(self) -> Step:
        """What follows from it."""
        guarded = len(self.routes) - len(self.open)
        saw = [f"{counted(len(self.routes), 'route')}, {guarded} of them guarded"]
        saw += [f"guards of the project: {some([_last(name) for name in self.names])}"] if self.names else []
        if not guarded and len(self.open) > _MAX_LISTED:
            why = f"a contract on access: no guard is known on any of {len(self.routes)} routes; name yours in `guards`"
            return Step(topic=Topic.ACCESS, saw=tuple(saw), not_proposed=(why,))
        return Step(topic=Topic.ACCESS, saw=tuple(saw), contracts=(self._contract(guarded),))

    def _contract(self, guarded: int) -> ProposedContract:
        public = tuple(self._public())
        keys: dict[str, Any] = {
            "id": "every-route-guarded",
            "kind": "access",
            "reason": _REASON,
            **({"guards": list(self.names)} if self.names else {}),
            **({"optional_guards": list(self.optional_names)} if self.optional_names else {}),
            **({"public": list(public)} if public else {}),
        }
        comment = f"{guarded} of {counted(len(self.routes), 'route')} are guarded today"
        listed = "; review those in `public`" if public else ""
        return ProposedContract(f"{comment}{listed}.", keys, "route", "without a guard")

    def _public(self) -> Iterator[Mapping[str, str]]:
        """The entries of open routes, each with a reason; of many, only those whose path tells one."""
        entries = dict[str, str]()
        for route in self.open:
            reason = _usual_reason(route)
            if reason or len(self.open) <= _MAX_LISTED:
                entries.setdefault(_written(route), reason or "open when archguard was adopted; review it")
        yield from ({"route": route, "reason": reason} for route, reason in sorted(entries.items(), key=_by_path))

    def _guards_among(self, checks: Iterable[Check]) -> Iterator[str]:
        """The outermost guards among `checks`: what a guard runs in turn need not be named."""
        for check in checks:
            own = [name for name in check.names if name in self._refusing]
            if own:
                yield own[0]
            else:
                yield from self._guards_among((*check.inner, *check.alternatives))

    @cached_property
    def _packages(self) -> frozenset[str]:
        """The names of the top-level packages of the project."""
        return frozenset(plain_name(top_package(module)) for module in self.codebase.sources)

    @cached_property
    def _sounding_like_guards(self) -> tuple[str, ...]:
        """The names of checks that are defined in the project and called like guards, sorted."""
        seen = {name for route in self.routes for check in _all(route.checks) for name in check.names}
        own = (name for name in seen if top_package(plain_name(name)) in self._packages)
        return tuple(sorted(name for name in own if _GUARD.fullmatch(_last(name))))

    @cached_property
    def _refusing(self) -> frozenset[str]:
        """Those of them whose body refuses something, and that are not optional."""
        required = (name for name in self._sounding_like_guards if not _is_optional(name))
        return frozenset(name for name in required if _refuses(self.codebase, name))


def _refuses(codebase: Codebase, name: str) -> bool:
    return any(_is_refusal(node) for scope in scopes_named(codebase, name) for node in ast.walk(scope.node))


def _is_refusal(node: ast.AST) -> bool:
    """Whether it raises, or calls something that answers in place of the handler, with the status of a refusal, say."""
    if isinstance(node, ast.Call):
        given = (*node.args, *(keyword.value for keyword in node.keywords))
        if any(isinstance(value, ast.Constant) and value.value in _STATUSES for value in given):
            return True
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return bool(_REFUSALS.fullmatch(called))
    return isinstance(node, ast.Raise)


def _all(checks: Iterable[Check]) -> Iterator[Check]:
    for check in checks:
        yield check
        yield from _all(check.inner)
        yield from _all(check.alternatives)


def _is_optional(name: str) -> bool:
    return bool(_OPTIONAL.fullmatch(_last(name)))


def _last(name: str) -> str:
    """The last segment of a qualified name in lower case."""
    return last_part(name).lower()


def _usual_reason(route: Route) -> str:
    """Why a route with this path is usually public; "" if the path does not tell, or is about one of many things.

    `/status` is a probe; `/orders/{id}/status` is not.
    """
    if "{" in route.path:
        return ""
    words = re.findall(r"[\w-]+", route.path.lower())
    return next((reason for reason, known in _PUBLIC.items() if any(map(known.fullmatch, words))), "")


def _written(route: Route) -> str:
    """How a route is written in `public`."""
    return route.path if route.method == "ANY" else f"{route.method} {route.path}"


def _by_path(entry: tuple[str, str]) -> tuple[str, str]:
    return entry[0].rpartition(" ")[2], entry[0]
