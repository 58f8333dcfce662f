"""The facts by which a later run decides whether an edit of imports can change a report.

The reachability rules of all contracts give each module two bit masks: its sources mask and its targets mask, which
`edit_analysis` explains. They are stored with the report, together with the contracts that count the imports of the
module. There are no facts (None) if imports matter in other ways: ignores, excluded traits, services, a baseline,
plugins, or a contract without complete reachability rules. Then every edit of imports leads to a full check.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from archguard.checking.import_filter import excluded_traits
from archguard.codebase import Codebase, ReachabilityRule, Source, SourceError, Target
from archguard.config import Config
from archguard.incremental.edit_analysis import EXTERNAL, PACKAGE, beginning
from archguard.kinds.contract import patterns_of
from archguard.model import Report, ViolationStatus
from archguard.model.names import top_package
from archguard.reporters import BUILT_IN
from archguard.reporters.rerender import keep, read

_MOST_VIOLATIONS: Final = 1000
_MOST_BITS: Final = 1 << 23
"""Beyond these limits (2**23 bits are 1 MB), storing the facts takes longer than it saves."""

_PLAIN_PROBLEMS: Final = (
    *("dynamic-import", "unassigned", "passed-over"),
    *("link-cycle", "no-module", "not-a-package", "not-read", "shadowed-folder"),
)
"""Problems that depend only on words that `edit_analysis` treats as unsafe, on modules, configuration and folders."""


def edit_safety_facts(
    config: Config, codebase: Codebase, report: Report, formats: Sequence[str]
) -> dict[str, Any] | None:
    """The facts for `archguard.incremental.edit_analysis`; None if any change of imports may matter.

    Args:
        config: The contracts.
        codebase: The code that was checked.
        report: The result of the check.
        formats: The output formats of the report.
    """
    if not _is_plain(config, codebase) or not _can_be_rendered_again(report, formats):
        return None
    by_contract = [contract.reachability_rules(codebase) for contract in config.contracts]
    rules = [rule for found in by_contract for rule in found or ()]
    sources = _joined([rule.sources_mask for rule in rules], rules)
    targets = _joined([rule.targets_mask for rule in rules], rules)
    if None in by_contract or sum(map(int.bit_length, (*sources.values(), *targets.values()))) > _MOST_BITS:
        return None
    scopes = {contract.id: contract.scope(codebase) for contract in config.contracts}
    facts: dict[tuple[str, str, tuple[int, ...], str], int] = {}
    modules = {}
    for name in (*codebase.modules, *codebase.imports.externals):
        counted_by = tuple(at for at, it in enumerate(report.outcomes, 1) if name in scopes[it.id])
        fact = (f"{sources.get(name, 0):x}", f"{targets.get(name, 0):x}", counted_by, _sort(codebase, name))
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
    """Whether contracts distinguish imports by nothing but their importer and imported module."""
    has_exceptions = any(contract.ignore or excluded_traits(config, contract) for contract in config.contracts)
    is_one = not config.services and not codebase.excluded
    tops = {top_package(module) for module in codebase.modules}
    return (
        not has_exceptions
        and is_one
        # A namespace package at the top may get further parts anywhere on the search path.
        and tops <= codebase.modules
        and all(root.isidentifier() for root in _roots(config))
    )


def _roots(config: Config) -> frozenset[str]:
    """The top-level names of patterns that may match packages outside of the project."""
    patterns = (pattern for contract in config.contracts for _, pattern in patterns_of(contract))
    return frozenset(top_package(pattern.text) for pattern in patterns if isinstance(pattern, Target))


def _can_be_rendered_again(report: Report, formats: Sequence[str]) -> bool:
    """Whether the report survives serialization, and no baseline was applied to it."""
    has_known = any(violation.status is ViolationStatus.KNOWN for violation in report.violations)
    is_own = all(name in BUILT_IN for name in formats) and all(it.code in _PLAIN_PROBLEMS for it in report.problems)
    return not has_known and is_own and len(report.violations) <= _MOST_VIOLATIONS and read(keep(report)) == report


def _joined(masks: Iterable[Mapping[str, int]], rules: Iterable[ReachabilityRule]) -> dict[str, int]:
    """The bit sets of all `rules` side by side in one integer per module."""
    joined: dict[str, int] = {}
    offset = 0
    for mask, rule in zip(masks, rules, strict=True):
        for module, bits in mask.items():
            # Each rule has its own range of bits, so that a bit of one never meets a bit of another.
            joined[module] = joined.get(module, 0) | bits << offset
        offset += max(
            (bits.bit_length() for bits in (*rule.forbidden.values(), *rule.reachability.labels.values())), default=0
        )
    return joined


def _sort(codebase: Codebase, name: str) -> str:
    if name not in codebase.modules:
        return EXTERNAL
    source = codebase.sources.get(name)
    return PACKAGE if source is None or source.is_package else ""


def _may_change(source: Source, report: Report) -> bool:
    """Whether an edit can be safe: not of a package, which may re-export names, nor below an inexact location."""
    inexact = {violation.location.path for violation in report.violations if not violation.location.end_line}
    return not source.is_package and source.display_path not in inexact


def _shown(codebase: Codebase, report: Report) -> dict[str, tuple[int, str]]:
    """The files of which the report shows lines: the last such line, and the fingerprint of the text up to it."""
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
