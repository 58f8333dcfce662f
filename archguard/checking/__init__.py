"""From contracts and code to a report, step by step."""

from archguard.checking.baseline import (
    NAME,
    Baseline,
    apply_baseline,
    baseline_of,
    growth,
    moved_since_written,
    prune,
    read_baseline,
    render_baseline,
    with_baseline,
)
from archguard.checking.changes import since
from archguard.checking.check import check, is_about_imports
from archguard.checking.edits import edit_safety_facts
from archguard.checking.git import merge_base
from archguard.checking.paths import within_paths
from archguard.checking.profile import Profile
from archguard.config import read

__all__ = [
    "NAME",
    "Baseline",
    "Profile",
    "apply_baseline",
    "baseline_of",
    "check",
    "edit_safety_facts",
    "growth",
    "is_about_imports",
    "merge_base",
    "moved_since_written",
    "prune",
    "read",
    "read_baseline",
    "render_baseline",
    "since",
    "with_baseline",
    "within_paths",
]
