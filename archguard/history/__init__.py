"""Violations over time: the baseline, comparison with a revision, the trend, and access to git."""

from archguard.history.baseline import (
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
from archguard.history.git import merge_base
from archguard.history.since import since

__all__ = [
    "NAME",
    "Baseline",
    "apply_baseline",
    "baseline_of",
    "growth",
    "merge_base",
    "moved_since_written",
    "prune",
    "read_baseline",
    "render_baseline",
    "since",
    "with_baseline",
]
