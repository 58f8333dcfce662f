"""Violations over time: the baseline, comparison with a revision, the trend, and access to git.

The names of this package are imported lazily: a check without a baseline or a revision needs none of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from archguard.history.baseline import (
        Baseline,
        apply_baseline,
        baseline_of,
        growth,
        moved_since_written,
        prune,
        read_baseline,
        render_baseline,
    )
    from archguard.history.baseline_file import NAME, with_baseline
    from archguard.history.git import merge_base

_HOMES: Final = {
    "baseline": (
        "Baseline",
        "apply_baseline",
        "baseline_of",
        "growth",
        "moved_since_written",
        "prune",
        "read_baseline",
        "render_baseline",
    ),
    "baseline_file": ("NAME", "with_baseline"),
    "git": ("merge_base",),
}

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
    "with_baseline",
]


def __getattr__(name: str) -> object:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'archguard.history' has no attribute '{name}'")
    return getattr(import_module(f"archguard.history.{home}"), name)
