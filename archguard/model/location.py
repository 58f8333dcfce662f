"""Source locations, in the form that editors understand."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file. Lines and columns count from 1; an end of 0 is unknown; columns count characters."""

    path: str
    """Relative to the project's root, with `/` between its parts."""
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"
