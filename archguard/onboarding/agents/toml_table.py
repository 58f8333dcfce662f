"""Add a table to a TOML file, and take it out again.

The table stands in a marked block at the end, where TOML allows a new table whatever stands before. So comments and
order stay without a library that keeps them; `tomllib` tells whether the file is valid before and after.
"""

import re
import tomllib
from typing import Any, Final

from archguard.dataclass import dataclass
from archguard.onboarding.agents.edit_error import EditError
from archguard.onboarding.agents.marked_block import MarkedBlock

_BLOCK: Final = MarkedBlock("# archguard agents: begin", "# archguard agents: end")
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class TomlTable:
    """A table that install adds to a file."""

    content: str

    def added_to(self, text: str | None) -> str:
        """`text` with the table, unless it is there; None stands for a file that is not there.

        Raises:
            EditError: `text` is no TOML, or its tables cannot be extended.
        """
        tables = _parsed(text or "")
        if text is not None and not _BLOCK.is_in(text) and self._is_there(tables):
            return text
        result = _BLOCK.added_to(text, self.content.strip())
        # TOML forbids to extend an inline table (`mcp_servers = {}`), and `tomllib` tells that only of the result.
        if not self._is_added(result):
            first = self._name.split(".")[0]
            raise EditError(f"`[{self._name}]` cannot be added: `{first}` is no table, or an inline one", 0)
        return result

    def removed_from(self, text: str | None) -> str | None:
        """`text` without the block; None if the file came with it, or is not there.

        Raises:
            EditError: `text` is no TOML.
        """
        _parsed(text or "")
        return _BLOCK.removed_from(text)

    def are_in(self, text: str | None) -> bool:
        """Whether the block is in `text`.

        Raises:
            EditError: there is one mark without the other.
        """
        return _BLOCK.is_in(text)

    @property
    def _name(self) -> str:
        """What stands between the brackets of its first line."""
        return self.content.split()[0].strip("[]")

    def _is_added(self, text: str) -> bool:
        try:
            return self._is_there(tomllib.loads(text))
        except tomllib.TOMLDecodeError:
            return False

    def _is_there(self, table: Any) -> bool:
        """Whether `table`, the whole file, has something of that name."""
        for key in self._name.split("."):
            if not isinstance(table, dict) or key not in table:
                return False
            table = table[key]
        return True


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        offset = _offset(text, int(place[1]), int(place[2])) if place and place[1] else len(text)
        raise EditError(_PLACE.sub("", message), offset) from None
    except RecursionError:
        raise EditError("nested too deeply", 0) from None


def _offset(text: str, line: int, column: int) -> int:
    """The offset of a place, both counted from 1."""
    lines = text.split("\n")
    return sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
