"""Propose who reaches databases and other systems: `database` and `gateway` contracts.

How it works: modules below a package with a usual name (`repositories`, `clients`) are the access point if nearly all
accesses are inside; otherwise the accessing modules themselves, if they are few. If accesses are everywhere, but there
are repositories, these become the access point, and what is elsewhere today is known; without repositories, modules
that serve routes are kept from the database. Where nothing is reached, nothing may be.

Limits: an access point may hold a third of the modules (a wider one restricts nothing), at most 15% of the accesses may
be elsewhere unless there are repositories, and fewer than 3 accesses only count in a module with a usual name.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from archguard.codebase import Codebase
from archguard.dataclass import dataclass
from archguard.model.names import last_part, parts_of, plain_name
from archguard.onboarding.parts import sizes_of
from archguard.onboarding.pattern_writer import is_in, one_or_many, patterns_for
from archguard.onboarding.proposal import ProposedContract
from archguard.onboarding.roles import members_of, role_of
from archguard.onboarding.step import Step, Topic
from archguard.onboarding.survey import Survey
from archguard.onboarding.usual_names import USUAL_NAMES, any_of
from archguard.reporters.phrases import counted, some

_MAX_SHARE = 0.34
"""The largest share of the modules that an access point may hold; a contract on a wider one restricts little."""
_MIN_ACCESSES = 3
"""Fewer accesses may be coincidence, unless the module has a usual name."""
_MAX_STRAY_SHARE = 0.15
"""The share of the accesses that may be outside of the access point; the baseline lists them."""
_MAX_PATTERNS = 12
"""With more patterns, `allowed_in` is a list of modules that nobody reviews."""
_MAX_CONTROLLER_PATTERNS = 20
"""The same for controllers, which plain applications name after what they serve."""
_MAX_EXTRA_COST = 2
"""How many times as many known violations the stricter contract may have."""
_MAX_HOSTS = 12
"""With more hosts, the list is a registry, and every new partner a change of two files."""


@dataclass(frozen=True)
class _Reach:
    """A sort of accesses, and the contract on where they may be."""

    id: str
    kind: str
    reason: str
    comment: str
    subject: str
    usual: re.Pattern[str]
    """The usual names of modules that hold them."""


_QUERIES: Final = _Reach(
    "queries-in-one-place",
    "database",
    "A query that is written in one place is indexed, reviewed and replaced in one place.",
    "Who reaches the database today, by drivers, sessions or SQL",
    "access",
    any_of(USUAL_NAMES.database_modules),
)
_CALLS: Final = _Reach(
    "outbound-in-one-place",
    "gateway",
    "Timeouts, retries and the contract with the other side live in one place per partner.",
    "Who calls other systems today (HTTP, RPC, queues, mail and the like)",
    "call",
    any_of(USUAL_NAMES.gateway_modules),
)


def database_step(survey: Survey) -> Step:
    """Who may reach a database."""
    accesses, codebase = survey.accesses, survey.codebase
    if not accesses:
        contract = _no_database(codebase)
        return Step(topic=Topic.DATABASE, saw=("no module reaches a database",), contracts=(contract,))
    saw = _summary(accesses, "access to a database", "accesses to a database")
    point = _access_point(survey, accesses, _QUERIES)
    chosen = point or _least_costly(survey)
    if chosen is None:
        why = "a contract on databases: queries are everywhere, and neither repositories nor routes are known by name"
        return Step(topic=Topic.DATABASE, saw=(saw,), not_proposed=(why,))
    return Step(topic=Topic.DATABASE, saw=(saw,), contracts=(chosen,))


def outbound_step(survey: Survey) -> Step:
    """Who may reach other systems, which hosts, and with a timeout."""
    outbound, codebase = survey.outbound, survey.codebase
    saw = _summary(outbound, "outbound call", "outbound calls") if outbound else "no module calls another system"
    late = sum(survey.without_timeout.values())
    timeouts = (f"{counted(late, 'call')} without a timeout",) if late else ()
    point = _access_point(survey, outbound, _CALLS)
    # Without a place for calls, URLs in the code may be links in texts, of which no list would ever be complete.
    is_listed = len(survey.hosts) <= _MAX_HOSTS and bool(point or codebase.services)
    hosts = survey.hosts if is_listed else ()
    named = (f"{counted(len(survey.hosts), 'host')} in URLs: {some(survey.hosts)}",) if survey.hosts else ()
    missing = list[str]()
    if outbound and point is None:
        missing.append(f"an access point for outbound calls: they are in {counted(len(outbound), 'module')}")
    if survey.hosts and not is_listed:
        why = (
            f"{len(survey.hosts)} are more than {_MAX_HOSTS}" if len(survey.hosts) > _MAX_HOSTS else "some may be links"
        )
        missing.append(f"a list of hosts: {why}")
    return Step(
        topic=Topic.OUTBOUND,
        saw=(saw, *timeouts, *named),
        contracts=tuple(_gateways(point, hosts)),
        not_proposed=tuple(missing),
    )


def _gateways(point: ProposedContract | None, hosts: tuple[str, ...]) -> Iterator[ProposedContract]:
    """The contract on where calls are made; that on timeouts, and on hosts, holds everywhere."""
    if point:
        yield point
    keys: dict[str, Any] = {
        "id": "outbound-calls-end",
        "kind": "gateway",
        "reason": "A call without a timeout waits for as long as the other side likes, and so does who called.",
        "require": "timeout",
        **({"hosts": one_or_many(hosts)} if hosts else {}),
    }
    only = " URLs name these hosts only." if hosts else ""
    comment = f"Every outbound call has a timeout, its own or that of its client.{only}"
    yield ProposedContract(comment, keys, "call", "without a timeout")


def _summary(accesses: Mapping[str, int], one: str, many: str) -> str:
    """`526 accesses in 43 modules: a 98, b 70 and 41 more`."""
    total = sum(accesses.values())
    ranked = [f"{name} {count}" for name, count in sorted(accesses.items(), key=lambda item: (-item[1], item[0]))]
    return f"{total} {one if total == 1 else many} in {counted(len(accesses), 'module')}: {some(ranked)}"


def _no_database(codebase: Codebase) -> ProposedContract:
    keys = {
        "id": "no-database",
        "kind": "database",
        "reason": "Code without a database runs, and is tested, everywhere; the first query is a decision.",
        "modules": one_or_many(sorted(sizes_of(codebase))),
    }
    return ProposedContract("Nothing reaches a database today.", keys, "access", "to a database")


def _access_point(survey: Survey, accesses: Mapping[str, int], reach: _Reach) -> ProposedContract | None:
    """A contract that allows accesses in the few modules that have nearly all of them; None if they are many."""
    modules = _concentrated(survey, accesses, reach.usual)
    if sum(accesses.values()) < _MIN_ACCESSES:
        modules = frozenset(module for module in modules if _usual_parent(module, reach.usual))
    return _allowed_in(survey.codebase, modules, accesses, reach) if modules else None


def _least_costly(survey: Survey) -> ProposedContract | None:
    """Accesses in repositories only, or none in controllers: the stricter one, unless it costs much more."""
    points, controllers = _repositories(survey), _controllers(survey)
    outside = sum(count for module, count in survey.accesses.items() if not is_in(module, points))
    inside = sum(count for module, count in survey.accesses.items() if is_in(module, controllers))
    # Both contracts are sound; the one with the shorter baseline is accepted by a team, and the stricter one is worth
    # twice as much.
    if points and (not controllers or outside <= _MAX_EXTRA_COST * inside):
        return _allowed_in(survey.codebase, points, survey.accesses, _QUERIES)
    return _kept_from_database(survey.codebase, controllers) if controllers else None


def _repositories(survey: Survey) -> frozenset[str]:
    """Repositories (`crud`, `selectors`) and modules of the database itself, if there are repositories among them."""
    points = frozenset(found for module in survey.accesses if (found := _usual_parent(module, _QUERIES.usual)))
    is_found = any(role_of(point) == "repositories" for point in points)
    return points if is_found and _is_narrow(survey.codebase, points) else frozenset()


def _controllers(survey: Survey) -> frozenset[str]:
    """The modules that serve routes, and packages that hold mostly such modules; empty if that is all there is."""
    serving, modules = survey.controllers, survey.codebase.sources
    found = {_mostly(serving, module, modules) for module in serving}
    return frozenset(found) if any(not is_in(module, found) for module in modules) else frozenset()


def _mostly(serving: Collection[str], module: str, modules: Collection[str]) -> str:
    """The topmost package around `module`, below a top-level one, most of whose modules are among `serving`."""
    parts = parts_of(module)
    for length in range(2, len(parts)):
        package = ".".join(parts[:length])
        inside = [other for other in modules if is_in(other, {package})]
        if sum(other in serving for other in inside) * 2 > len(inside):
            return package
    return module


def _kept_from_database(codebase: Codebase, controllers: Collection[str]) -> ProposedContract | None:
    patterns = patterns_for(codebase, controllers, members_of(codebase, "controllers"))
    if len(patterns) > _MAX_CONTROLLER_PATTERNS:
        return None
    keys: dict[str, Any] = {
        "id": "queries-outside-of-controllers",
        "kind": "database",
        "reason": "What a request may do, and what it asks of the database, change for different reasons.",
        "modules": list(patterns),
    }
    return ProposedContract("Modules that serve routes make no queries of their own.", keys, "access", "in controllers")


def _allowed_in(
    codebase: Codebase, modules: Collection[str], accesses: Mapping[str, int], reach: _Reach
) -> ProposedContract | None:
    allowed_in = patterns_for(codebase, modules)
    if len(allowed_in) > _MAX_PATTERNS:
        return None
    strays = sum(count for module, count in accesses.items() if not is_in(module, modules))
    listed = "; the baseline lists the exceptions" if strays else ""
    keys: dict[str, Any] = {
        "id": reach.id,
        "kind": reach.kind,
        "reason": reach.reason,
        "allowed_in": list(allowed_in),
    }
    where = f"outside of {some(list(dict.fromkeys(map(_short, allowed_in))))}"
    return ProposedContract(f"{reach.comment}{listed}.", keys, reach.subject, where)


def _short(pattern: str) -> str:
    return last_part(pattern)


def _concentrated(survey: Survey, accesses: Mapping[str, int], usual: re.Pattern[str]) -> frozenset[str]:
    """The few modules that contain most accesses: those with a usual name if they suffice, else also the others.

    A module that serves routes is none of the others: it may be small, but it is not where accesses belong.
    """
    codebase, most = survey.codebase, _MAX_STRAY_SHARE * sum(accesses.values())
    points = frozenset(found for module in accesses if (found := _usual_parent(module, usual)))
    left = {module: count for module, count in accesses.items() if not is_in(module, points)}
    if points and sum(left.values()) <= most:
        return points if _is_narrow(codebase, points) else frozenset()
    unnamed = frozenset(left) - survey.controllers
    is_few = len(unnamed) <= _max_unnamed(codebase)
    strays = sum(count for module, count in left.items() if module not in unnamed)
    is_point = is_few and strays <= most and _is_narrow(codebase, points | unnamed)
    return points | unnamed if is_point else frozenset()


def _max_unnamed(codebase: Codebase) -> int:
    return 3 if len(codebase.sources) > 10 else 1  # noqa: PLR2004  # in a small project, one module is the access point


def _usual_parent(module: str, usual: re.Pattern[str]) -> str:
    """The topmost package of `module`, or itself, that has a usual name; "" if there is none."""
    parts = parts_of(module)
    for length, part in enumerate(parts, 1):
        if usual.fullmatch(plain_name(part)):
            return ".".join(parts[:length])
    return ""


def _is_narrow(codebase: Codebase, points: Collection[str]) -> bool:
    inside = [module for module in codebase.sources if is_in(module, points)]
    return len(inside) <= _MAX_SHARE * len(codebase.sources)
