"""The root causes in a report and their wording, the same in every format for people."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from archguard.model import Report, Step, Violation
from archguard.model.names import service_of
from archguard.model.root_causes import RootCause, root_causes
from archguard.reporters import phrases

_CONTRACTS: Final = 3
"""Further contracts that are broken at one place and have a line of their own."""
_LINES: Final = 8
"""Further lines of one cause that are listed: as many as stay readable in a sentence."""

_BETWEEN_SERVICES: Final = ("services", "api")
"""The kinds whose violations name a service where others name a module."""


def of_report(report: Report) -> tuple[RootCause, ...]:
    """The causes of the violations that the baseline does not list, the weightiest first."""
    return root_causes(it for _, violations in phrases.contracts(report) for it in phrases.new(violations))


def every_violation(report: Report) -> tuple[RootCause, ...]:
    """Each of the violations by itself, by contract."""
    contracts = phrases.contracts(report)
    return tuple(RootCause(first=it) for _, violations in contracts for it in phrases.new(violations))


def others(cause: RootCause, more: str) -> Iterator[tuple[str, str]]:
    """What the cause explains beside its first violation: `also` or `note`, and a text.

    Args:
        cause: The cause.
        more: Where those that are only counted are listed, such as "`--all` lists them".
    """
    by_contract = {other.contract: other for other in reversed(cause.here) if other.contract != cause.first.contract}
    listed = [*reversed(by_contract.values())][:_CONTRACTS]
    for other in listed:
        yield "also", f"{phrases.sentence(other)} [{phrases.one_line(other.contract)}]"
    if rest := len(cause.here) - len(listed):
        yield "also", f"{phrases.counted(rest, 'more violation')} at this place; {more}"
    if cause.repeated:
        yield "also", _repeated(cause)
    if cause.through:
        yield "note", f"{_through(cause)}; {more}"


def size(cause: RootCause) -> str:
    """` (and 3 more violations)`; "" if there is only one."""
    more = len(cause.violations) - 1
    return f" (and {phrases.counted(more, 'more violation')})" if more else ""


def chain(cause: RootCause) -> tuple[Step, ...]:
    """The steps of the chain that the source line of the first violation, or its sentence, does not tell already."""
    steps, place = cause.first.chain, cause.first.location
    is_here = [(step.path, step.line) for step in steps[:1]] == [(place.path, place.line)]
    return steps[1:] if is_here and (cause.first.excerpt or len(steps) == 1) else steps


def between_services(violations: Iterable[Violation]) -> str:
    """`Between services: orders -> payments 3, shipping -> orders 1.`; "" for one violation, which says it itself."""
    counts = Counter(pair for it in violations if (pair := service_pair(it)))
    listed = ", ".join(phrases.one_line(f"{pair} {count}") for pair, count in by_count(counts))
    return f"Between services: {listed}." if counts.total() > 1 else ""


def service_pair(violation: Violation) -> str:
    """`orders -> payments`, if a service breaks a contract by what it does to another one; else ""."""
    inside = filter(None, map(service_of, (violation.symbol, violation.imported)))
    other = next(inside, violation.imported if violation.kind in _BETWEEN_SERVICES else "")
    return f"{violation.service} -> {other}" if violation.service and other not in ("", violation.service) else ""


def by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    """The names with their counts, the highest first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _repeated(cause: RootCause) -> str:
    """`the same at lines 7 and 9`, or `requests.get at line 7, requests.post at line 9`; a module is in one file."""
    lines: dict[str, list[str]] = {}
    for violation in cause.repeated:
        lines.setdefault(_name(violation), []).append(str(violation.location.line))
    if [*lines] == [_name(cause.first)]:
        return f"the same at {_listed(next(iter(lines.values())))}"
    return phrases.some([f"{phrases.one_line(name)} at {_listed(found)}" for name, found in lines.items()])


def _name(violation: Violation) -> str:
    return violation.symbol or violation.imported or violation.message


def _listed(lines: list[str]) -> str:
    unique = [*dict.fromkeys(lines)]
    return f"line {unique[0]}" if len(unique) == 1 else f"lines {phrases.some(unique, _LINES)}"


def _through(cause: RootCause) -> str:
    count = len(cause.through)
    if cause.line is None:
        return f"{phrases.counted(count, 'more import')} {'is' if count == 1 else 'are'} part of these cycles"
    place = "this line" if cause.is_at_line else phrases.step_place(cause.line)
    return f"{phrases.counted(count, 'more violation')} {'goes' if count == 1 else 'go'} through {place}"
