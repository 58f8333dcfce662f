"""What decides whether a change of imports matters to a report, in the form in which it is kept."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from archguard.checking.import_filter import excluded_traits
from archguard.codebase import Codebase, ReachabilityRule, Source, SourceError, Target
from archguard.config import Config
from archguard.incremental.edit_analysis import EXTERNAL, PACKAGE, beginning
from archguard.kinds.contract import patterns_of
from archguard.model import Report, ViolationStatus
from archguard.reporters import BUILT_IN
from archguard.reporters.rerender import keep, read

_MOST_VIOLATIONS: Final = 1000
_MOST_BITS: Final = 1 << 23
"""What is more takes longer to keep than it saves."""

_PLAIN_PROBLEMS: Final = (
    *("dynamic-import", "unassigned", "passed-over"),
    *("link-cycle", "no-module", "not-a-package", "not-read", "shadowed-folder"),
)
"""What is told of words that no edit may bring or take away, of modules, of the configuration, and of folders."""


def edit_safety_facts(
    config: Config, codebase: Codebase, report: Report, formats: Sequence[str]
) -> dict[str, Any] | None:
    """What `archguard.incremental.edit_analysis` judges an edit by; None if any change of imports may matter.

    Args:
        config: The contracts.
        codebase: What they were checked against.
        report: What they found.
        formats: How that is written.
    """
    if not _is_plain(config, codebase) or not _can_be_told_again(report, formats):
        return None
    sweeps = [contract.reachability_rules(codebase) for contract in config.contracts]
    own = [sweep for found in sweeps for sweep in found or ()]
    held, reached = (
        _joined([sweep.sources_mask for sweep in own], own),
        _joined([sweep.targets_mask for sweep in own], own),
    )
    if None in sweeps or sum(map(int.bit_length, (*held.values(), *reached.values()))) > _MOST_BITS:
        return None
    counting = {contract.id: contract.scope(codebase) for contract in config.contracts}
    facts: dict[tuple[str, str, tuple[int, ...], str], int] = {}
    modules = {}
    for name in (*codebase.modules, *codebase.imports.externals):
        seen = tuple(at for at, it in enumerate(report.outcomes, 1) if name in counting[it.id])
        fact = (f"{held.get(name, 0):x}", f"{reached.get(name, 0):x}", seen, _sort(codebase, name))
        modules[name] = facts.setdefault(fact, len(facts))
    return {
        "report": keep(report),
        "formats": [*formats],
        "contracts": len(report.outcomes),
        "roots": sorted(_roots(config)),
        "facts": [*facts],
        "modules": modules,
        "files": {source.file: name for name, source in codebase.sources.items() if _may_change(source, report)},
        "shown": _shown(codebase, report),
    }


def _is_plain(config: Config, codebase: Codebase) -> bool:
    """Whether imports are told apart by nothing but the modules at their ends."""
    overlooks = any(contract.ignore or excluded_traits(config, contract) for contract in config.contracts)
    is_one = not config.services and not codebase.excluded
    tops = {module.partition(".")[0] for module in codebase.modules}
    return not overlooks and is_one and tops <= codebase.modules and all(root.isidentifier() for root in _roots(config))


def _roots(config: Config) -> frozenset[str]:
    """Where the names of what is outside of the project begin, if contracts tell it apart."""
    patterns = (pattern for contract in config.contracts for _, pattern in patterns_of(contract))
    return frozenset(pattern.text.partition(".")[0] for pattern in patterns if isinstance(pattern, Target))


def _can_be_told_again(report: Report, formats: Sequence[str]) -> bool:
    """Whether the report survives being kept, and no baseline had a part in it."""
    known = any(violation.status is ViolationStatus.KNOWN for violation in report.violations)
    is_own = all(name in BUILT_IN for name in formats) and all(it.code in _PLAIN_PROBLEMS for it in report.problems)
    return not known and is_own and len(report.violations) <= _MOST_VIOLATIONS and read(keep(report)) == report


def _joined(of_each: Iterable[Mapping[str, int]], sweeps: Iterable[ReachabilityRule]) -> dict[str, int]:
    """The bits of all `sweeps` beside each other."""
    joined: dict[str, int] = {}
    start = 0
    for bits, sweep in zip(of_each, sweeps, strict=True):
        for module, own in bits.items():
            joined[module] = joined.get(module, 0) | own << start
        start += max(
            (own.bit_length() for own in (*sweep.forbidden.values(), *sweep.reachability.labels.values())), default=0
        )
    return joined


def _sort(codebase: Codebase, name: str) -> str:
    if name not in codebase.modules:
        return EXTERNAL
    source = codebase.sources.get(name)
    return PACKAGE if source is None or source.is_package else ""


def _may_change(source: Source, report: Report) -> bool:
    """Not if names may come from it, nor if the place of an import in it could not be told exactly."""
    vague = {violation.location.path for violation in report.violations if not violation.location.end_line}
    return not source.is_package and source.display_path not in vague


def _shown(codebase: Codebase, report: Report) -> dict[str, tuple[int, str]]:
    """Up to which line the files must stay as they are, of which the report shows lines."""
    last: dict[str, int] = {}
    for violation in report.violations:
        place = violation.location
        for path, line in (
            (place.path, max(place.line, place.end_line)),
            *((it.path, it.line) for it in violation.chain),
        ):
            last[path] = max(last.get(path, 0), line)
    return {
        source.file: (last[source.display_path], _beginning(source, last[source.display_path]))
        for source in codebase.sources.values()
        if source.display_path in last
    }


def _beginning(source: Source, lines: int) -> str:
    try:
        return beginning(source.content, lines)
    except SourceError:
        return ""
