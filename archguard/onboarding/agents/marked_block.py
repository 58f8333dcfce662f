"""A part of a text that archguard writes, between two lines that mark it: in instructions and in TOML.

What is outside of the marks keeps every byte. A block is added at the end, behind an empty line; whether the text ends
with a line end stays as it is, which tells a file that was empty before from one that came with the block.
"""

import re

from archguard.dataclass import dataclass
from archguard.onboarding.agents.edit_error import EditError


@dataclass(frozen=True)
class MarkedBlock:
    """The marks, each a whole line."""

    begin: str
    end: str

    def added_to(self, text: str | None, body: str) -> str:
        """`text` with the block; None stands for a file that is not there. A block that is there gets the new `body`.

        Raises:
            EditError: there is one mark without the other, or a second block.
        """
        newline = "\r\n" if text and "\r\n" in text else "\n"
        block = newline.join([self.begin, *body.splitlines(), self.end])
        if text is None:
            return block + newline
        if found := self._find(text):
            return text[: found[0]] + block + text[found[1] :]
        if text and not text.endswith("\n"):
            return text + newline * 2 + block
        return text + newline + block + newline if text else block

    def removed_from(self, text: str | None) -> str | None:
        """`text` without the block and the empty line before it; None if the file came with it, or is not there.

        Raises:
            EditError: the same.
        """
        found = self._find(text)
        if text is None or not found:
            return text
        before, after = text[: found[0]], text[found[1] :]
        newline = "\r\n" if text[found[0] :].startswith(f"{self.begin}\r\n") else "\n"
        if not after:
            return before.removesuffix(newline * 2)
        if before.endswith(f"\n{newline}"):
            before = before.removesuffix(newline)
        return before + after.removeprefix(newline) or None

    def is_in(self, text: str | None) -> bool:
        """Whether the block is in `text`.

        Raises:
            EditError: the same.
        """
        return self._find(text) is not None

    def _find(self, text: str | None) -> tuple[int, int] | None:
        """Where the block begins and ends, without the last line end; None if there is none."""
        begins, ends = (
            [*re.finditer(rf"^{re.escape(mark)}(?=[ \t]*\r?$)", text or "", re.MULTILINE)]
            for mark in (self.begin, self.end)
        )
        if not begins and not ends:
            return None
        lone = next((mark for marks, others in ((begins, ends), (ends, begins)) for mark in marks if not others), None)
        if lone:
            raise EditError(f"`{lone[0]}` has no counterpart", lone.start())
        if len(begins) > 1 or len(ends) > 1 or begins[0].start() > ends[0].start():
            raise EditError(
                f"`{self.begin}` and `{self.end}` must be there once each, in this order", begins[-1].start()
            )
        return begins[0].start(), ends[0].end()
