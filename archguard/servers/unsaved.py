"""Answer `archguard check --stdin-filename` by the daemon alone, without loading a library.

An editor asks at every pause of the keyboard. What is not usual is left to the command: a coloured report, a report in
a file, other options, text that is not UTF-8, errors, and a project without a daemon.
"""

import io
import os
import sys

from archguard.servers.client import ask

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

OPTION = "--stdin-filename"
SECONDS_TO_ANSWER = 60.0
"""A daemon that has just been started reads the project, which takes this process as long."""
_WITH_VALUE = (OPTION, "--format", "--config", "--baseline", "--fail-on")
_FLAG = "--strict-baseline"
_SEVERITIES = ("error", "warning", "info")


def is_about_unsaved_text(arguments: "Sequence[str]") -> bool:
    """Whether the command line `arguments` checks a text on stdin."""
    return arguments[:1] == ["check"] and any(each.partition("=")[0] == OPTION for each in arguments)


def answer(arguments: "Sequence[str]") -> int | None:
    """Write the daemon's answer to stdout, and return the exit code; None if the command is to do it."""
    given = _given(arguments[1:])
    if given is None or not _is_usual(given):
        return None
    text = sys.stdin.buffer.read()
    sys.stdin = io.TextIOWrapper(io.BytesIO(text))  # the command reads it again, if there is no answer
    try:
        request = _request(given, text.decode())
    except UnicodeDecodeError:
        return None
    config = given.get("--config", [])
    found = ask(os.getcwd(), request, start=False, timeout=SECONDS_TO_ANSWER, config=config)
    return _written(found) if found and "texts" in found else None


def _given(arguments: "Sequence[str]") -> "dict[str, list[str]] | None":
    """The values of each option; None if there are other arguments."""
    found: dict[str, list[str]] = {}
    words = iter(arguments)
    for word in words:
        option, mark, value = word.partition("=")
        if option in _WITH_VALUE:
            found.setdefault(option, []).append(value if mark else next(words, ""))
        elif word == _FLAG:
            found[_FLAG] = []
        else:
            return None
    return found


def _is_usual(given: "dict[str, list[str]]") -> bool:
    formats = given.get("--format", ["text"])
    return (
        not any(":" in name for name in formats)
        and not ("text" in formats and _may_be_coloured())
        and given.get("--fail-on", ["error"])[-1] in _SEVERITIES
        and all(map(os.path.isfile, given.get("--config", [])))
        and bool(given[OPTION][-1])
        and not os.path.isdir(given[OPTION][-1])
    )


def _may_be_coloured() -> bool:
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def _request(given: "dict[str, list[str]]", text: str) -> "dict[str, Any]":
    request = {
        "method": "preview",
        "drafts": {os.path.abspath(given[OPTION][-1]): text},
        "formats": given.get("--format", ["text"]),
        "fail_on": given.get("--fail-on", ["error"])[-1],
        "strict_baseline": _FLAG in given,
    }
    baseline = given.get("--baseline")
    return request | {"baseline": os.path.abspath(baseline[-1])} if baseline else request


def _written(found: "dict[str, Any]") -> int | None:
    """Write the texts. Returns 2 if not everything could be checked, 1 for violations, 0 if there are none."""
    try:
        sys.stdout.write("".join(f"{text}\n" for text in found["texts"]))
        sys.stdout.flush()
    except (OSError, UnicodeError):  # the command says what is wrong with stdout
        return None
    if not found["complete"]:
        return 2
    return 0 if found["passed"] else 1
