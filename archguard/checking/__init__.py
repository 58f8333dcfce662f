"""From contracts and code to a report, step by step."""

from archguard.checking.check import check, read
from archguard.checking.paths import within_paths

__all__ = ["check", "read", "within_paths"]
