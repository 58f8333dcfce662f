"""The baseline: existing violations that do not fail a check.

An entry matches violations by identity (contract, kind, rule, importer, imported, symbol) and count, never by line, so
that unrelated edits do not invalidate it. If there are both new violations and stale entries, git lists the renamed
files, and the entries are matched again under the new names of the modules. Git runs only in that case, since it takes
longer than the match.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from archguard.codebase import Codebase
from archguard.config import Config, Document, bind_document, read_document
from archguard.config.yaml_document import write_yaml_line
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError, ConfigError
from archguard.history.git import last_change, renames
from archguard.history.matching import match, moved_modules, renamed
from archguard.incremental.input_recorder import today
from archguard.model import Identity, Problem, Report, Severity, ViolationStatus

_STALE: Final = "stale-baseline"
_RENAMED: Final = "renamed-contract"

_HEADER = """\
# The violations that are known, by contract. Written by `archguard baseline`, which keeps what you add to an entry:
# reason, owner, and expires (a date, from which on it counts as new).
"""


@dataclass(frozen=True, kw_only=True, order=True)
class Entry:
    """A known violation, and how many times it may occur."""

    importer: str
    imported: str = ""
    symbol: str = ""
    rule: str = ""
    count: int = 1
    reason: str = ""
    owner: str = ""
    expires: date | None = field(default=None, compare=False)

    @property
    def is_expired(self) -> bool:
        """Whether the entry no longer applies."""
        return self.expires is not None and self.expires <= today([self.expires])


@dataclass(frozen=True, kw_only=True)
class ContractBaseline:
    """The known violations of one contract."""

    kind: str
    violations: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The known violations of all contracts."""

    version: Literal[1] = 1
    contracts: Mapping[str, ContractBaseline] = field(default_factory=dict)

    @property
    def entries(self) -> Mapping[Identity, Entry]:
        """Every entry by its identity."""
        return {
            (contract, known.kind, entry.rule, entry.importer, entry.imported, entry.symbol): entry
            for contract, known in self.contracts.items()
            for entry in known.violations
        }

    @property
    def counts(self) -> Mapping[Identity, int]:
        """How many times each violation may occur."""
        return {known: entry.count for known, entry in self.entries.items()}

    def entries_after(self, moved: Mapping[str, str]) -> Mapping[Identity, Entry]:
        """Every entry by its identity; if modules have `moved`, under their old and under their new names."""
        return {**{renamed(known, moved): entry for known, entry in self.entries.items()}, **self.entries}


def read_baseline(path: Path) -> Baseline:
    """The baseline in the file `path`.

    Raises:
        ExceptionGroup[ConfigError]: it cannot be read, or is invalid (after a merge, say): every error with its line.
    """
    document = read_document(path, path.name)
    baseline = bind_document(Baseline, document)
    if errors := tuple(_duplicates(document, baseline)):
        raise ExceptionGroup(path.name, errors)
    return baseline


def _duplicates(document: Document, baseline: Baseline) -> Iterator[ConfigError]:
    """An error for each entry that is listed twice, as after a merge of two branches."""
    for contract, known in baseline.contracts.items():
        seen: set[tuple[str, str, str, str]] = set()
        for place, entry in enumerate(known.violations):
            names = (entry.rule, entry.importer, entry.imported, entry.symbol)
            if names in seen:
                keys = ("contracts", contract, "violations", place)
                yield document.error("the same is listed above", keys, "keep one of them, with the right count")
            seen.add(names)


def render_baseline(baseline: Baseline) -> str:
    """The text of a baseline file: sorted, one line per entry, and deterministic, so that diffs are small."""
    lines = [_HEADER + "version: 1", "contracts:" if baseline.contracts else "contracts: {}"]
    for contract, known in sorted(baseline.contracts.items()):
        lines += [f"  {write_yaml_line(contract)}:", f"    kind: {write_yaml_line(known.kind)}", "    violations:"]
        lines += [f"      - {write_yaml_line(_as_mapping(entry))}" for entry in sorted(known.violations)]
    return "\n".join(lines) + "\n"


def _as_mapping(entry: Entry) -> dict[str, Any]:
    values = {name: value for name, value in vars(entry).items() if value}
    return {name: value for name, value in values.items() if (name, value) != ("count", 1)}


def baseline_of(report: Report, before: Baseline, moved: Mapping[str, str] | None = None) -> Baseline:
    """Every violation of `report` as a baseline, with the reasons, owners and dates that `before` has for them.

    Args:
        report: The report of a check.
        before: The previous baseline.
        moved: The names of modules when `before` was written -> their names now.
    """
    counts, previous = Counter(violation.identity for violation in report.violations), before.entries_after(moved or {})
    contracts: dict[str, ContractBaseline] = {}
    for known, count in sorted(counts.items()):
        contract, kind, rule, importer, imported, symbol = known
        old = previous.get(known, Entry(importer=importer))
        entry = replace(old, importer=importer, imported=imported, symbol=symbol, rule=rule, count=count)
        others = contracts[contract].violations if contract in contracts else ()
        contracts[contract] = ContractBaseline(kind=kind, violations=(*others, entry))
    return Baseline(contracts=contracts)


def growth(report: Report, before: Baseline, moved: Mapping[str, str]) -> tuple[Identity, ...]:
    """The identities that `report` has and `before` has not, or has fewer times; sorted."""
    matched = match(report.violations, before.counts, moved).violations
    return tuple(sorted({it.identity for it in matched if it.status is not ViolationStatus.KNOWN}))


def prune(baseline: Baseline, report: Report, moved: Mapping[str, str]) -> Baseline:
    """`baseline` without the entries that `report` no longer has; nothing is added."""
    matched = match(report.violations, baseline.counts, moved).violations
    remaining = tuple(it for it in matched if it.status is ViolationStatus.KNOWN)
    return baseline_of(replace(report, violations=remaining), baseline, moved)


def apply_file(report: Report, config: Config, codebase: Codebase, file: Path) -> Report:
    """Apply the baseline in `file` to `report`.

    Raises:
        ExceptionGroup[ConfigError]: the baseline is invalid.
    """
    baseline = read_baseline(file)
    known = apply_baseline(report, baseline)
    if _may_be_renames(known):  # otherwise renames cannot change the result, and git need not run
        known = apply_baseline(report, baseline, moved_since_written(file, config, codebase))
    contracts = {contract.id for contract in config.contracts}
    return replace(known, problems=(*known.problems, *_renamed_contracts(known, baseline, contracts)))


def _renamed_contracts(report: Report, baseline: Baseline, contracts: Collection[str]) -> Iterator[Problem]:
    """A warning for each contract in the baseline that does not exist, with its likely new name.

    Its entries are not applied to the renamed contract: that may be another rule, and its violations were not accepted
    under the reason that it gives.
    """
    for old in sorted(baseline.contracts.keys() - contracts):
        known = baseline.contracts[old]
        entries = {(known.kind, one.rule, one.importer, one.imported, one.symbol) for one in known.violations}
        new = [violation for violation in report.violations if violation.status is ViolationStatus.NEW]
        candidates = sorted({it.contract for it in new if it.identity[1:] in entries} - baseline.contracts.keys())
        hint = "take it out with `archguard baseline --prune`"
        if len(candidates) == 1:
            hint = f"if '{candidates[0]}' is its new name, call it that in the baseline too"
        number = f"{len(entries)} violation{'s' if len(entries) != 1 else ''}"
        yield _warning(_RENAMED, f"the baseline lists {number} of '{old}', which is no contract here", hint)


def _may_be_renames(report: Report) -> bool:
    """Whether there are both new violations and stale entries."""
    is_new = any(violation.status is ViolationStatus.NEW for violation in report.violations)
    return is_new and any(problem.code == _STALE for problem in report.problems)


def moved_since_written(file: Path, config: Config, codebase: Codebase) -> Mapping[str, str]:
    """The names of modules when `file` was last committed -> their names now."""
    written = last_change(file)
    return moved_modules(codebase, renames(config.root, written)) if written else {}


def apply_baseline(report: Report, baseline: Baseline, moved: Mapping[str, str] | None = None) -> Report:
    """Mark the violations in `baseline` as known, and warn of each entry that is stale or expired.

    Args:
        report: The report of a check.
        baseline: The known violations.
        moved: The names of modules when the baseline was written -> their names now.
    """
    checked = {outcome.id for outcome in report.outcomes}
    matched = match(report.violations, baseline.counts, moved or {})
    stale = [_stale(known, count) for known, count in sorted(matched.fixed.items()) if known[0] in checked]
    expired = {known: entry for known, entry in baseline.entries_after(moved or {}).items() if entry.is_expired}
    applicable = expired.keys() & {it.identity for it in matched.violations if it.status is ViolationStatus.KNOWN}
    violations = (
        replace(it, status=ViolationStatus.NEW) if it.identity in applicable else it for it in matched.violations
    )
    problems = (*report.problems, *stale, *(_expired(known, expired[known]) for known in sorted(applicable)))
    return replace(report.with_violations(tuple(violations)), problems=problems)


def _stale(known: Identity, count: int) -> Problem:
    times = f" {count} times too often" if count > 1 else ""
    message = f"the baseline lists {_describe(known)}{times}, which is fixed"
    return _warning(_STALE, message, "run `archguard baseline --prune`")


def _expired(known: Identity, entry: Entry) -> Problem:
    message = f"the baseline lists {_describe(known)} until {entry.expires}, so it counts as new"
    return _warning("expired-baseline", message, "mend it, or agree on a later day in the baseline")


def _describe(known: Identity) -> str:
    contract, _, rule, *names = known
    broken = f" ({rule})" if rule else ""
    return f"{' -> '.join(filter(None, names))}{broken} of {contract}"


def _warning(code: str, message: str, hint: str) -> Problem:
    return replace(ArchguardError(message, hint).problem(code), severity=Severity.WARNING)
