"""What the daemon answers to requests about its project."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from archguard.checking import within_paths
from archguard.checking.details import with_details
from archguard.errors import problems_of
from archguard.history import with_baseline
from archguard.model import Severity
from archguard.model.serialization import to_plain
from archguard.reporters import reporter
from archguard.reporters.json import problem_as_plain, report_as_plain, violation_as_plain
from archguard.servers.daemon import Message, error
from archguard.servers.protocol import InvalidMessageError
from archguard.servers.weakening import draft_weakenings, weakenings_since
from archguard.servers.workspace import Workspace

Drafts: TypeAlias = Mapping[Path, str | None]


class ProjectAnswers:
    """Answers requests about the project in `workspace`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __call__(self, request: Message) -> Message:
        """The answer to `request`; an error, if the configuration or the code cannot be read.

        Raises:
            InvalidMessageError: there is no such method, or its arguments are invalid.
        """
        method = _METHODS.get(request["method"])
        if method is None:
            raise InvalidMessageError(
                f"no method {request['method']!r}; there is: {', '.join(sorted(_METHODS))}, status, stop"
            )
        try:
            return method(self._workspace, request)
        except Exception as fault:
            problems = problems_of(fault)
            if not problems:
                raise
            first, plain = problems[0], tuple(map(problem_as_plain, problems))
            return error("configuration", first.message, first.hint, plain)


def _check(workspace: Workspace, request: Message) -> Message:
    result = workspace.check(_drafts(request))
    return {
        "new": [*map(violation_as_plain, result.new)],
        "fixed": [*map(violation_as_plain, result.fixed)],
        "unchanged": len(result.unchanged),
        "problems": [*map(problem_as_plain, result.problems)],
    }


def _preview(workspace: Workspace, request: Message) -> Message:
    """The report as if the drafts were saved: in the `formats` that are named, or else with all that reporters need."""
    drafts, baseline, session = _drafts(request), request.get("baseline"), workspace.session()
    report, codebase = session.preview(drafts)
    named = None if baseline is None else Path(_text(baseline, "baseline"))
    report = with_baseline(report, session.config, codebase, named)
    report = with_details(within_paths(report, codebase, [*drafts]), session.config, codebase)
    if "formats" not in request:
        return {"report": to_plain(report)}
    severity = Severity(request.get("fail_on", Severity.ERROR))
    report = report.judged(severity, strict_baseline=bool(request.get("strict_baseline")))
    texts = [reporter(_text(name, "formats"))(report) for name in request["formats"]]
    return {"texts": texts, "complete": report.complete, "passed": report.passed}


def _report(workspace: Workspace, request: Message) -> Message:
    revision = request.get("since")
    found = workspace.report() if revision is None else workspace.report_since(_text(revision, "since"))
    report, session = found
    plain: Message = report_as_plain(with_details(report, session.config, session.codebase))
    return plain


def _refresh(workspace: Workspace, request: Message) -> Message:
    """Read what has changed on disk."""
    del request
    workspace.session()
    return {}


def _weakening(workspace: Workspace, request: Message) -> Message:
    session, revision = workspace.session(), request.get("since")
    if revision is not None:
        found = weakenings_since(session.config, session.codebase, _text(revision, "since"))
    else:
        found = draft_weakenings(session.config, session.codebase, _drafts(request))
    return {"weakenings": [*found]}


def _drafts(request: Message) -> Drafts:
    drafts = request.get("drafts")
    if not isinstance(drafts, dict):
        raise InvalidMessageError("`drafts` is no object of texts by path")
    return {_path(path): None if text is None else _text(text, "drafts") for path, text in drafts.items()}


def _path(text: str) -> Path:
    path = Path(text)
    if not path.is_absolute() or "\0" in text:
        raise InvalidMessageError(f"`drafts`: {text!r} is no absolute path")
    return path


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise InvalidMessageError(f"`{key}`: {value!r} is no string")
    return value


_METHODS: Final[Mapping[str, Callable[[Workspace, Message], Message]]] = {
    "check": _check,
    "preview": _preview,
    "refresh": _refresh,
    "report": _report,
    "weakening": _weakening,
}
