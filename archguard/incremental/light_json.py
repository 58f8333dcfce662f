"""JSON by the C functions behind the module `json`, which takes 8 ms to load, since it imports `re`.

`loads` and `dumps` do what those of `json` do for the values of JSON, and leave everything else to them: what is not
valid JSON, and Pythons that have other functions.
"""

import sys

TYPE_CHECKING = False  # importing `typing` takes longer than reading a message
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class _Settings:
    """Those of `json.JSONDecoder`, for the C scanner."""

    strict = True
    object_hook = object_pairs_hook = array_hook = parse_constant = None
    parse_float = float
    parse_int = int
    memo: "dict[str, str]" = {}  # noqa: RUF012  # not used by the C scanner


try:
    from _json import encode_basestring_ascii as _quoted
    from _json import make_scanner

    _scan: "Callable[[str, int], tuple[Any, int]] | None" = make_scanner(_Settings)  # type: ignore[arg-type]
except (ImportError, AttributeError, TypeError):
    _scan = None

_WHITE_SPACE = " \t\n\r"


def loads(text: str) -> "Any":
    """The value of the JSON `text`.

    Raises:
        ValueError: it is not valid.
        RecursionError: there are too many brackets inside of each other.
    """
    stripped = text.strip(_WHITE_SPACE)
    try:
        value, end = _scan(stripped, 0) if _scan else (None, None)
    except (StopIteration, SystemError, TypeError, ValueError):  # not valid; `json` says why
        end = None
    if end == len(stripped):
        return value
    from json import loads as load

    return load(text)


def dumps(value: object) -> str:
    """`value` as JSON in ASCII, without spaces."""
    if _scan is None or "json" in sys.modules:  # if it is loaded anyway: its encoder is faster
        from json import dumps as dump

        return dump(value, separators=(",", ":"))
    return _written(value)


def _written(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return f"{{{','.join([f'{_quoted(key)}:{_written(each)}' for key, each in value.items()])}}}"
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__repr__(value)
    return _CONSTANTS[value] if value is None or isinstance(value, bool) else _written_by_json(value)


_CONSTANTS = {None: "null", True: "true", False: "false"}


def _written_by_json(value: object) -> str:
    from json import dumps as dump  # floats, and what is no value of JSON

    return dump(value)
