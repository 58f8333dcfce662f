"""A report on some files only."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path, PurePosixPath

from archguard.model import Report


def within_paths(report: Report, paths: Collection[Path]) -> Report:
    """`report` with those violations only that are in one of `paths` (files, or folders with all below them)."""
    wanted = [PurePosixPath(path.as_posix()) for path in paths]
    kept = tuple(
        violation
        for violation in report.violations
        if any(PurePosixPath(violation.location.path).is_relative_to(path) for path in wanted)
    )
    return replace(report, violations=kept) if paths else report
