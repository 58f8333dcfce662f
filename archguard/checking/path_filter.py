"""Restrict a report to some files or folders. The check itself always covers the whole project."""

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from archguard.codebase import Codebase
from archguard.codebase.modules.folders import native, printable
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.incremental.input_recorder import real_path
from archguard.model import Location, Problem, Report, Severity


def within_paths(report: Report, codebase: Codebase, paths: Collection[Path]) -> Report:
    """`report` with only the violations in `paths`: files, or folders with everything below.

    Paths match with symbolic links resolved or not. A note names each path without any module, so that nobody takes it
    for checked.

    Raises:
        ExceptionGroup[ArchguardError]: a path is outside of the project and contains none of its modules.
    """
    wanted = [_Path.of(path) for path in paths]
    root = _Path.of(codebase.root)
    if not wanted or any(root.is_in(path) for path in wanted):
        return report
    empty = [path for path in wanted if not _contains_module(path, codebase)]
    outside = [ArchguardError(*_OUTSIDE, Location(path.shown)) for path in empty if not path.is_in(root)]
    if outside:
        raise ExceptionGroup("paths", outside)
    places = {
        shown: _Path.of(codebase.root / native(shown)) for shown in {it.location.path for it in report.violations}
    }
    remaining = [it for it in report.violations if any(places[it.location.path].is_in(path) for path in wanted)]
    notes = [_note(path, root) for path in empty]
    return replace(report.with_violations(remaining), problems=(*report.problems, *notes))


_OUTSIDE = ("is outside of the project, so that no contract looks at it", "name files or folders of the project")


@dataclass(frozen=True)
class _Path:
    """A path as it was given, absolute, and with symbolic links resolved."""

    shown: str
    absolute: str
    real: str

    @classmethod
    def of(cls, path: Path) -> "_Path":
        return cls(printable(path.as_posix()), os.path.abspath(path), real_path(path))  # noqa: PTH100  # unlike `Path.resolve`, keeps links

    def is_in(self, other: "_Path") -> bool:
        """Whether it is `other` or below it, with links resolved or not."""
        return _is_below(self.real, other.real) or _is_below(self.absolute, other.absolute)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _contains_module(path: _Path, codebase: Codebase) -> bool:
    files = [source.file for source in codebase.sources.values()]
    by_name = (_is_below(os.path.normpath(file), path.absolute) for file in files)
    return any(by_name) or any(_is_below(os.path.realpath(file), path.real) for file in files)


def _note(path: _Path, root: _Path) -> Problem:
    shown = os.path.relpath(path.absolute, root.absolute) if _is_below(path.absolute, root.absolute) else path.shown
    message = "holds no module that was read, so that no contract looks at it"
    place = Location(printable(Path(shown).as_posix()))
    return Problem(severity=Severity.INFO, code="no-module", message=message, location=place)
