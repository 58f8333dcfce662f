"""Apply a patch in the format of `apply_patch`, which Codex, Copilot and VS Code use.

A patch lists files to add, to delete, or to update; an update has chunks of lines that begin with a space, `-` or `+`.
A chunk has no line numbers: its old lines are searched, after the line that its `@@` names and after the chunk before.
Lines that are not found as they are are searched without regard to spaces at their ends, then at their beginnings too,
then with plain characters for typographic dashes, quotes and spaces. The first place that fits is the one. As in Codex,
a patch of which one chunk has no place is refused as a whole.
"""

from archguard.servers.hook.edits import text_of, unix_lines

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Final

BEGIN: "Final" = "*** Begin Patch"
END: "Final" = "*** End Patch"
_ADD: "Final" = "*** Add File: "
_DELETE: "Final" = "*** Delete File: "
_UPDATE: "Final" = "*** Update File: "
_MOVE: "Final" = "*** Move to: "
_END_OF_FILE: "Final" = "*** End of File"
_PLAIN: "Final" = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
)


class PatchError(ValueError):
    """The host would refuse the patch."""


class _Chunk:
    """Lines of a file that are replaced."""

    __slots__ = ("after", "is_at_end", "new", "old")

    def __init__(self, after: str) -> None:
        self.after = after
        """A line that stands somewhere before them; "" if the patch names none."""
        self.old: list[str] = []
        self.new: list[str] = []
        self.is_at_end = False


def patched(patch: str, place: "Callable[[str], str]") -> dict[str, str | None]:
    """The new text of each file of `patch` by path; None for a file that is removed.

    Args:
        patch: The text of the patch; anything before its beginning and after its end is ignored.
        place: Gives the absolute path of a path in the patch.

    Raises:
        PatchError: the patch cannot be read, or does not fit the files.
    """
    lines = _body(patch)
    files: dict[str, str | None] = {}
    while lines:
        header = lines.pop(0).strip()
        if header.startswith(_ADD):
            files[place(header.removeprefix(_ADD))] = "".join(f"{line[1:]}\n" for line in _while("+", lines))
        elif header.startswith(_DELETE):
            files[place(header.removeprefix(_DELETE))] = None
        elif header.startswith(_UPDATE):
            _update(files, place(header.removeprefix(_UPDATE)), lines, place)
        elif header:
            raise PatchError(header)
    return files


def _body(patch: str) -> list[str]:
    """The lines between the beginning and the end."""
    lines = unix_lines(patch).split("\n")
    bare = [line.strip() for line in lines]
    if BEGIN not in bare or END not in bare:
        raise PatchError("no beginning or no end")
    return lines[bare.index(BEGIN) + 1 : bare.index(END)]


def _while(sign: str, lines: list[str]) -> "Iterator[str]":
    while lines and lines[0].startswith(sign):
        yield lines.pop(0)


def _update(files: dict[str, str | None], path: str, lines: list[str], place: "Callable[[str], str]") -> None:
    """Take an update off `lines`, and add its outcome to `files`."""
    moved = lines.pop(0).removeprefix(_MOVE).strip() if lines and lines[0].startswith(_MOVE) else ""
    text = files[path] if path in files else text_of(path)
    chunks = [*_chunks(lines)]
    if text is None or not (chunks or moved):
        raise PatchError(path)
    if moved:
        files[path] = None
    files[place(moved) if moved else path] = _with_chunks(text, chunks)


def _chunks(lines: list[str]) -> "Iterator[_Chunk]":
    """Take the chunks of one file off `lines`."""
    while lines and not lines[0].startswith("***"):
        if not lines[0].strip():  # an empty line between chunks
            del lines[0]
        else:
            yield _chunk(lines)


def _chunk(lines: list[str]) -> _Chunk:
    chunk = _Chunk(lines.pop(0)[2:].removeprefix(" ") if lines[0].startswith("@@") else "")
    while lines and (not lines[0] or lines[0][0] in " +-"):
        line = lines.pop(0)
        if not line.startswith("+"):
            chunk.old.append(line[1:])
        if not line.startswith("-"):
            chunk.new.append(line[1:])
    if not chunk.old and not chunk.new and not chunk.after:
        raise PatchError(lines[0] if lines else "an empty chunk")
    if lines and lines[0].strip() == _END_OF_FILE:
        del lines[0]
        chunk.is_at_end = True
    return chunk


def _with_chunks(text: str, chunks: list[_Chunk]) -> str:
    lines = text.removesuffix("\n").split("\n") if text else []
    start = 0
    for chunk in chunks:
        if chunk.after:
            start = _find(lines, [chunk.after], start) + 1
        if not chunk.old:  # lines that have no place are added at the end
            lines += chunk.new
            continue
        old, new = _without_last_empty_line(lines, chunk, start)
        at = _find(lines, old, start, is_at_end=chunk.is_at_end)
        lines[at : at + len(old)] = new
        start = at + len(new)
    return "".join(f"{line}\n" for line in lines)


def _without_last_empty_line(lines: list[str], chunk: _Chunk, start: int) -> tuple[list[str], list[str]]:
    """The old and new lines; without an empty line at their end if they are found only so, as at the end of a file."""
    if chunk.old[-1] or _position(lines, chunk.old, start, is_at_end=chunk.is_at_end) is not None:
        return chunk.old, chunk.new
    return chunk.old[:-1], chunk.new[:-1] if chunk.new and not chunk.new[-1] else chunk.new


def _find(lines: list[str], searched: list[str], start: int, *, is_at_end: bool = False) -> int:
    at = _position(lines, searched, start, is_at_end=is_at_end)
    if at is None:
        raise PatchError("\n".join(searched))
    return at


def _position(lines: list[str], searched: list[str], start: int, *, is_at_end: bool) -> int | None:
    """Where the lines `searched` begin in `lines`; None if they are nowhere."""
    last = len(lines) - len(searched)
    first = max(last, 0) if is_at_end else start
    for form in (str, str.rstrip, str.strip, _plain):
        wanted, there = [*map(form, searched)], [*map(form, lines)]
        for at in range(first, last + 1):
            if there[at : at + len(wanted)] == wanted:
                return at
    return None


def _plain(line: str) -> str:
    return line.strip().translate(_PLAIN)
