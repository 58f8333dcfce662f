"""Guess which Python version a file needs if the running one cannot parse it."""

import re
import sys
from collections.abc import Sequence

_SYNTAX = (
    ("3.15", re.compile(r"^\s*lazy\s+(import|from)\b")),
    ("3.14", re.compile(r"^\s*except\*?\s+[\w.]+\s*,")),
    ("3.14", re.compile(r"""\b[rR]?[tT][rR]?['"]""")),
    ("3.13", re.compile(r"^\s*(?:class|(?:async\s+)?def|type)\s+\w+\[[^\]]*=")),
    ("3.12", re.compile(r"^\s*type\s+\w+")),
    ("3.12", re.compile(r"^\s*(?:class|(?:async\s+)?def)\s+\w+\[")),
    ("3.12", re.compile(r"""\b[rR]?[fF][rR]?['"]""")),
)


def needed_version(error: SyntaxError, lines: Sequence[str]) -> str:
    """The first Python version with the syntax at the line of `error`, such as "3.14"; "" if none is known."""
    if not error.lineno or error.lineno > len(lines):
        return ""
    line = lines[error.lineno - 1]
    return next((version for version, form in _SYNTAX if form.search(line) and _is_older_than(version)), "")


def _is_older_than(version: str) -> bool:
    return sys.version_info < tuple(map(int, version.split(".")))
