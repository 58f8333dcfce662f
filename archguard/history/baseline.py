"""The violations that a team has agreed to live with for now."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from archguard.codebase import STRICT, Codebase
from archguard.config import Config, Document, bind_document, read_document, write_yaml_line
from archguard.errors import ArchguardError, ConfigError
from archguard.history.git import last_change, renames
from archguard.history.matching import Identity, identity, match, moved_modules, renamed
from archguard.incremental.input_recorder import is_there, today
from archguard.model import Problem, Report, Severity, ViolationStatus

NAME: Final = "archguard-baseline.yaml"
"""The file beside the configuration in which it is looked for."""

_STALE: Final = "stale-baseline"
_RENAMED: Final = "renamed-contract"

_HEADER = """\
# The violations that are known, by contract. Written by `archguard baseline`, which keeps what you add to an entry:
# reason, owner, and expires (a date, from which on it counts as new).
"""


@dataclass(frozen=True, kw_only=True, order=True)
class Entry:
    """A violation that is known, with how often it may occur."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

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
        """Whether it has stopped to count."""
        return self.expires is not None and self.expires <= today([self.expires])


@dataclass(frozen=True, kw_only=True)
class ContractBaseline:
    """What is known of one contract."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: str
    violations: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What is known of all contracts."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    version: Literal[1] = 1
    contracts: Mapping[str, ContractBaseline] = field(default_factory=dict)

    @property
    def entries(self) -> Mapping[Identity, Entry]:
        """Every entry by what it is about."""
        return {
            (contract, known.kind, entry.rule, entry.importer, entry.imported, entry.symbol): entry
            for contract, known in self.contracts.items()
            for entry in known.violations
        }

    @property
    def counts(self) -> Mapping[Identity, int]:
        """How often each may occur."""
        return {known: entry.count for known, entry in self.entries.items()}

    def entries_after(self, moved: Mapping[str, str]) -> Mapping[Identity, Entry]:
        """Every entry by what it is about now that modules have `moved` from old names to new ones."""
        return {**{renamed(known, moved): entry for known, entry in self.entries.items()}, **self.entries}


def read_baseline(path: Path) -> Baseline:
    """The baseline in the file `path`.

    Raises:
        ExceptionGroup[ConfigError]: it cannot be read, or was damaged (by a merge, say): every fault with its line.
    """
    document = read_document(path, path.name)
    baseline = bind_document(Baseline, document)
    if repeated := tuple(_repeated(document, baseline)):
        raise ExceptionGroup(path.name, repeated)
    return baseline


def _repeated(document: Document, baseline: Baseline) -> Iterator[ConfigError]:
    """What is listed twice, as after a merge."""
    for contract, known in baseline.contracts.items():
        seen: set[tuple[str, str, str, str]] = set()
        for place, entry in enumerate(known.violations):
            names = (entry.rule, entry.importer, entry.imported, entry.symbol)
            if names in seen:
                keys = ("contracts", contract, "violations", place)
                yield document.error("the same is listed above", keys, "keep one of them, with the right count")
            seen.add(names)


def render_baseline(baseline: Baseline) -> str:
    """The text of a baseline's file: sorted, a line an entry, the same for the same entries."""
    lines = [_HEADER + "version: 1", "contracts:" if baseline.contracts else "contracts: {}"]
    for contract, known in sorted(baseline.contracts.items()):
        lines += [f"  {write_yaml_line(contract)}:", f"    kind: {write_yaml_line(known.kind)}", "    violations:"]
        lines += [f"      - {write_yaml_line(_says(entry))}" for entry in sorted(known.violations)]
    return "\n".join(lines) + "\n"


def _says(entry: Entry) -> dict[str, Any]:
    values = {name: value for name, value in vars(entry).items() if value}
    return {name: value for name, value in values.items() if (name, value) != ("count", 1)}


def baseline_of(report: Report, before: Baseline, moved: Mapping[str, str] | None = None) -> Baseline:
    """Every violation of `report` as a baseline, with the notes that `before` has on them.

    Args:
        report: The report of a check.
        before: What was known.
        moved: The names that modules had when `before` was written -> those that they have now.
    """
    counts, noted = Counter(map(identity, report.violations)), before.entries_after(moved or {})
    contracts: dict[str, ContractBaseline] = {}
    for known, count in sorted(counts.items()):
        contract, kind, rule, importer, imported, symbol = known
        notes = noted.get(known, Entry(importer=importer))
        entry = replace(notes, importer=importer, imported=imported, symbol=symbol, rule=rule, count=count)
        others = contracts[contract].violations if contract in contracts else ()
        contracts[contract] = ContractBaseline(kind=kind, violations=(*others, entry))
    return Baseline(contracts=contracts)


def growth(report: Report, before: Baseline, moved: Mapping[str, str]) -> tuple[Identity, ...]:
    """What `report` has, or has more of, that `before` has not, sorted."""
    found = match(report.violations, before.counts, moved).violations
    return tuple(sorted({identity(it) for it in found if it.status is not ViolationStatus.KNOWN}))


def prune(baseline: Baseline, report: Report, moved: Mapping[str, str]) -> Baseline:
    """`baseline` without what `report` has no more; nothing is added."""
    found = match(report.violations, baseline.counts, moved).violations
    kept = tuple(it for it in found if it.status is ViolationStatus.KNOWN)
    return baseline_of(replace(report, violations=kept), baseline, moved)


def with_baseline(report: Report, config: Config, codebase: Codebase, named: Path | None = None) -> Report:
    """`report` after the baseline in the file `named`, or in the usual one if that is there.

    Raises:
        ArchguardError: the file `named` is not there.
        ExceptionGroup[ConfigError]: the baseline is damaged.
    """
    file = named or config.root / NAME
    if not is_there(file):
        if named:
            raise ArchguardError(f"there is no baseline '{named}'", "write it with `archguard baseline`")
        return report
    baseline = read_baseline(file)
    known = apply_baseline(report, baseline)
    if _may_have_moved(known):  # else git need not be asked
        known = apply_baseline(report, baseline, moved_since_written(file, config, codebase))
    contracts = {contract.id for contract in config.contracts}
    return replace(known, problems=(*known.problems, *_renamed_contracts(known, baseline, contracts)))


def _renamed_contracts(report: Report, baseline: Baseline, contracts: Collection[str]) -> Iterator[Problem]:
    """What the baseline lists of contracts that are not there: it is not followed, but told, with the likely new name.

    A contract of another name may be another contract. It must not begin with violations that somebody agreed to
    when they read another reason.
    """
    for old in sorted(baseline.contracts.keys() - contracts):
        known = baseline.contracts[old]
        entries = {(known.kind, one.rule, one.importer, one.imported, one.symbol) for one in known.violations}
        fresh = [violation for violation in report.violations if violation.status is ViolationStatus.NEW]
        alike = sorted({it.contract for it in fresh if identity(it)[1:] in entries} - baseline.contracts.keys())
        hint = "take it out with `archguard baseline --prune`"
        if len(alike) == 1:
            hint = f"if '{alike[0]}' is its new name, call it that in the baseline too"
        number = f"{len(entries)} violation{'s' if len(entries) != 1 else ''}"
        yield _warning(_RENAMED, f"the baseline lists {number} of '{old}', which is no contract here", hint)


def _may_have_moved(report: Report) -> bool:
    """Whether something is new, and something else is gone."""
    is_new = any(violation.status is ViolationStatus.NEW for violation in report.violations)
    return is_new and any(problem.code == _STALE for problem in report.problems)


def moved_since_written(file: Path, config: Config, codebase: Codebase) -> Mapping[str, str]:
    """The names that modules had when `file` was last committed -> those that they have now."""
    written = last_change(file)
    return moved_modules(codebase, renames(config.root, written)) if written else {}


def apply_baseline(report: Report, baseline: Baseline, moved: Mapping[str, str] | None = None) -> Report:
    """`report` with the violations that `baseline` lists as known; a warning for each entry that is stale or expired.

    Args:
        report: The report of a check.
        baseline: What is known.
        moved: The names that modules had when the baseline was written -> those that they have now.
    """
    checked = {outcome.id for outcome in report.outcomes}
    matched = match(report.violations, baseline.counts, moved or {})
    stale = [_stale(known, count) for known, count in sorted(matched.fixed.items()) if known[0] in checked]
    expired = {known: entry for known, entry in baseline.entries_after(moved or {}).items() if entry.is_expired}
    over = expired.keys() & {identity(it) for it in matched.violations if it.status is ViolationStatus.KNOWN}
    violations = (replace(it, status=ViolationStatus.NEW) if identity(it) in over else it for it in matched.violations)
    problems = (*report.problems, *stale, *(_expired(known, expired[known]) for known in sorted(over)))
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
