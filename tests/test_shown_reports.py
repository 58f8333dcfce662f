"""Pages that explain what archguard prints: each quotes what it does print, about the files that it shows.

What a block marked `<!-- run -->` shows below its command is all that the command prints; the other blocks of text on
such a page are parts of that. `ARCHGUARD_WRITE_PAGES=1 pytest tests/test_shown_reports.py` writes the former anew.
"""

import os
import re
import shlex
from pathlib import Path

import pytest
from project import Project

DOCS = Path(__file__).parents[1] / "docs"
WRITING = bool(os.environ.get("ARCHGUARD_WRITE_PAGES"))
MARK = "<!-- run -->"

_RUN = re.compile(
    rf"(?<={MARK}\n```text\n)\$ archguard (?P<command>[^\n]+)\n(?P<output>.*?)(?=^```$)", re.DOTALL | re.MULTILINE
)
_PART = re.compile(rf"(?<!{MARK}\n)^```text\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r'^```\w+ title="(?P<name>[^"]+)"\n(?P<text>.*?)^```$', re.DOTALL | re.MULTILINE)
_SECONDS = re.compile(r"in [\d.]+ s\.")
_PAGES = sorted(
    path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if MARK in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("page", _PAGES)
def test_a_page_quotes_what_is_printed(page: str, project: Project) -> None:
    path = DOCS / page
    text = path.read_text(encoding="utf-8")
    project.write_all({file["name"]: file["text"] for file in _FILE.finditer(text)})

    printed = {run["command"]: _printed(project, run["command"]) for run in _RUN.finditer(text)}

    if WRITING:
        text = _RUN.sub(lambda run: f"$ archguard {run['command']}\n{printed[run['command']]}", text)
        path.write_text(text, encoding="utf-8")
    assert {run["command"]: run["output"] for run in _RUN.finditer(text)} == printed
    parts = [part["text"] for part in _PART.finditer(text)]
    assert [part for part in parts if not any(part in whole for whole in printed.values())] == []
    assert printed


def test_the_page_about_reports_is_among_them() -> None:
    assert "how-to/read-a-report.md" in _PAGES


def _printed(project: Project, command: str) -> str:
    """What users see, but for how long it took."""
    run = project.run(*shlex.split(command))
    return _SECONDS.sub("in 0.2 s.", run.stdout.lstrip("\n") + run.stderr)
