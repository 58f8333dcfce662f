"""The report as a web page with search and filters: one file that needs no network."""

from collections.abc import Iterator
from html import escape
from textwrap import dedent
from typing import Final

from archguard.model import Outcome, OutcomeStatus, Problem, Report, Step, Violation
from archguard.reporters import phrases, text, tool_info
from archguard.reporters.page import asset, escaped, page

_LABELS: Final = {OutcomeStatus.KEPT: "kept", OutcomeStatus.BROKEN: "broken", OutcomeStatus.ERROR: "unchecked"}


def render(report: Report) -> str:
    """The page with inline style and script; without JavaScript it shows everything."""
    body = "\n".join((*_header(report), *_main(report), *_footer(report)))
    return page(_verdict(report), body, asset("report.css"), asset("report.js"))


def _verdict(report: Report) -> str:
    if not report.complete:
        return "could not look at everything"
    if not report.outcomes:
        return "no contract was checked"
    if report.passed:
        return "the architecture holds"
    return "the architecture is broken" if report.failing() else "the baseline lists what is not there"


def _header(report: Report) -> Iterator[str]:
    mood = "good" if report.passed and report.outcomes else "bad"
    yield f'<header class="{mood}"><p class="brand">archguard</p><h1>{_verdict(report).capitalize()}</h1>'
    yield '<ul class="tiles">'
    yield from (_tile(number, noun) for number, noun in _counts(report))
    yield "</ul></header>"


def _tile(number: int, noun: str) -> str:
    label = phrases.counted(number, noun).removeprefix(str(number))
    return f"<li><strong>{number}</strong>{label}</li>"


def _counts(report: Report) -> Iterator[tuple[int, str]]:
    statuses = [outcome.status for outcome in report.outcomes]
    new = len(phrases.new(report.violations))
    yield new, "new violation"
    yield len(report.violations) - new, "known violation"
    yield from ((statuses.count(status), f"{_LABELS[status]} contract") for status in OutcomeStatus)
    yield len(report.problems), "problem"


def _main(report: Report) -> Iterator[str]:
    contracts = tuple(phrases.contracts(report))
    yield "<main>"
    if report.problems:
        yield "<h2>Problems</h2>"
        yield from map(_problem, report.problems)
    yield from _contracts(contracts)
    if report.violations:
        yield from _violations(contracts)
    yield "</main>"


def _contracts(contracts: tuple[tuple[Outcome, tuple[Violation, ...]], ...]) -> Iterator[str]:
    columns = ("", "contract", "kind", "new", "known", "looked at")
    yield '<h2>Contracts</h2><div class="wide"><table><thead><tr>'
    yield "".join(f'<th scope="col">{column}</th>' for column in columns)
    yield "</tr></thead><tbody>"
    yield from (_row(number, outcome, found) for number, (outcome, found) in enumerate(contracts))
    yield "</tbody></table></div>"


def _row(number: int, outcome: Outcome, violations: tuple[Violation, ...]) -> str:
    new = len(phrases.new(violations))
    name = escaped(outcome.id)
    linked = f'<a href="#contract-{number}" data-contract="{number}">{name}</a>' if violations else name
    why = f'<p class="because">{escaped(outcome.reason)}</p>' if outcome.reason.strip() else ""
    cells = (
        f'<td><span class="badge {outcome.status}">{_LABELS[outcome.status]}</span></td><td>{linked}{why}</td>',
        f"<td>{escaped(outcome.kind)}</td><td>{new}</td><td>{len(violations) - new}</td>",
        f"<td>{phrases.looked_at(outcome.checked)}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _violations(contracts: tuple[tuple[Outcome, tuple[Violation, ...]], ...]) -> Iterator[str]:
    yield "<h2>Violations</h2>"
    yield from _filters(contracts)
    for number, (outcome, violations) in enumerate(contracts):
        if violations:
            yield f'<section id="contract-{number}" data-contract="{number}"><h3>{escaped(outcome.id)}</h3>'
            yield from map(_violation, violations)
            yield "</section>"


def _filters(contracts: tuple[tuple[Outcome, tuple[Violation, ...]], ...]) -> Iterator[str]:
    yield '<form id="filters" role="search" hidden>'
    yield '<input id="search" type="search" placeholder="Search in modules, paths, messages" aria-label="Search">'
    yield '<select id="contract" aria-label="Contract"><option value="">every contract</option>'
    for number, (outcome, violations) in enumerate(contracts):
        if violations:
            yield f'<option value="{number}">{escaped(outcome.id)} ({len(violations)})</option>'
    yield '</select><select id="status" aria-label="Status"><option value="">new and known</option>'
    yield '<option value="new">new</option><option value="known">known</option></select>'
    yield '<output id="shown"></output></form><p id="nothing" hidden>Nothing matches.</p>'


def _violation(violation: Violation) -> str:
    badges = [phrases.severity(violation).value, *(["known"] if phrases.is_known(violation) else [])]
    marks = "".join(f'<span class="badge {badge}">{badge}</span>' for badge in badges)
    where = f'<code class="place">{escaped(str(violation.location))}</code>'
    parts = (_chain(violation.chain), _because(violation.reason), _fixes(violation.fix))
    sentence = f'<p class="sentence">{escaped(phrases.sentence(violation))}</p>'
    return f'<article data-status="{violation.status}"><p>{marks}{where}</p>{sentence}{"".join(parts)}</article>'


def _chain(chain: tuple[Step, ...]) -> str:
    steps = (
        f"<code>{escaped(phrases.hop(step))}</code> <span>{escaped(phrases.step_place(step))}</span>" for step in chain
    )
    return f'<ol class="chain">{"".join(f"<li>{step}</li>" for step in steps)}</ol>' if chain else ""


def _because(reason: str) -> str:
    return f'<p class="because">{escaped(phrases.because(reason))}</p>' if reason.strip() else ""


def _fixes(fixes: tuple[str, ...]) -> str:
    return f'<ol class="fixes">{"".join(f"<li>{escaped(fix)}</li>" for fix in fixes)}</ol>' if fixes else ""


def _problem(problem: Problem) -> str:
    badge = f'<span class="badge {problem.severity}">{problem.severity}</span>'
    where = f'<code class="place">{escaped(str(problem.location))}</code>' if problem.location else ""
    lines = dedent(text.plain(text.excerpt_lines(problem)))
    excerpt = f"<pre>{escape(lines)}</pre>" if lines else ""
    hint = f'<p class="because">hint: {escaped(problem.hint)}</p>' if problem.hint else ""
    sentence = f'<p class="sentence">{escaped(problem.message)}</p>'
    return f'<article class="problem"><p>{badge}{where}</p>{sentence}{excerpt}{hint}</article>'


def _footer(report: Report) -> Iterator[str]:
    names = report.summary.unassigned
    yield f"<footer><p>{phrases.scope(report.summary)} in {report.summary.seconds:.2f} s.</p>"
    if names:
        items = "".join(f"<li><code>{escaped(name)}</code></li>" for name in names)
        yield f"<details><summary>{phrases.covered_by_none(len(names))}.</summary><ul>{items}</ul></details>"
    yield f"<p>{tool_info.NAME} {escaped(tool_info.version())}</p></footer>"
