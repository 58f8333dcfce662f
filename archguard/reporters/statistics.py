"""How many violations there are: by contract, kind, module and pair of services, in the manner of ruff's counts."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from archguard.model import Report, Violation
from archguard.reporters import causes, phrases

_GROUPS: Final[tuple[tuple[str, Callable[[Violation], str]], ...]] = (
    ("contract", lambda violation: violation.contract),
    ("kind", lambda violation: violation.kind),
    ("module", lambda violation: violation.importer),
    ("services", causes.service_pair),
)


def render(report: Report) -> str:
    """A table for each of them with new and known violations, the highest counts first; and the totals."""
    tables = ("\n".join(_table(report, name, key)) for name, key in _GROUPS)
    return "\n\n".join((*filter(None, tables), phrases.totals(report)))


def _table(report: Report, name: str, key: Callable[[Violation], str]) -> Iterator[str]:
    counts = Counter(found for violation in report.violations if (found := key(violation)))
    known = Counter(key(violation) for violation in report.violations if phrases.is_known(violation))
    rows = [(counts[found] - known[found], known[found], found) for found, _ in causes.by_count(counts)]
    if rows:
        yield f"{'new':>7} {'known':>7}  {name}"
    yield from (f"{new:>7} {old:>7}  {phrases.one_line(found)}" for new, old, found in rows)
