"""The violations that a team has agreed to live with for now."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Final

from archguard.checking.git import last_change, renames
from archguard.checking.known import Identity, identity, match, moved_modules
from archguard.codebase import STRICT, Codebase
from archguard.config import Config, bind_document, read_document, write_yaml_line
from archguard.errors import ArchguardError
from archguard.model import Problem, Report, Severity

NAME: Final = "archguard-baseline.yaml"
"""The file beside the configuration in which it is looked for."""

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
    count: int = 1
    reason: str = ""
    owner: str = ""
    expires: date | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class KnownOf:
    """What is known of one contract."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    kind: str
    violations: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What is known of all contracts."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    version: int = 1
    contracts: Mapping[str, KnownOf] = field(default_factory=dict)

    @property
    def entries(self) -> Mapping[Identity, Entry]:
        """Every entry by what it is about."""
        return {
            (contract, known.kind, entry.importer, entry.imported, entry.symbol): entry
            for contract, known in self.contracts.items()
            for entry in known.violations
        }


def read_baseline(path: Path) -> Baseline:
    """The baseline in the file `path`.

    Raises:
        ExceptionGroup[ConfigError]: it cannot be read, or was damaged (by a merge, say): every fault with its line.
    """
    return bind_document(Baseline, read_document(path, path.name))


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


def baseline_of(report: Report, before: Baseline) -> Baseline:
    """Every violation of `report` as a baseline, with the notes that `before` has on them."""
    counts = Counter(map(identity, report.violations))
    contracts: dict[str, KnownOf] = {}
    for known, count in sorted(counts.items()):
        contract, kind, importer, imported, symbol = known
        blank = Entry(importer=importer, imported=imported, symbol=symbol)
        entry = replace(before.entries.get(known, blank), count=count)
        others = contracts[contract].violations if contract in contracts else ()
        contracts[contract] = KnownOf(kind=kind, violations=(*others, entry))
    return Baseline(contracts=contracts)


def growth(baseline: Baseline, before: Baseline) -> Iterator[Identity]:
    """What `baseline` has, or has more of, that `before` has not, sorted."""
    counts = {known: entry.count for known, entry in before.entries.items()}
    yield from sorted(known for known, entry in baseline.entries.items() if entry.count > counts.get(known, 0))


def prune(baseline: Baseline, report: Report, moved: Mapping[str, str]) -> Baseline:
    """`baseline` without what `report` has no more; nothing is added."""
    known = apply_baseline(report, baseline, moved)
    kept = [violation for violation in known.violations if violation.status == "known"]
    return baseline_of(replace(report, violations=tuple(kept)), baseline)


def with_baseline(report: Report, config: Config, codebase: Codebase, named: Path | None = None) -> Report:
    """`report` after the baseline in the file `named`, or in the usual one if that is there.

    Raises:
        ArchguardError: the file `named` is not there.
        ExceptionGroup[ConfigError]: the baseline is damaged.
    """
    file = named or config.root / NAME
    if not file.exists():
        if named:
            raise ArchguardError(f"there is no baseline '{named}'", "write it with `archguard baseline`")
        return report
    return apply_baseline(report, read_baseline(file), moved_since_written(file, config, codebase))


def moved_since_written(file: Path, config: Config, codebase: Codebase) -> Mapping[str, str]:
    """The names that modules had when `file` was last committed -> those that they have now."""
    written = last_change(file)
    return moved_modules(codebase, renames(config.root, written)) if written else {}


def apply_baseline(report: Report, baseline: Baseline, moved: Mapping[str, str] | None = None) -> Report:
    """`report` with the violations that `baseline` lists as known, and a warning for each entry that is stale.

    Args:
        report: The report of a check.
        baseline: What is known.
        moved: The names that modules had when the baseline was written -> those that they have now.
    """
    today = date.today()  # noqa: DTZ011  # the day where the user is
    entries = baseline.entries
    valid = {known: entry.count for known, entry in entries.items() if not entry.expires or entry.expires > today}
    checked = {outcome.id for outcome in report.outcomes}
    matched = match(report.violations, valid, moved or {})
    stale = [_stale(known, count) for known, count in sorted(matched.gone.items()) if known[0] in checked]
    return replace(report.with_violations(matched.violations), problems=(*report.problems, *stale))


def _stale(known: Identity, count: int) -> Problem:
    contract, _, *names = known
    what = " -> ".join(name for name in names if name)
    times = f" {count} times too often" if count > 1 else ""
    error = ArchguardError(
        f"the baseline lists {what} of {contract}{times}, which is fixed", "run `archguard baseline --prune`"
    )
    return replace(error.problem("stale-baseline"), severity=Severity.WARNING)
