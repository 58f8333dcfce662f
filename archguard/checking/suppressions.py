"""Suppression comments: `# archguard: ignore[contract] reason`."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from archguard.codebase import Codebase, Source, SourceError
from archguard.config import did_you_mean
from archguard.errors import ArchguardError
from archguard.model import Problem, Report, Severity, Violation

if TYPE_CHECKING:
    from archguard.codebase.facts import Directive


def suppress(report: Report, codebase: Codebase, contracts: Collection[str]) -> Report:
    """Remove and count the violations that an `# archguard: ignore[contract] reason` covers, and set the statuses.

    A comment that has no reason, or names a contract that is not in `contracts` (all ids), covers nothing and is an
    error. An unused comment is a warning, if the contracts that it names were checked.
    """
    directives = tuple(directives_of(codebase))
    faults = {directive: fault for directive in directives if (fault := _fault(directive, contracts))}
    covering = [directive for directive in directives if directive not in faults]
    by_path = _by_path(covering)
    # Most projects have no comment, and a thousand violations: none is looked at then.
    covers = [
        _cover(violation, by_path.get(violation.location.path, ())) if by_path else None
        for violation in report.violations
    ]
    remaining = tuple(violation for violation, cover in zip(report.violations, covers, strict=True) if cover is None)
    checked = {outcome.id for outcome in report.outcomes}
    unused = [_unused(found) for found in covering if found not in covers and checked.issuperset(found.contracts)]
    problems = (*report.problems, *(fault.problem("suppression") for fault in faults.values()), *unused)
    summary = replace(report.summary, suppressed=len(report.violations) - len(remaining))
    return replace(report.with_violations(remaining), problems=problems, summary=summary)


def suppressed(
    violations: Collection[Violation], codebase: Codebase, contracts: Collection[str]
) -> tuple[Violation, ...]:
    """Those of `violations` that a valid comment covers."""
    covering = _by_path(directive for directive in directives_of(codebase) if not _fault(directive, contracts))
    if not covering:
        return ()
    return tuple(violation for violation in violations if _cover(violation, covering.get(violation.location.path, ())))


def _by_path(directives: Iterable["Directive"]) -> Mapping[str, Collection["Directive"]]:
    found: dict[str, list[Directive]] = {}
    for directive in directives:
        found.setdefault(directive.location.path, []).append(directive)
    return found


def directives_of(codebase: Codebase) -> Iterator["Directive"]:
    """Every directive in the code; unreadable files are skipped, since the code base reports them."""
    for module in sorted(name for name, source in codebase.sources.items() if _may_have_directives(source)):
        from archguard.codebase.facts import Directive  # noqa: PLC0415  # few projects have any

        try:
            yield from Directive.extract(codebase.sources[module])
        except SourceError:
            continue


def _may_have_directives(source: Source) -> bool:
    try:
        return b"archguard:" in source.markers
    except SourceError:
        return False


def _fault(directive: "Directive", contracts: Collection[str]) -> ArchguardError | None:
    """The error of an invalid directive."""
    unknown = [name for name in directive.contracts if name not in contracts]
    if directive.verb != "ignore":
        message, hint = f"'archguard: {directive.verb}' means nothing", "write `# archguard: ignore[contract] reason`"
    elif not directive.contracts:
        message, hint = "the ignore names no contract", "write `# archguard: ignore[contract] reason`"
    elif unknown:
        message, hint = f"there is no contract '{unknown[0]}' to ignore", did_you_mean(unknown[0], list(contracts))
    elif not directive.has_reason:
        message, hint = "the ignore has no reason", "say why, after the bracket"
    else:
        return None
    return ArchguardError(message, hint, directive.location)


def _cover(violation: Violation, directives: Collection["Directive"]) -> "Directive | None":
    """The one of the `directives` in its file that covers `violation`: on a line of its statement, or alone above."""
    here = [one for one in directives if violation.contract in one.contracts]
    if not here:
        return None
    place = violation.location
    lines = {*range(place.line, max(place.line, place.end_line) + 1)}
    lines |= {
        step.line for step in violation.chain[:1] if step.path == place.path
    }  # a name in parentheses is below the statement's first line
    return next((one for one in here if one.line in lines), None)


def _unused(directive: "Directive") -> Problem:
    names = ", ".join(directive.contracts)
    error = ArchguardError(f"nothing here breaks {names}: the ignore is unused", "take it out", directive.location)
    return replace(error.problem("unused-ignore"), severity=Severity.WARNING)
