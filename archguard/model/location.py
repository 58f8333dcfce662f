"""Source locations, in the form that editors understand."""

from enum import Enum
from typing import Annotated

from archguard.dataclass import dataclass


class Position(Enum):
    """Marks an integer that counts from 1."""

    KNOWN = "known"
    OPTIONAL = "optional"  # 0 if unknown, which is null in JSON


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file."""

    path: str
    """The file, relative to the project's root, with `/` between its parts."""
    line: Annotated[int, Position.KNOWN] = 1
    """The line, counted from 1."""
    column: Annotated[int, Position.KNOWN] = 1
    """The column, counted from 1 in characters."""
    end_line: Annotated[int, Position.OPTIONAL] = 0
    """The last line; 0 if unknown, which is null in JSON."""
    end_column: Annotated[int, Position.OPTIONAL] = 0
    """The column after the last character; 0 if unknown, which is null in JSON."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"
