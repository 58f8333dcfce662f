"""Check contracts on a code base: filter imports, run each contract, suppress violations, assemble the report."""

from archguard.checking.check import check, is_about_imports, may_keep
from archguard.checking.path_filter import within_paths
from archguard.checking.profile import Profile

__all__ = ["Profile", "check", "is_about_imports", "may_keep", "within_paths"]
