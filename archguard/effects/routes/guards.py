"""Which checks are guards: those that the contract lists, and those that frameworks are known for.

A check guards if it is a guard, or if one of the checks inside of it guards: a dependency that depends on one, a
decorator that applies one, a class that inherits from one. Of alternatives (`IsAdmin | ReadOnly`) each one must guard.
An optional guard identifies a caller if there is one and lets anonymous requests pass: by its name in the contract, or
by an argument (`jwt_required(optional=True)`). A name that sounds like authentication is never enough.
"""

import re
from collections.abc import Iterable
from dataclasses import field
from enum import IntEnum
from functools import cached_property

from archguard.dataclass import dataclass
from archguard.effects.catalogue.guards import guard_key, known_guards
from archguard.effects.catalogue.routes import short
from archguard.effects.routes.route import Check, Route
from archguard.model.names import last_part, shortened

_METHOD_DECORATOR = "django.utils.decorators.method_decorator"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SPEC = re.compile(r"(?P<name>[\w.:]+)(?:\((?P<arguments>.*)\))?", re.DOTALL)


class Protection(IntEnum):
    """How well a route is guarded."""

    NONE = 0
    OPTIONAL = 1
    GUARDED = 2


@dataclass(frozen=True)
class GuardSpec:
    """A guard that a contract lists, with a condition on its arguments: `shop.auth.wrapper(public=True)`.

    Of a collection that is passed, one element is enough: `shop.auth.Authenticator(allowed=Anonymous)`.
    """

    name: str
    arguments: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "GuardSpec":
        """The spec that is written `text`.

        Raises:
            ValueError: it is no qualified name, with keyword arguments or without.
        """
        match = _SPEC.fullmatch(text.strip())
        if not match:
            raise ValueError(f"'{text}' is not a qualified name")
        pairs = [part.partition("=") for part in (match["arguments"] or "").split(",") if part.strip()]
        if any(not separator for _, separator, _ in pairs):
            raise ValueError(f"'{text}': arguments are written name=value")
        return cls(match["name"], tuple((name.strip(), value.strip()) for name, _, value in pairs))

    def matches(self, check: Check) -> bool:
        """Whether `check` is this one, called with these arguments."""
        if self.name not in check.names:
            return False
        given = {(name, _last(text)) for name, text in check.arguments}
        return all((name, _last(text)) in given for name, text in self.arguments)


@dataclass(frozen=True)
class GuardSet:
    """The guards of a contract, beside those of the frameworks."""

    guards: tuple[GuardSpec, ...] = ()
    optional: tuple[GuardSpec, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    """Further names of the guards: pairs of the definition that a re-export resolves to and the listed name."""
    with_known: bool = field(default=True, kw_only=True)
    """Whether the guards of frameworks count."""

    def protection(self, route: Route) -> Protection:
        """How well `route` is guarded by all of its checks."""
        return max((self.of(check, route.method) for check in route.checks), default=Protection.NONE)

    def guards_of(self, route: Route) -> tuple[Check, ...]:
        """The checks of `route` that are guards, optional ones included."""
        return tuple(check for check in route.checks if self.of(check, route.method) is not Protection.NONE)

    def name_of(self, check: Check, method: str) -> str:
        """What guards in `check`: itself if the project names it, else the guard that it applies."""
        if check.alternatives:
            return " | ".join(dict.fromkeys(self.name_of(side, method) for side in check.alternatives))
        inner = next((part for part in check.inner if self.of(part, method) is not Protection.NONE), None)
        is_wrapper = check.name in ("", _METHOD_DECORATOR) and inner is not None
        return self.name_of(inner, method) if is_wrapper and inner else check.name

    def of(self, check: Check, method: str) -> Protection:
        """How well `check` guards `method`."""
        if check.methods is not None and method not in check.methods:
            return Protection.NONE
        if check.alternatives:
            # A request passes by the weakest one.
            return min(self.of(side, method) for side in check.alternatives)
        own = self._own(check, method)
        inner = max((self.of(part, method) for part in check.inner), default=Protection.NONE)
        # A check that is listed as optional stays optional, whatever it calls inside: that is what the listing says.
        return own if own is not None and own is not Protection.NONE else max(inner, own or Protection.NONE)

    def _own(self, check: Check, method: str) -> Protection | None:
        if any(spec.matches(check) for spec in self._all_optional):
            return Protection.OPTIONAL
        if any(spec.matches(check) for spec in self._all_guards):
            return Protection.OPTIONAL if self._is_optional_by_fact(check) else Protection.GUARDED
        return self._known(check, method) if self.with_known else None

    def _known(self, check: Check, method: str) -> Protection | None:
        facts = known_guards()
        keys = {guard_key(name) for name in check.names}
        if keys & facts.guards or any((package, last_part(last)) in facts.guards for package, last in keys):
            return Protection.OPTIONAL if self._is_optional_by_fact(check) else Protection.GUARDED
        if keys & facts.unsafe_only:
            # `IsAuthenticatedOrReadOnly`
            return Protection.NONE if method in _SAFE_METHODS else Protection.GUARDED
        return None

    def _is_optional_by_fact(self, check: Check) -> bool:
        given, facts = set(check.arguments), known_guards()
        for name in check.names:
            package = shortened(name, 2)
            wanted = facts.optional.get(guard_key(name)) or facts.optional.get(guard_key(package))
            if wanted and set(wanted.items()) <= given:
                return True
        return False

    def is_named(self, names: Iterable[str]) -> bool:
        """Whether one of `names` is a guard of this set."""
        listed = {spec.name for spec in (*self._all_guards, *self._all_optional)}
        return any(name in listed or guard_key(name) in known_guards().guards for name in names)

    def reader(self, route: Route) -> str:
        """A check that reads credentials without verifying them; "" if there is none."""
        return next(
            (
                name
                for check in _all_checks(route.checks)
                for name in check.names
                if short(name) in known_guards().readers
            ),
            "",
        )

    @cached_property
    def _all_guards(self) -> tuple[GuardSpec, ...]:
        return self._with_aliases(self.guards)

    @cached_property
    def _all_optional(self) -> tuple[GuardSpec, ...]:
        return self._with_aliases(self.optional)

    def _with_aliases(self, specs: tuple[GuardSpec, ...]) -> tuple[GuardSpec, ...]:
        more = [
            GuardSpec(name, spec.arguments) for spec in specs for name, listed in self.aliases if listed == spec.name
        ]
        return (*specs, *more)


def _last(text: str) -> str:
    """The last part of a dotted name: code writes `Anonymous` or `models.Anonymous` for what a contract names whole."""
    return last_part(text) if text[:1].isidentifier() else text


def _all_checks(checks: Iterable[Check]) -> Iterable[Check]:
    for check in checks:
        yield check
        yield from _all_checks(check.inner)
        yield from _all_checks(check.alternatives)
