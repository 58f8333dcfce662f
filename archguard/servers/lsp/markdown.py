"""Text of the project in Markdown, where it must neither format, link nor embed anything."""

import re
from typing import Final

from archguard.reporters.phrases import one_line

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&:])")


def plain(text: str) -> str:
    """`text` on one line, as it stands: no character of it means anything to Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def code(text: str) -> str:
    """`text` as code on one line."""
    return f"`{one_line(text).replace('`', chr(0x2BC))}`"
