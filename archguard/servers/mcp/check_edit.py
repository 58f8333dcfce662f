"""`check_edit`: what an edit would break, before it is written."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final

from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.inspection.module_file import project_path
from archguard.model import Problem, Severity, Violation, fails
from archguard.reporters.phrases import counted
from archguard.reporters.text import plain, problem_lines, violation_lines
from archguard.servers.mcp.tool import Answer, Tool
from archguard.servers.workspace import Workspace

_MOST: Final = 20
"""The most violations and problems of an answer: whoever has mended these asks again."""


class Verdict(StrEnum):
    """What becomes of an edit."""

    ACCEPTED = "accepted"
    DENIED = "denied"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """The replacement of one text by another one."""

    old_text: str
    """What is replaced: it stands in the file exactly once."""
    new_text: str
    """What replaces it."""


@dataclass(frozen=True, kw_only=True)
class EditAnswer:
    """What an edit would change."""

    verdict: Verdict
    """`denied` if it brings a violation that fails a run, `not checked` if it cannot be told, else `accepted`."""
    new: tuple[Violation, ...]
    """The violations that it brings, at most 20."""
    fixed: int
    """How many violations it removes."""
    unchanged: int
    """How many violations there are with and without it."""
    problems: tuple[Problem, ...]
    """What could not be checked, at most 20: a syntax error, a file that is no module."""
    left_out: int
    """How many violations and problems are not listed."""


@dataclass(frozen=True, kw_only=True)
class CheckEdit(Tool):
    """Check an edit of a file against the project's architecture contracts before you write it. Nothing is written.

    Call it before you write or edit Python code, with the whole new `text` or with `edits`. If the verdict is `denied`,
    follow a `help` of each violation, and check again.
    """

    id: ClassVar[str] = "check_edit"
    title: ClassVar[str] = "Check an edit"
    answers: ClassVar[type] = EditAnswer

    path: str
    """The file, relative to the folder of the configuration, or absolute; it may not exist yet."""
    text: str | None = None
    """The whole new text of the file."""
    edits: tuple[Edit, ...] = ()
    """Replacements in the file as it is on disk, one after the other."""

    def answer(self, workspace: Workspace) -> Answer:
        """The verdict, with the violations that the edit brings."""
        session = workspace.session()
        path = project_path(session.codebase, self.path)
        result = session.check({path: self._draft(path)})
        found = EditAnswer(
            verdict=_verdict(result.new, result.problems),
            new=result.new[:_MOST],
            fixed=len(result.fixed),
            unchanged=len(result.unchanged),
            problems=result.problems[:_MOST],
            left_out=max(len(result.new) - _MOST, 0) + max(len(result.problems) - _MOST, 0),
        )
        return Answer("\n".join(_lines(found)), found)

    def _draft(self, path: Path) -> str | bytes:
        """The new text of the file.

        Raises:
            ArchguardError: neither or both of `text` and `edits` are given, or an edit does not fit the file.
        """
        if (self.text is None) == (not self.edits):
            raise ArchguardError("give either the new `text` of the file, or `edits`")
        if self.text is not None:
            return self.text
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ArchguardError(f"'{self.path}' cannot be read: {error.strerror}", "give its whole `text`") from None
        return edited(content, self.edits)


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """`content` with all `edits`. A file with the line ends of Windows is edited by texts with plain ones, too.

    Raises:
        ArchguardError: an old text stands in it never, or more than once.
    """
    for number, edit in enumerate(edits, start=1):
        old, new = edit.old_text.encode(), edit.new_text.encode()
        if old not in content and b"\r\n" in content:
            old, new = (part.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for part in (old, new))
        if not old or old not in content:
            message = f"the `old_text` of edit {number} is not in the file; nothing was checked"
            raise ArchguardError(message, "read the file again, and copy the text exactly")
        if content.find(old) != content.rfind(old):  # `count` would take "aa" to be in "aaa" once
            message = f"the `old_text` of edit {number} stands in the file more than once; nothing was checked"
            raise ArchguardError(message, "give more of the lines around it")
        content = content.replace(old, new)
    return content


def _verdict(new: Iterable[Violation], problems: Iterable[Problem]) -> Verdict:
    if any(fails(violation, Severity.ERROR) for violation in new):
        return Verdict.DENIED
    unchecked = any(it.severity is Severity.ERROR or it.code == "no-module" for it in problems)
    return Verdict.NOT_CHECKED if unchecked else Verdict.ACCEPTED


def _lines(found: EditAnswer) -> Iterator[str]:
    brings = counted(len(found.new), "new violation") if found.new else "no new violation"
    fixes = f", {found.fixed} fixed" if found.fixed else ""
    yield f"{found.verdict}: {brings}{fixes}"
    yield from (plain(violation_lines(violation)) for violation in found.new)
    yield from (plain(problem_lines(problem)) for problem in found.problems)
    if found.left_out:
        yield f"and {found.left_out} more"
