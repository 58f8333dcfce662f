"""Text of the project in Markdown, where it must neither format, link nor embed anything."""

import re
from typing import Final

from archguard.reporters.phrases import one_line

_SPECIAL: Final = re.compile(r"[\\`*\[\]<>~|&]|(?<!\w)_|_(?!\w)|^[#+-]|(?<=^\d)[.)]")
"""Characters that mean something in a line; an underscore between letters means nothing, and some only begin a line.

No more are escaped, since editors without a view of Markdown show the backslashes.
"""


def plain(text: str) -> str:
    """`text` on one line, as it stands: nothing in it formats, links or embeds anything."""
    return _SPECIAL.sub(r"\\\g<0>", one_line(text))


def code(text: str) -> str:
    """`text` as code on one line."""
    return f"`{one_line(text).replace('`', chr(0x2BC))}`"
