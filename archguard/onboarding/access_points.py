"""Through which modules the code reaches databases and the outside, if those are few."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from archguard.codebase import Codebase, Pattern, Target
from archguard.effects import load_catalogue
from archguard.kinds import Database, Gateway
from archguard.kinds.gateway import CHANNELS
from archguard.model import Confidence
from archguard.onboarding.pattern_writer import is_in, patterns_for
from archguard.onboarding.proposal import ProposedContract

_KEEPERS = re.compile(
    r"repositor(y|ies)|persistence|dao|crud|db|database|models?|orm|stores?|storage|sql|tables|quer(y|ies)|selectors|managers"
)
_GATEWAYS = re.compile(
    r"gateways?|clients?|.*_client|adapters|integrations?|external|providers|connectors?|notif\w*|notices|mail(er)?|emails?"
)
_MOST = 0.34
"""A door is no wider than this share of the modules."""
_LARGE = 500
"""With more modules than that, a code base is large."""
_FEWEST = 3
"""Fewer accesses than that may be there by chance, unless the module is called so."""
_STRAY = 0.15
"""Up to this share of the accesses may stand elsewhere; the baseline lists them."""


def told_apart() -> frozenset[Target]:
    """The modules outside of the project that must be told from the packages that they are in."""
    known = load_catalogue(("database", *CHANNELS)).modules
    return frozenset(Target(name) for name in known if "." in name)


def door_contracts(codebase: Codebase, *, database: bool) -> Iterator[ProposedContract]:
    """A contract on who reaches databases (if wanted), and one on who reaches outside, where few modules do."""
    if database and (found := _door(codebase, ("database",), Database(id="database"), _KEEPERS)):
        where, strays = found
        yield _proposed(
            "queries-in-one-place",
            "database",
            "A query that is written in one place is indexed, reviewed and replaced in one place.",
            f"Who reaches the database today, by drivers, sessions or SQL{strays}.",
            where,
        )
    everything = Gateway(id="gateway", modules=(Pattern("**"),))
    if found := _door(codebase, CHANNELS, everything, _GATEWAYS):
        where, strays = found
        yield _proposed(
            "outbound-in-one-place",
            "gateway",
            "Timeouts, retries and the contract with the other side live in one place per partner.",
            f"Who calls other systems today (HTTP, RPC, queues, mail and the like){strays}.",
            where,
        )


def _proposed(id_: str, kind: str, reason: str, comment: str, where: tuple[str, ...]) -> ProposedContract:
    keys: dict[str, Any] = {"id": id_, "kind": kind, "reason": reason, "allowed_in": list(where)}
    return ProposedContract(comment, keys)


def _door(
    codebase: Codebase, channels: Collection[str], contract: Database | Gateway, usual: re.Pattern[str]
) -> tuple[tuple[str, ...], str] | None:
    """Where the accesses are, and a remark on those elsewhere; None if nobody has any, or too many modules have.

    Of a large code base imports are asked first, since looking into every file of it takes long.
    """
    importers = _importers(codebase, channels)
    if not importers or (len(codebase.sources) > _LARGE and not _concentrated(codebase, importers, usual)):
        return None
    accesses = Counter(
        found.importer for found in contract.check(codebase) if found.confidence is not Confidence.POSSIBLE
    )
    modules = _concentrated(codebase, accesses, usual)
    if sum(accesses.values()) < _FEWEST:
        modules = frozenset(module for module in modules if _usual(module, usual))
    if not modules:
        return None
    strays = sum(count for module, count in accesses.items() if not is_in(module, modules))
    return patterns_for(codebase, modules), "; the baseline lists the exceptions" if strays else ""


def _importers(codebase: Codebase, channels: Collection[str]) -> Mapping[str, int]:
    """How often each module imports a client."""
    known = load_catalogue(channels)
    clients = [name for name in codebase.imports.externals if known.imported(name)]
    return Counter(module for name in clients for module in codebase.imports.importers[name])


def _concentrated(codebase: Codebase, accesses: Mapping[str, int], usual: re.Pattern[str]) -> frozenset[str]:
    """Few modules that most of the accesses are in or below: those with a usual name, then the busiest."""
    doors = frozenset(found for module in accesses if (found := _usual(module, usual)))
    left = {module: count for module, count in accesses.items() if not is_in(module, doors)}
    if doors and sum(left.values()) <= _STRAY * sum(accesses.values()):
        return doors if _is_narrow(codebase, doors) else frozenset()
    whole = doors | frozenset(left)
    return whole if len(left) <= _few(codebase) and _is_narrow(codebase, whole) else frozenset()


def _few(codebase: Codebase) -> int:
    return 3 if len(codebase.sources) > 10 else 1  # noqa: PLR2004  # in a small project one module is a door


def _usual(module: str, usual: re.Pattern[str]) -> str:
    """The topmost part of `module` that has a usual name; "" if there is none."""
    parts = module.split(".")
    for length, part in enumerate(parts, 1):
        if usual.fullmatch(part.rpartition("::")[2]):
            return ".".join(parts[:length])
    return ""


def _is_narrow(codebase: Codebase, doors: Collection[str]) -> bool:
    inside = [module for module in codebase.sources if is_in(module, doors)]
    return len(inside) <= _MOST * len(codebase.sources)
