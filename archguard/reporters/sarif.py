"""The report for code scanning: SARIF 2.1.0, within the limits that GitHub sets.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from archguard.model import Location, Outcome, Problem, Report, Severity, Step, Violation
from archguard.model.log import inert_json
from archguard.reporters import phrases, tool_info

_Object = dict[str, Any]  # JSON is Any

# https://docs.github.com/code-security/code-scanning/troubleshooting-sarif/results-exceed-limit
MOST_RESULTS: Final = 25_000
"""GitHub rejects a file with more results."""
SHOWN_RESULTS: Final = 5_000
"""GitHub only shows this many, the most severe ones."""
_MOST_RELATED: Final = 100
_RESULTS: Final = "\0results"
"""The placeholder for the results; no other text in the document has a control character."""

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SEVERITIES: Final = tuple(Severity)


def render(report: Report) -> str:
    """One run: a rule for each contract, a result for each violation in a line of its own, the problems as notes."""
    outcomes = tuple(outcome for outcome, _ in phrases.contracts(report))
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [_run(report, outcomes)],
    }
    # Indenting is slow in Python (11 s for GitHub's maximum), so the results are inserted afterwards.
    before, _, after = json.dumps(log, indent=2).partition(json.dumps(_RESULTS))
    results = ",\n".join(map(json.dumps, _results(report, outcomes)))
    return inert_json(f"{before}{results}{after}")


def _run(report: Report, outcomes: tuple[Outcome, ...]) -> _Object:
    return {
        "tool": {"driver": _driver(outcomes)},
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the project."}}},
        "columnKind": "unicodeCodePoints",
        "properties": {"lookedAt": _looked_at(report)},
        "results": [_RESULTS],
    }


def _results(report: Report, outcomes: tuple[Outcome, ...]) -> Iterator[_Object]:
    rules = {outcome.id: index for index, outcome in enumerate(outcomes)}
    for violation, occurrence in _listed(tuple(phrases.occurrences(report.violations))):
        yield _result(violation, occurrence, rules[violation.contract])


def _listed(counted: tuple[tuple[Violation, int], ...]) -> tuple[tuple[Violation, int], ...]:
    if len(counted) <= MOST_RESULTS:
        return counted
    return tuple(sorted(counted, key=lambda pair: _weight(pair[0]))[:MOST_RESULTS])


def _weight(violation: Violation) -> tuple[bool, int]:
    return phrases.is_known(violation), _SEVERITIES.index(phrases.severity(violation))


def _driver(outcomes: tuple[Outcome, ...]) -> _Object:
    return {"name": tool_info.NAME, "version": tool_info.version(), "rules": [_rule(outcome) for outcome in outcomes]}


def _rule(outcome: Outcome) -> _Object:
    contract, kind = phrases.one_line(outcome.id), phrases.one_line(outcome.kind)
    title = f"Architecture contract '{contract}' ({kind})"
    why = phrases.one_line(outcome.reason) or f"{title} gives no reason."
    return {
        "id": contract,
        "shortDescription": {"text": f"{title}."},
        "fullDescription": {"text": why},
        "help": {"text": f"{why}\n\n`archguard explain {contract}` tells what it holds its modules to."},
        "properties": {
            "tags": ["architecture", kind],
            "status": outcome.status.value,
            "lookedAt": phrases.looked_at(outcome.checked),
        },
    }


def _looked_at(report: Report) -> _Object:
    summary = report.summary
    return {
        "modules": summary.modules,
        "imports": summary.imports,
        "files": summary.files,
        "calls": summary.calls,
        "unassigned": len(summary.unassigned),
    }


def _invocation(report: Report) -> _Object:
    return {
        "executionSuccessful": report.complete,
        "toolExecutionNotifications": [
            *(_notification(problem) for problem in report.problems),
            *_limits(len(report.violations)),
        ],
    }


def _notification(problem: Problem) -> _Object:
    places = [{"physicalLocation": _physical(problem.location)}] if problem.location else []
    return {
        "level": _LEVELS[problem.severity],
        "descriptor": {"id": phrases.one_line(problem.code)},
        "message": {"text": _escaped(phrases.problem_text(problem))},
        "locations": places,
    }


def _limits(results: int) -> Iterator[_Object]:
    if results > MOST_RESULTS:
        left_out = phrases.counted(results - MOST_RESULTS, "violation")
        text = f"{left_out} left out, since GitHub takes {MOST_RESULTS} results; the json format lists all."
        yield {"level": "warning", "message": {"text": text}}
    if results > SHOWN_RESULTS:
        text = f"GitHub shows the {SHOWN_RESULTS} weightiest of {phrases.counted(results, 'violation')}."
        yield {"level": "note", "message": {"text": text}}


def _result(violation: Violation, occurrence: int, rule: int) -> _Object:
    known = [{"kind": "external", "justification": "Listed in the baseline."}]
    return {
        "ruleId": phrases.one_line(violation.contract),
        "ruleIndex": rule,
        "level": _LEVELS[phrases.severity(violation)],
        "message": {"text": "\n".join(_message(violation))},
        "locations": [_location(violation)],
        "relatedLocations": [
            _related(number, step) for number, step in enumerate(violation.chain[:_MOST_RELATED], start=1)
        ],
        # Not `primaryLocationLineHash`: GitHub's own action computes it, and warns about any other value.
        "partialFingerprints": {"archguardViolation/v1": f"{violation.fingerprint}:{occurrence}"},
        "suppressions": known if phrases.is_known(violation) else [],
        "properties": {"confidence": violation.confidence.value, "rule": phrases.one_line(violation.rule)},
    }


def _message(violation: Violation) -> Iterator[str]:
    yield _escaped(phrases.sentence(violation))
    for number, step in enumerate(violation.chain, start=1):
        hop = _escaped(phrases.hop(step))
        # SARIF links a text in brackets to the related location with that number.
        yield f"[{hop}]({number})" if number <= _MOST_RELATED else f"{hop} ({_escaped(phrases.step_place(step))})"
    if reason := phrases.because(violation.reason):
        yield _escaped(reason)
    yield from map(_escaped, phrases.numbered(violation.fix))


def _escaped(text: str) -> str:
    """`text` without the brackets that SARIF would take for a link."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _location(violation: Violation) -> _Object:
    name = phrases.one_line(violation.importer)
    return {
        "physicalLocation": _physical(violation.location),
        "logicalLocations": [{"fullyQualifiedName": name, "kind": "module"}],
    }


def _related(number: int, step: Step) -> _Object:
    return {
        "id": number,
        "physicalLocation": {
            "artifactLocation": _artifact(step.path),
            **({"region": {"startLine": step.line}} if step.line > 0 else {}),
        },
        "message": {"text": _escaped(phrases.hop(step))},
    }


def _physical(location: Location) -> _Object:
    region = {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }
    return {
        "artifactLocation": _artifact(location.path),
        "region": {key: number for key, number in region.items() if number > 0},
    }


def _artifact(path: str) -> _Object:
    return {"uri": quote(phrases.printable(path)), "uriBaseId": "SRCROOT"}
