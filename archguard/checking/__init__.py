"""Check contracts on a code base: filter imports, run each contract, suppress violations, assemble the report."""

from archguard.checking.check import check, is_about_imports
from archguard.checking.incremental_check import check_incrementally
from archguard.checking.path_filter import within_paths
from archguard.checking.profile import Profile

__all__ = ["Profile", "check", "check_incrementally", "is_about_imports", "within_paths"]
