"""tach's configuration, in archguard's language.

`tach.toml` (or `[tool.tach]`) and every `tach.domain.toml`. https://docs.gauge.sh/usage/configuration describes the
keys; where that page is silent, the verdicts of tach itself decide, with which the tests compare.
"""

import tomllib
from pathlib import Path
from typing import Final

from archguard.config.dialects.tach.translation import translate

FILES: Final = ("tach.toml", "pyproject.toml")


def recognizes(path: Path) -> bool:
    """Whether tach would find its options in `path`; TOML that holds archguard's own is not meant for it."""
    if path.name == "tach.toml":
        return True
    if path.suffix != ".toml":
        return False
    try:
        tools = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    return "tach" in tools and "archguard" not in tools


__all__ = ["FILES", "recognizes", "translate"]
