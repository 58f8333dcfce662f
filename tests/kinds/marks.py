"""Projects that are written in one text: files follow `# file: path`, and lines that must be found end in `# !`."""

import re
from collections.abc import Mapping

from project import Project

from archguard.model import Confidence, Report

Places = list[tuple[str, int]]


def check_marked(
    project: Project, text: str, configuration: str, first: str, always: Mapping[str, str] | None = None
) -> tuple[Places, Places]:
    """What is found in a project whose first file is called `first`, and what is marked; `always` is there too."""
    files = _files(text, first)
    project.write_all({**(always or {}), **files})
    project.configure(configuration)
    report = project.check()
    assert not report.problems, report.problems
    return found_in(report), [
        (path, number)
        for path, content in sorted(files.items())
        for number, line in enumerate(content.splitlines(), 1)
        if line.endswith("# !")
    ]


def found_in(report: Report) -> Places:
    """The lines that fail a run, each once."""
    sure = (found for found in report.violations if found.confidence is not Confidence.POSSIBLE)
    return sorted({(found.location.path, found.location.line) for found in sure})


def _files(text: str, first: str) -> dict[str, str]:
    content, *others = re.split(r"^# file: (\S+)\n", text.lstrip("\n"), flags=re.MULTILINE)
    return {first: content} | dict(zip(others[::2], others[1::2], strict=True))
