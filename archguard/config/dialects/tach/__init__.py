"""Translate a tach configuration to archguard's language.

`tach.toml` (or `[tool.tach]`) and every `tach.domain.toml`. https://docs.gauge.sh/usage/configuration describes the
keys; where that page leaves a case open, the behaviour of tach itself decides, with which the tests compare.
"""

from pathlib import Path

from archguard.config.document import Document, read_text, tools_in


def recognizes(path: Path) -> bool:
    """Whether `path` has tach's options; a TOML file with a table `tool.archguard` belongs to archguard."""
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
    """Translate the file `path`, displayed as `shown`, to archguard's language."""
    from archguard.config.dialects.tach import translation  # noqa: PLC0415  # importing it takes 30 ms

    return translation.translate(path, shown)


__all__ = ["recognizes", "translate"]
