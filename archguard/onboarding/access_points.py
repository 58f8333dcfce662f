"""Infer the access points: the few modules through which the code reaches databases and external systems.

How it works: count the accesses per module that the kinds `database` and `gateway` find. Modules below a package with a
usual name (`repositories`, `clients`) form the access point if nearly all accesses are inside; otherwise the accessing
modules themselves, if they are few. The result becomes `allowed_in` of a proposed contract.

Limits: an access point may hold a third of the modules (a wider one restricts nothing), at most 15% of the accesses may
be elsewhere (the baseline lists them), and fewer than 3 accesses only count in a module with a usual name.
Cost: the checks analyze every file. Above 500 modules they only run if imports of client libraries are concentrated.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from archguard.codebase import Codebase, Pattern, Target
from archguard.effects import load_catalogue
from archguard.kinds import Database, Gateway
from archguard.kinds.requirement import CHANNELS
from archguard.model import Confidence
from archguard.onboarding.pattern_writer import is_in, patterns_for
from archguard.onboarding.proposal import ProposedContract
from archguard.onboarding.usual_names import USUAL_NAMES, any_of

_DATABASE_NAMES = any_of(USUAL_NAMES.database_modules)
_GATEWAY_NAMES = any_of(USUAL_NAMES.gateway_modules)
_MAX_SHARE = 0.34
"""The largest share of the modules that an access point may hold; a contract on a wider one restricts little."""
_LARGE_CODE_BASE = 500
"""With more modules, imports of clients are examined first: analyzing every file takes too long for `init`."""
_MIN_ACCESSES = 3
"""Fewer accesses may be coincidence, unless the module has a usual name."""
_MAX_STRAY_SHARE = 0.15
"""The share of the accesses that may be outside of the access point; the baseline lists them."""


def client_modules() -> frozenset[Target]:
    """The client modules to keep apart from their top-level packages, such as `google.cloud.storage`."""
    known = load_catalogue(("database", *CHANNELS)).modules
    return frozenset(Target(name) for name in known if "." in name)


def access_contracts(codebase: Codebase, *, database: bool) -> Iterator[ProposedContract]:
    """Propose a `database` contract (if wanted) and a `gateway` contract, where few modules have access."""
    if database and (found := _find_access_point(codebase, ("database",), Database(id="database"), _DATABASE_NAMES)):
        allowed_in, strays = found
        yield _proposed(
            "queries-in-one-place",
            "database",
            "A query that is written in one place is indexed, reviewed and replaced in one place.",
            f"Who reaches the database today, by drivers, sessions or SQL{strays}.",
            allowed_in,
        )
    everything = Gateway(id="gateway", modules=(Pattern("**"),))
    if found := _find_access_point(codebase, CHANNELS, everything, _GATEWAY_NAMES):
        allowed_in, strays = found
        yield _proposed(
            "outbound-in-one-place",
            "gateway",
            "Timeouts, retries and the contract with the other side live in one place per partner.",
            f"Who calls other systems today (HTTP, RPC, queues, mail and the like){strays}.",
            allowed_in,
        )


def _proposed(id_: str, kind: str, reason: str, comment: str, allowed_in: tuple[str, ...]) -> ProposedContract:
    keys: dict[str, Any] = {"id": id_, "kind": kind, "reason": reason, "allowed_in": list(allowed_in)}
    return ProposedContract(comment, keys)


def _find_access_point(
    codebase: Codebase, channels: Collection[str], contract: Database | Gateway, usual: re.Pattern[str]
) -> tuple[tuple[str, ...], str] | None:
    """Patterns for the access point and a remark on accesses elsewhere; None if none or too many modules have any.

    In a large code base, imports of clients are examined first, since analyzing every file is slow.
    """
    importers = _importers(codebase, channels)
    if not importers or (len(codebase.sources) > _LARGE_CODE_BASE and not _concentrated(codebase, importers, usual)):
        return None
    accesses = Counter(
        found.importer for found in contract.check(codebase) if found.confidence is not Confidence.POSSIBLE
    )
    modules = _concentrated(codebase, accesses, usual)
    if sum(accesses.values()) < _MIN_ACCESSES:
        modules = frozenset(module for module in modules if _usual_parent(module, usual))
    if not modules:
        return None
    strays = sum(count for module, count in accesses.items() if not is_in(module, modules))
    return patterns_for(codebase, modules), "; the baseline lists the exceptions" if strays else ""


def _importers(codebase: Codebase, channels: Collection[str]) -> Mapping[str, int]:
    """How many client libraries each module imports."""
    known = load_catalogue(channels)
    clients = [name for name in codebase.imports.externals if known.imported(name)]
    return Counter(module for name in clients for module in codebase.imports.importers[name])


def _concentrated(codebase: Codebase, accesses: Mapping[str, int], usual: re.Pattern[str]) -> frozenset[str]:
    """The few modules that contain most accesses: those with a usual name if they suffice, else also the others."""
    points = frozenset(found for module in accesses if (found := _usual_parent(module, usual)))
    left = {module: count for module, count in accesses.items() if not is_in(module, points)}
    if points and sum(left.values()) <= _MAX_STRAY_SHARE * sum(accesses.values()):
        return points if _is_narrow(codebase, points) else frozenset()
    all_points = points | frozenset(left)
    return all_points if len(left) <= _max_unnamed(codebase) and _is_narrow(codebase, all_points) else frozenset()


def _max_unnamed(codebase: Codebase) -> int:
    return 3 if len(codebase.sources) > 10 else 1  # noqa: PLR2004  # in a small project, one module is the access point


def _usual_parent(module: str, usual: re.Pattern[str]) -> str:
    """The topmost package of `module`, or itself, that has a usual name; "" if there is none."""
    parts = module.split(".")
    for length, part in enumerate(parts, 1):
        if usual.fullmatch(part.rpartition("::")[2]):
            return ".".join(parts[:length])
    return ""


def _is_narrow(codebase: Codebase, points: Collection[str]) -> bool:
    inside = [module for module in codebase.sources if is_in(module, points)]
    return len(inside) <= _MAX_SHARE * len(codebase.sources)
