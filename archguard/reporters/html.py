"""The report as a web page with search and filters: one file that needs no network."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Final, TypeAlias

from archguard.model import Outcome, OutcomeStatus, Problem, Report, Step, Violation
from archguard.model.root_causes import RootCause, root_causes
from archguard.reporters import causes, phrases, text, tool_info
from archguard.reporters.page import asset, escaped, page

_Contracts: TypeAlias = tuple[tuple[Outcome, tuple[Violation, ...]], ...]

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


def _contracts(contracts: _Contracts) -> Iterator[str]:
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


def _violations(contracts: _Contracts) -> Iterator[str]:
    numbers = {outcome.id: number for number, (outcome, _) in enumerate(contracts)}
    found = [it for _, violations in contracts for it in violations]
    new, known = phrases.new(found), [it for it in found if phrases.is_known(it)]
    grouped = (*root_causes(new), *root_causes(known))
    anchors = _anchors(grouped, numbers)
    yield "<h2>Violations</h2>"
    yield from _filters(contracts)
    for outcome, _ in contracts:
        if own := [cause for cause in grouped if cause.first.contract == outcome.id]:
            number = numbers[outcome.id]
            yield f'<section id="contract-{number}" data-contract="{number}"><h3>{escaped(outcome.id)}</h3>'
            yield _because(outcome.reason)
            yield from (_cause(cause, numbers, anchors.get(id(cause), ())) for cause in own)
            yield "</section>"


def _anchors(grouped: tuple[RootCause, ...], numbers: Mapping[str, int]) -> Mapping[int, tuple[int, ...]]:
    """For a cause the contracts that link to it, since all their violations are in causes of other contracts."""
    with_section = {cause.first.contract for cause in grouped}
    first: dict[str, int] = {}
    for cause in grouped:
        for violation in cause.violations:
            first.setdefault(violation.contract, id(cause))
    anchors: dict[int, tuple[int, ...]] = {}
    for contract, cause_id in first.items():
        if contract not in with_section:
            anchors[cause_id] = (*anchors.get(cause_id, ()), numbers[contract])
    return anchors


def _filters(contracts: _Contracts) -> Iterator[str]:
    # Hidden until the script shows it: without JavaScript, it would do nothing.
    yield '<form id="filters" role="search" hidden>'
    yield '<input id="search" type="search" placeholder="Search in modules, paths, messages" aria-label="Search">'
    yield '<select id="contract" aria-label="Contract"><option value="">every contract</option>'
    for number, (outcome, violations) in enumerate(contracts):
        if violations:
            yield f'<option value="{number}">{escaped(outcome.id)} ({len(violations)})</option>'
    yield '</select><select id="status" aria-label="Status"><option value="">new and known</option>'
    yield '<option value="new">new</option><option value="known">known</option></select>'
    yield '<output id="shown"></output></form><p id="nothing" hidden>Nothing matches.</p>'


def _cause(cause: RootCause, numbers: Mapping[str, int], anchors: Iterable[int]) -> str:
    first = cause.first
    excerpt = _excerpt(text.violation_source(first))
    parts = (excerpt, _chain(causes.chain(cause)), _others(cause), _fixes(first.fix))
    contracts = " ".join(str(number) for number in sorted({numbers[it.contract] for it in cause.violations}))
    links = "".join(f'<span id="contract-{number}"></span>' for number in anchors)
    attributes = f'data-status="{first.status}" data-contracts="{contracts}" data-count="{len(cause.violations)}"'
    return f"<article {attributes}>{links}{_headline(first)}{''.join(parts)}</article>"


def _headline(violation: Violation) -> str:
    badges = [phrases.severity(violation).value, *(["known"] if phrases.is_known(violation) else [])]
    marks = "".join(f'<span class="badge {badge}">{badge}</span>' for badge in badges)
    where = f'<code class="place">{escaped(str(violation.location))}</code>'
    return f'<p>{marks}{where}</p><p class="sentence">{escaped(phrases.sentence(violation))}</p>'


def _others(cause: RootCause) -> str:
    """The other violations of the cause, folded."""
    others = cause.violations[1:]
    if not others:
        return ""
    items = "".join(
        f'<li><code class="place">{escaped(str(it.location))}</code> {escaped(phrases.sentence(it))} '
        f"<code>[{escaped(it.contract)}]</code></li>"
        for it in others
    )
    have = "has" if len(others) == 1 else "have"
    summary = f"{phrases.counted(len(others), 'more violation')} {have} the same cause"
    return f'<details class="others"><summary>{summary}</summary><ul>{items}</ul></details>'


def _excerpt(lines: Iterable[text.Line]) -> str:
    shown = text.plain(lines)
    return f"<pre>{escape(shown)}</pre>" if shown else ""


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
    excerpt = _excerpt(text.excerpt_lines(problem))
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
