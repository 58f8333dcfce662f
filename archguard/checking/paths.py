"""A report on some files only."""

from collections.abc import Collection
from pathlib import Path, PurePosixPath

from archguard.model import Report


def within_paths(report: Report, paths: Collection[Path]) -> Report:
    """`report` with those violations only that are in one of `paths` (files, or folders with all below them).

    The paths are relative to the project's root, which may be below them.
    """
    wanted = [PurePosixPath(path.as_posix()) for path in paths]
    everything = not paths or any(set(path.parts) == {".."} for path in wanted)
    kept = (
        violation
        for violation in report.violations
        if any(PurePosixPath(violation.location.path).is_relative_to(path) for path in wanted)
    )
    return report if everything else report.with_violations(kept)
