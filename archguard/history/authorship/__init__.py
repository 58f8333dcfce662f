"""The trend by authorship: changes marked as written with an assistant, compared with others."""

from archguard.history.authorship.assistants import load_assistants
from archguard.history.authorship.trend import MOST_COMMITS, Result, trend_by_authorship

__all__ = ["MOST_COMMITS", "Result", "load_assistants", "trend_by_authorship"]
