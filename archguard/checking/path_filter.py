"""A report on some files only."""

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from archguard.codebase import Codebase
from archguard.codebase.modules.folders import native, printable
from archguard.errors import ArchguardError
from archguard.incremental.input_recorder import real_path
from archguard.model import Location, Problem, Report, Severity


def within_paths(report: Report, codebase: Codebase, paths: Collection[Path]) -> Report:
    """`report` with those violations only that are in one of `paths` (files, or folders with all below them).

    A path means the file that it leads to, whether or not it goes through links. A note says which of them hold no
    module, so that nobody takes them for checked.

    Raises:
        ExceptionGroup[ArchguardError]: a path is outside of the project, and no module of it is there.
    """
    wanted = [_Wanted.of(path) for path in paths]
    root = _Wanted.of(codebase.root)
    if not wanted or any(root.is_in(path) for path in wanted):
        return report
    empty = [path for path in wanted if not _holds_module(path, codebase)]
    outside = [ArchguardError(*_OUTSIDE, Location(path.shown)) for path in empty if not path.is_in(root)]
    if outside:
        raise ExceptionGroup("paths", outside)
    places = {
        shown: _Wanted.of(codebase.root / native(shown)) for shown in {it.location.path for it in report.violations}
    }
    kept = [it for it in report.violations if any(places[it.location.path].is_in(path) for path in wanted)]
    notes = [_note(path, root) for path in empty]
    return replace(report.with_violations(kept), problems=(*report.problems, *notes))


_OUTSIDE = ("is outside of the project, so that no contract looks at it", "name files or folders of the project")


@dataclass(frozen=True)
class _Wanted:
    """A path by the name that it was given, and by where it leads."""

    shown: str
    absolute: str
    real: str

    @classmethod
    def of(cls, path: Path) -> "_Wanted":
        return cls(printable(path.as_posix()), os.path.abspath(path), real_path(path))  # noqa: PTH100  # keeps links

    def is_in(self, other: "_Wanted") -> bool:
        """Whether it is `other`, or below it, by either name."""
        return _is_below(self.real, other.real) or _is_below(self.absolute, other.absolute)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _holds_module(path: _Wanted, codebase: Codebase) -> bool:
    files = [source.file for source in codebase.sources.values()]
    by_name = (_is_below(os.path.normpath(file), path.absolute) for file in files)
    return any(by_name) or any(_is_below(os.path.realpath(file), path.real) for file in files)


def _note(path: _Wanted, root: _Wanted) -> Problem:
    shown = os.path.relpath(path.absolute, root.absolute) if _is_below(path.absolute, root.absolute) else path.shown
    message = "holds no module that was read, so that no contract looks at it"
    place = Location(printable(Path(shown).as_posix()))
    return Problem(severity=Severity.INFO, code="no-module", message=message, location=place)
