"""`access`: every route is guarded, or listed as public."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from archguard.codebase import Codebase, Names, Patterns, Shorthand, SomeNames
from archguard.codebase.strictness import Weaker, WeakerEntries
from archguard.dataclass import dataclass
from archguard.effects import semantic_model
from archguard.effects.routes import (
    ANY,
    Check,
    GuardSet,
    GuardSpec,
    Protection,
    Route,
    RouteTable,
    find_route_table,
)
from archguard.effects.routes.names import definitions_of
from archguard.effects.routes.route import UNKNOWN_PART, normalized
from archguard.kinds.contract import Contract, ContractError, VacuousError, listed
from archguard.model import Confidence, Severity, Violation
from archguard.model.names import is_at_or_below, plain_name, top_package

_ENTRY = re.compile(r"(?:(?P<method>[A-Za-z*]+)\s+)?(?P<path>\S.*)")
_PREFLIGHT = "OPTIONS"
"""Browsers send such requests without credentials, so that they cannot be guarded."""
_PARAMETER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, kw_only=True)
class Exemption(Shorthand):
    """A route that needs no guard, and why."""

    route: Annotated[str, Weaker.ANY] = ""
    """Method and path: `GET /health`, `POST /hooks/**`; without a method, all of them. `*` is one segment, `**` any
    number; the names of parameters do not matter, and their notation is that of any framework."""
    handler: Annotated[str, Weaker.ANY] = ""
    """Instead of the route, the qualified name of the function or class that serves it."""
    reason: Annotated[str, Weaker.NEVER] = ""
    """Why it needs none."""

    @classmethod
    def expand(cls, short: object) -> Mapping[str, object]:
        """The route alone."""
        return {"route": short}

    @property
    def text(self) -> str:
        """How messages name it."""
        return self.route or self.handler

    def matches(self, route: Route) -> bool:
        """Whether it means `route`."""
        if self.handler:
            return is_at_or_below(route.handler, self.handler)
        match = _ENTRY.fullmatch(self.route.strip())
        return match is not None and _same_method(match["method"], route.method) and matches_path(match["path"], route)


@dataclass(frozen=True, kw_only=True)
class OptionalRoute(Exemption):
    """A route for which an optional guard is enough, and why.

    A class of its own, because pydantic reads the short form of a class in one field only.
    """


@dataclass(frozen=True, kw_only=True)
class Access(Contract):
    """Every route is guarded, or listed in `public`."""

    kind: ClassVar[str] = "access"
    checks_by_file: ClassVar[bool] = True

    guards: Annotated[SomeNames, Weaker.LARGER] = ()
    """The functions, classes and objects of the project that refuse an anonymous request, by their qualified names;
    those of frameworks are known. `shop.auth.wrapper(required=True)` is one only if it is called with that argument, or
    with a collection that holds it."""
    middleware: Annotated[SomeNames, Weaker.LARGER] = ()
    """The middleware, hooks and interceptors that guard all routes behind them."""
    optional_guards: Annotated[SomeNames, Weaker.SMALLER] = ()
    """Guards that let anonymous requests pass, written like `guards`: a route with no other guard must be in `optional`
    or in `public`."""
    body_guards: Annotated[SomeNames, Weaker.LARGER] = ()
    """Functions that guard a route if its handler calls them in its body."""
    public: Annotated[tuple[Exemption, ...], Weaker.LARGER] = ()
    """The routes that need no guard, each with a reason."""
    optional: Annotated[tuple[OptionalRoute, ...], Weaker.LARGER] = ()
    """The routes for which an optional guard is enough."""
    roles: Annotated[Mapping[str, Names], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.LARGER)] = field(
        default_factory=dict
    )
    """By pattern of paths (`/admin/**`): the guards of which routes below it need one."""
    modules: Annotated[Patterns, Weaker.SMALLER_NOT_EMPTY] = ()
    """The modules whose handlers are checked; by default all but tests."""
    max_unknown: Annotated[int, Weaker.LARGER] = 0
    """How many routes may be unresolved: from factories, from packages outside of the project, in files that cannot be
    parsed. They are listed, and count as neither guarded nor unguarded; more than that many are a violation."""
    stale: Annotated[Severity | Literal["ignore"], Weaker.LATER] = Severity.WARNING
    """How an entry of `public` or `optional` is reported that matches no route, or only routes that are guarded."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        public = f", but for {listed(tuple(entry.text for entry in self.public))}" if self.public else ""
        roles = "".join(f" Routes below {path} need {listed(tuple(names))}." for path, names in self.roles.items())
        return f"Every route is guarded{public}.{roles}"

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each route without a guard that is not listed, and for stale entries."""
        search = _Search(self, codebase)
        for route in search.routes:
            yield from search.violations(route)
        yield from search.unknown_violations()
        yield from search.loose_violations()
        if self.stale != "ignore":
            yield from search.stale_violations(self.stale)

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error for each name that is no guard, and if no route is guarded at all."""
        faults = [*self._guard_errors(codebase), *self._entry_errors()]
        yield from faults
        if faults:
            return
        search = _Search(self, codebase)
        if not search.routes and not search.table.unresolved:
            yield VacuousError("no module declares a route", "modules" if self.modules else "guards")
        elif search.routes and not search.has_guard:
            yield ContractError(
                f"no guard is found on any of {len(search.routes)} routes",
                "guards",
                "name the functions, classes or middleware that refuse an anonymous request",
            )

    def _guard_errors(self, codebase: Codebase) -> Iterator[ContractError]:
        for key in ("guards", "middleware", "optional_guards", "body_guards"):
            yield from self._name_errors(codebase, key, getattr(self, key))
        for path, names in self.roles.items():
            yield from self._name_errors(codebase, "roles", names, (path,))

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the contract checks."""
        return codebase.members(self.modules) if self.modules else codebase.modules

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        """The modules that may declare routes."""
        return frozenset(find_route_table(codebase).modules) & self.scope(codebase)

    def _entry_errors(self) -> Iterator[ContractError]:
        for key, entries in {"public": self.public, "optional": self.optional}.items():
            for index, entry in enumerate(entries):
                if bool(entry.route) == bool(entry.handler):
                    yield ContractError("needs either `route` or `handler`", keys=(key, index))

    def _name_errors(
        self, codebase: Codebase, key: str, names: Sequence[str], path: tuple[str, ...] = ()
    ) -> Iterator[ContractError]:
        for index, name in enumerate(names):
            try:
                spec = GuardSpec.parse(name)
            except ValueError as error:
                yield ContractError(str(error), keys=(key, *path, index))
                continue
            if not definitions_of(codebase, spec.name) and _is_of_project(codebase, spec.name):
                known = sorted({found for check in _checks(find_route_table(codebase)) for found in check.names})
                close = get_close_matches(spec.name, known, 1)
                hint = f"did you mean '{close[0]}'?" if close else "write the qualified name, with the module"
                yield ContractError(f"nothing is called '{spec.name}'", hint=hint, keys=(key, *path, index))


@dataclass(frozen=True)
class _Search:
    """Finds the violations of `contract`."""

    contract: Access
    codebase: Codebase

    @cached_property
    def table(self) -> RouteTable:
        """The routes of the code base."""
        return find_route_table(self.codebase)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes that are checked."""
        scope = self.contract.scope(self.codebase)
        return tuple(route for route in self.table.routes if route.module in scope and route.method != _PREFLIGHT)

    @cached_property
    def guards(self) -> GuardSet:
        """The guards of the contract."""
        return guard_set(self.codebase, self.contract)

    @property
    def has_guard(self) -> bool:
        """Whether any route is guarded, or most of those that are not are listed.

        Without either, the guards are not known, and a list of all routes would not say so.
        """
        is_listed = [self._is_listed(route, self.contract.public) for route in self.routes]
        is_guarded = any(self._protection(route) is not Protection.NONE for route in self.routes)
        return is_guarded or sum(is_listed) * 2 > len(is_listed)

    def violations(self, route: Route) -> Iterator[Violation]:
        """The violations of one route."""
        protection = self._protection(route)
        if protection is Protection.NONE and not self._is_listed(route, self.contract.public):
            yield self._unguarded(route)
        elif protection is Protection.OPTIONAL and not self._is_listed(
            route, (*self.contract.public, *self.contract.optional)
        ):
            yield self._only_optional(route)
        elif protection is not Protection.NONE:
            yield from self._missing_roles(route)

    def _protection(self, route: Route) -> Protection:
        found = self.guards.protection(route)
        if found is Protection.GUARDED or not self.contract.body_guards:
            return found
        return (
            Protection.GUARDED if self._called(route, named_guards(self.codebase, self.contract.body_guards)) else found
        )

    def _called(self, route: Route, guards: GuardSet) -> str:
        """The guard that the body of the handler calls; "" if there is none."""
        if route.function is None:
            return ""
        model = semantic_model(self.codebase)
        scope = route.function.scope(model)
        if not isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return ""
        for path in scope.access_paths:
            for access in path.accesses:
                if access.call:
                    names = model.callees(access.call, path.at)
                    if guards.is_named(names):
                        return names[0]
        return ""

    def _is_listed(self, route: Route, entries: Iterable[Exemption]) -> bool:
        return any(entry.matches(route) for entry in entries)

    def _unguarded(self, route: Route) -> Violation:
        if unknown := route.unresolved_checks:
            return self._unknown(route, unknown[0])
        exempt = [sentence for name, sentence in route.exemptions if self.guards.is_named((name,))]
        message = "; ".join((f"{_name(route)} is not guarded", *exempt))
        return self._violation(route, message, "", self._fixes(route), _path_confidence(route))

    def _only_optional(self, route: Route) -> Violation:
        names = [self.guards.name_of(check, route.method) for check in self.guards.guards_of(route)]
        guards = ", ".join(f"`{name}`" for name in names[:2])
        message = f"{_name(route)} is guarded by {guards} only, which lets anonymous requests pass"
        fixes = ("use a guard that refuses them", f"list it in `optional`: {{route: {_written(route)}, reason: ...}}")
        return self._violation(route, message, "optional", fixes)

    def _fixes(self, route: Route) -> tuple[str, ...]:
        guard = (self.contract.guards or self.contract.middleware or ("a guard",))[0]
        found = [f"guard it with {guard}", f"list it in `public`: {{route: {_written(route)}, reason: ...}}"]
        if called := self._called(route, self.guards):
            found.append(f"it calls {called} in its body: list that in `body_guards` if it refuses anonymous requests")
        if reader := self.guards.reader(route):
            found.append(f"{reader} reads credentials but verifies none: name what verifies them in `guards`")
        return tuple(found)

    def _unknown(self, route: Route, why: str) -> Violation:
        message = f"{_name(route)} may not be guarded: {why}"
        fixes = ("guard it where that can be read", f"list it in `public`: {{route: {_written(route)}, reason: ...}}")
        return self._violation(route, message, "unknown", fixes, Confidence.POSSIBLE)

    def _missing_roles(self, route: Route) -> Iterator[Violation]:
        for pattern, names in sorted(self.contract.roles.items()):
            if matches_path(pattern, route) and not self._has_one_of(route, names):
                wanted = " or ".join(names)
                yield self._violation(
                    route, f"{_name(route)} is guarded, but not by {wanted}", "roles", (f"guard it with {names[0]}",)
                )

    def _has_one_of(self, route: Route, names: Iterable[str]) -> bool:
        return named_guards(self.codebase, names, with_known=False).protection(route) is Protection.GUARDED

    def unknown_violations(self) -> Iterator[Violation]:
        """What could not be resolved; and one violation if that is more than is allowed."""
        scope = self.contract.scope(self.codebase)
        unresolved = [found for found in self.table.unresolved if found.module in scope]
        for found in unresolved:
            yield self.contract.violation(
                f"{found.module} {found.what}: its routes are unknown",
                found.location,
                found.module,
                symbol=f"{found.path} {found.what}",
                rule="unknown",
                fix=("check them there, and allow for them in `max_unknown`",),
                confidence=Confidence.POSSIBLE,
            )
        count = len(unresolved) + sum(self._is_unknown(route) for route in self.routes)
        if count > self.contract.max_unknown:
            first = self._first_module
            yield self.contract.violation(
                f"{count} routes or groups of routes cannot be resolved, and {self.contract.max_unknown} may be",
                self.codebase.location_of(first),
                first,
                rule="max_unknown",
                fix=(f"look at each, and set `max_unknown: {count}`",),
            )

    @property
    def _first_module(self) -> str:
        scope = self.contract.scope(self.codebase)
        return min((module for module in scope if module in self.codebase.sources), default="")

    def loose_violations(self) -> Iterator[Violation]:
        """A warning for exclusions that may let more routes pass than they seem to."""
        scope = self.contract.scope(self.codebase)
        for found in self.table.loose:
            if found.module in scope:
                violation = self.contract.violation(
                    f"{found.module} {found.what}",
                    found.location,
                    found.module,
                    symbol=found.what,
                    rule="exclude",
                    fix=("begin the patterns with `^`",),
                )
                yield replace(violation, severity=Severity.WARNING)

    def _is_unknown(self, route: Route) -> bool:
        is_open = self._protection(route) is Protection.NONE and not self._is_listed(route, self.contract.public)
        return is_open and bool(route.unresolved_checks)

    def stale_violations(self, severity: Severity) -> Iterator[Violation]:
        """Entries that match no route, or only routes that are guarded."""
        listed_entries: list[tuple[str, Exemption]] = [("public", entry) for entry in self.contract.public]
        listed_entries += [("optional", entry) for entry in self.contract.optional]
        for key, entry in listed_entries:
            matched = [route for route in self.routes if entry.matches(route)]
            if not any(self._protection(route) is not Protection.GUARDED for route in matched):
                yield replace(self._stale(key, entry, matched), severity=severity)

    def _stale(self, key: str, entry: Exemption, matched: list[Route]) -> Violation:
        first = self._first_module
        what = "is guarded" if matched else "is no route"
        return self.contract.violation(
            f"`{key}` lists {entry.text}, which {what}",
            matched[0].location if matched else self.codebase.location_of(first),
            matched[0].module if matched else first,
            symbol=entry.text,
            rule="stale",
            fix=(f"remove it from `{key}`",),
        )

    def _violation(
        self,
        route: Route,
        message: str,
        rule: str,
        fix: tuple[str, ...],
        confidence: Confidence = Confidence.CERTAIN,
    ) -> Violation:
        return self.contract.violation(
            message,
            route.location,
            route.module,
            symbol=f"{route.method} {route.path} {route.handler}",
            rule=rule,
            fix=fix,
            confidence=confidence,
        )


def guard_set(codebase: Codebase, *contracts: Access) -> GuardSet:
    """The guards that `contracts` name, beside those of frameworks."""
    names = [name for contract in contracts for name in (*contract.guards, *contract.middleware)]
    optional = [name for contract in contracts for name in contract.optional_guards]
    return named_guards(codebase, names, optional)


def named_guards(
    codebase: Codebase, names: Iterable[str], optional: Iterable[str] = (), *, with_known: bool = True
) -> GuardSet:
    """The guards called `names`, by all names that lead to the same definitions."""
    specs, weak = tuple(map(GuardSpec.parse, names)), tuple(map(GuardSpec.parse, optional))
    listed_names = sorted({spec.name for spec in (*specs, *weak)})
    aliases = [(found, name) for name in listed_names for found in definitions_of(codebase, name)]
    return GuardSet(specs, weak, tuple(aliases), with_known=with_known)


def matches_path(pattern: str, route: Route) -> bool:
    """Whether the path of `route` is the one that `pattern` describes, whatever its parameters are called."""
    if pattern in (route.template, route.path):
        return True
    if UNKNOWN_PART in route.path:
        parts = (_PARAMETER.sub("{}", part) for part in route.path.split(UNKNOWN_PART))
        known = ".*".join(re.escape(part) for part in parts)
        is_told = bool(re.search(r"\w", _PARAMETER.sub("", route.path)))  # else it would match every entry
        # The other way round: the path of the route is the pattern here, as it is the one with a part that is not
        # known.
        return is_told and bool(re.fullmatch(known, _PARAMETER.sub("{}", normalized(pattern))))
    return bool(_path_regex(normalized(pattern)).fullmatch(_PARAMETER.sub("{}", route.path)))


def _path_regex(pattern: str) -> re.Pattern[str]:
    found = list[str]()
    for part in re.split(r"(/\*\*|\*\*|\*|\{[^{}]*\})", pattern):
        if part == "/**":
            found.append(r"(?:/.*)?")
        elif part == "**":
            found.append(r".*")
        elif part == "*":
            found.append(r"[^/]*")
        elif _PARAMETER.fullmatch(part):
            found.append(re.escape("{}"))
        else:
            found.append(re.escape(part))
    return re.compile("".join(found))


def _same_method(wanted: str | None, method: str) -> bool:
    return wanted is None or wanted.upper() in ("*", ANY, method) or method == ANY


def _path_confidence(route: Route) -> Confidence:
    return Confidence.LIKELY if UNKNOWN_PART in route.path else Confidence.CERTAIN


def _written(route: Route) -> str:
    is_regex = "(" in route.template or route.template.startswith("^")
    shown = route.path if is_regex and "(?!" not in route.template else route.template
    return f"{route.method} {shown}"


def _name(route: Route) -> str:
    return f"`{_written(route)}` ({route.handler})"


def _is_of_project(codebase: Codebase, name: str) -> bool:
    top = top_package(plain_name(name))
    return any(top_package(plain_name(module)) == top for module in codebase.modules)


def _checks(table: RouteTable) -> Iterator[Check]:
    pending = [check for route in table.routes for check in route.checks]
    while pending:
        check = pending.pop()
        yield check
        pending += [*check.inner, *check.alternatives]
