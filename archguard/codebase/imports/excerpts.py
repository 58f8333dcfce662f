"""Leave out the top-level statements of a file that a question does not need: parsing is most of the time it takes.

The statements start where `syntax_scanner` has found them, in a file that it has accepted.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

_DEFINITION: Final = re.compile(rb"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")


def statements_with(words: Collection[bytes], content: bytes, starts: Sequence[int]) -> bytes:
    """`content` with nothing but line ends in place of the top-level statements that have none of `words`."""
    pieces = _pieces(content, starts)
    return b"".join(piece if any(word in piece for word in words) else b"\n" * piece.count(b"\n") for piece in pieces)


def bindings_only(content: bytes, starts: Sequence[int]) -> bytes:
    """A file that binds the same names at the top level, without the bodies of functions and classes.

    A header may bind some by `:=`; a file with that is returned as it is.
    """
    if b":=" in content:
        return content
    return b"".join(_binding(piece) for piece in _pieces(content, starts))


def _binding(piece: bytes) -> bytes:
    definition = _DEFINITION.match(piece)
    return b"%s = 0\n" % definition[1] if definition else piece


def _pieces(content: bytes, starts: Sequence[int]) -> Iterator[bytes]:
    for start, end in zip((0, *starts), (*starts, len(content)), strict=True):
        yield content[start:end]
