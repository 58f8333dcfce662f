"""The architecture of a change: what a revision does to it, compared with an earlier one."""

from archguard.inspection.review.review import Reviewed, review

__all__ = ["Reviewed", "review"]
