"""Which violations were there before: told by names and counts, never by lines."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TypeAlias

from archguard.codebase import Codebase
from archguard.model import Violation, ViolationStatus

Identity: TypeAlias = tuple[str, str, str, str, str, str]
"""Contract, kind, rule, importer, imported, symbol."""


def identity(violation: Violation) -> Identity:
    """What stays the same when lines move and words change."""
    return (
        violation.contract,
        violation.kind,
        violation.rule,
        violation.importer,
        violation.imported,
        violation.symbol,
    )


@dataclass(frozen=True)
class Matched:
    """Violations with their statuses, and the identities that none of them has any more, with counts."""

    violations: tuple[Violation, ...]
    fixed: Mapping[Identity, int]


def match(violations: Iterable[Violation], before: Mapping[Identity, int], moved: Mapping[str, str]) -> Matched:
    """Tell which of `violations` are among `before`, each as often as is counted there.

    Args:
        violations: Those of today.
        before: Those that were there before.
        moved: The names that modules had then -> those that they have now.
    """
    left = Counter(before)
    found = [_matched(violation, left) for violation in violations]
    if moved and +left:
        left = Counter({renamed(known, moved): count for known, count in left.items() if count})
        found = [violation if _is_known(violation) else _matched(violation, left) for violation in found]
    return Matched(tuple(found), +left)


def _matched(violation: Violation, left: Counter[Identity]) -> Violation:
    if left[identity(violation)] <= 0:
        return violation
    left[identity(violation)] -= 1
    return replace(violation, status=ViolationStatus.KNOWN)


def _is_known(violation: Violation) -> bool:
    return violation.status is ViolationStatus.KNOWN


def renamed(known: Identity, moved: Mapping[str, str]) -> Identity:
    """`known` by the names that modules have after they have `moved`."""
    contract, kind, rule, importer, imported, symbol = known
    return contract, kind, rule, moved.get(importer, importer), moved.get(imported, imported), moved.get(symbol, symbol)


def moved_modules(codebase: Codebase, renames: Mapping[str, str]) -> Mapping[str, str]:
    """The old and the new names of modules whose files git says were renamed: old path -> new path."""
    modules = {source.display_path: source.module for source in codebase.sources.values()}
    return {
        _module(old, new, modules[new]): modules[new]
        for old, new in renames.items()
        if new in modules and old.endswith(".py")
    }


def _module(old: str, new: str, module: str) -> str:
    """The name that the module now called `module` had when its file `new` was called `old`."""
    service, mark, name = module.rpartition("::")
    depth = len(_parts(new)) - len(name.split("."))
    return service + mark + ".".join(_parts(old)[depth:])


def _parts(path: str) -> tuple[str, ...]:
    return PurePosixPath(path.removesuffix(".py").removesuffix("/__init__")).parts
