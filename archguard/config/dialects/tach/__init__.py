"""tach's configuration, in archguard's language.

`tach.toml` (or `[tool.tach]`) and every `tach.domain.toml`. https://docs.gauge.sh/usage/configuration describes the
keys; where that page is silent, the verdicts of tach itself decide, with which the tests compare.
"""

from pathlib import Path
from typing import Final

from archguard.config.document import Document, read_text, tools_in

FILES: Final = ("tach.toml", "pyproject.toml")


def recognizes(path: Path) -> bool:
    """Whether tach would find its options in `path`; TOML that holds archguard's own is not meant for it."""
    if path.name == "tach.toml":
        return True
    if path.suffix != ".toml":
        return False
    text = read_text(path, path.name)
    try:
        tools = tools_in(text)
    except ValueError:
        return False
    return "tach" in tools and "archguard" not in tools


def translate(path: Path, shown: str) -> Document:
    """The file `path`, which is shown as `shown`, in archguard's language."""
    from archguard.config.dialects.tach import translation  # noqa: PLC0415  # 30 ms that only its users wait for

    return translation.translate(path, shown)


__all__ = ["FILES", "recognizes", "translate"]
