"""From contracts and code to a report, step by step."""

from archguard.checking.baseline import (
    NAME,
    Baseline,
    apply_baseline,
    baseline_of,
    growth,
    prune,
    read_baseline,
    render_baseline,
)
from archguard.checking.changes import since
from archguard.checking.check import check, read
from archguard.checking.git import last_change, merge_base, renames
from archguard.checking.known import moved_modules
from archguard.checking.paths import within_paths

__all__ = [
    "NAME",
    "Baseline",
    "apply_baseline",
    "baseline_of",
    "check",
    "growth",
    "last_change",
    "merge_base",
    "moved_modules",
    "prune",
    "read",
    "read_baseline",
    "render_baseline",
    "renames",
    "since",
    "within_paths",
]
