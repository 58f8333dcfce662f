"""Match violations with earlier ones by identity and count, never by line.

If modules were renamed, what is left of the earlier violations is matched a second time under the new names.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from archguard.codebase import Codebase
from archguard.dataclass import dataclass
from archguard.model import Identity, Report, Violation, ViolationStatus
from archguard.model.names import parts_of, qualify, split_service


@dataclass(frozen=True)
class Matched:
    """Violations with their statuses, and the counts of the earlier ones that none of them matches."""

    violations: tuple[Violation, ...]
    fixed: Mapping[Identity, int]


def match(violations: Iterable[Violation], before: Mapping[Identity, int], moved: Mapping[str, str]) -> Matched:
    """Mark as known those `violations` that are in `before`, each at most as many times as counted there.

    Args:
        violations: The current violations.
        before: The counts of the earlier ones.
        moved: The names of modules then -> their names now.
    """
    unmatched = Counter(before)
    found = [_matched(violation, unmatched) for violation in violations]
    if moved and +unmatched:
        unmatched = Counter({renamed(known, moved): count for known, count in unmatched.items() if count})
        found = [violation if _is_known(violation) else _matched(violation, unmatched) for violation in found]
    return Matched(tuple(found), +unmatched)


def with_known(report: Report, before: Mapping[Identity, int], moved: Mapping[str, str]) -> Report:
    """`report` with the violations that are in `before` marked as known, and those that are gone counted as fixed."""
    matched = match(report.violations, before, moved)
    summary = replace(report.summary, fixed=sum(matched.fixed.values()))
    return replace(report.with_violations(matched.violations), summary=summary)


def _matched(violation: Violation, unmatched: Counter[Identity]) -> Violation:
    if unmatched[violation.identity] <= 0:
        return violation
    unmatched[violation.identity] -= 1
    return replace(violation, status=ViolationStatus.KNOWN)


def _is_known(violation: Violation) -> bool:
    return violation.status is ViolationStatus.KNOWN


def renamed(known: Identity, moved: Mapping[str, str]) -> Identity:
    """`known` with the names of modules after they have `moved`."""
    contract, kind, rule, importer, imported, symbol = known
    return contract, kind, rule, moved.get(importer, importer), moved.get(imported, imported), moved.get(symbol, symbol)


def moved_modules(codebase: Codebase, renames: Mapping[str, str]) -> Mapping[str, str]:
    """The old and new names of the modules whose files were renamed: `renames` has old path -> new path."""
    return moved_names(modules_by_path(codebase), renames)


def modules_by_path(codebase: Codebase) -> Mapping[str, str]:
    """The module in each file, by the path that reports show."""
    return {source.display_path: source.module for source in codebase.sources.values()}


def moved_names(modules: Mapping[str, str], renames: Mapping[str, str]) -> Mapping[str, str]:
    """The same as `moved_modules`, where `modules` has the modules of today by their paths."""
    return {
        _module(old, new, modules[new]): modules[new]
        for old, new in renames.items()
        if new in modules and old.endswith(".py")
    }


def _module(old: str, new: str, module: str) -> str:
    """The name of `module`, whose file is `new`, when that file was `old`: the same source root is assumed."""
    service, name = split_service(module)
    depth = len(_parts(new)) - len(parts_of(name))
    return qualify(service, ".".join(_parts(old)[depth:]))


def _parts(path: str) -> tuple[str, ...]:
    return PurePosixPath(path.removesuffix(".py").removesuffix("/__init__")).parts
