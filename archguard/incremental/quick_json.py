"""Read and write JSON without the module `json`, which loads `re`: 8 ms, as long as all else of an answered hook.

The scanner and the encoder are those of `json`, which CPython has in C in a module of their own. Where that is missing,
and for the message about an invalid text, `json` is loaded after all.
"""

TYPE_CHECKING = False  # importing `typing` takes longer than many an answer
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn


def loads(text: str) -> "Any":
    """The value that `text` holds.

    Raises:
        ValueError: it is not JSON.
        RecursionError: too many brackets are inside of each other.
    """
    bare = text.strip(" \t\n\r")
    try:
        value, end = _scan(bare, 0)
    except (StopIteration, SystemError, ValueError):  # without `json`, the scanner has no exception for some faults
        end = -1
    return value if end == len(bare) else _loads_slowly(text)


def dumps(value: "Any") -> str:
    """The JSON of `value` in ASCII, without spaces.

    Raises:
        TypeError: something in it is no JSON.
    """
    return "".join(_encode(value, 0))


class _Scanning:
    """What the scanner makes of values, as `json` has it by default."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def _refuse(value: object) -> "NoReturn":
    raise TypeError(f"{type(value).__name__} is no JSON")


def _loads_slowly(text: str) -> "Any":
    import json

    return json.loads(text)


def _dumps_slowly(value: "Any", _level: int) -> str:
    import json

    return json.dumps(value, separators=(",", ":"))


def _no_scan(_text: str, _start: int) -> "NoReturn":
    raise StopIteration


_scan: "Callable[[str, int], tuple[Any, int]]"
_encode: "Callable[[Any, int], Any]"
try:
    import _json
except ImportError:  # another implementation of Python
    _scan, _encode = _no_scan, _dumps_slowly
else:
    _scan = _json.make_scanner(_Scanning)  # type: ignore[arg-type]  # its stub wants a scanner to make a scanner
    # as `json` does by default, but without spaces
    _writing: "Any" = (None, _refuse, _json.encode_basestring_ascii, None, ":", ",", False, False, True)
    _encode = _json.make_encoder(*_writing)
