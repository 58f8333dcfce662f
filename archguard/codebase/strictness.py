"""Marks at the fields of contracts and of what they consist of: which change of the value lets more code pass.

The marks do nothing by themselves; `archguard.history.weakening` compares two configurations by them. A field without
one is compared as `ANY`, so that a change of it is never missed.
"""

from dataclasses import fields
from enum import Enum, auto
from typing import Any, get_args, get_origin, get_type_hints

from archguard.dataclass import dataclass


class Weaker(Enum):
    """Marks a field: by which change of its value more code passes."""

    LARGER = auto()
    """By more entries, a higher number, `true`: what is allowed."""
    LARGER_OR_EMPTY = auto()
    """The same, where empty or none means no limit: the only hosts."""
    SMALLER = auto()
    """By fewer entries, a lower number, `false`: what is checked, or denied."""
    SMALLER_NOT_EMPTY = auto()
    """The same, where empty means all: the modules that are checked, by default every one."""
    SMALLER_OR_REGROUPED = auto()
    """The same, where each match of a pattern counts by itself: modules that are independent of each other."""
    DENIALS = auto()
    """By fewer pairs of modules between which the contract denies imports: layers."""
    LATER = auto()
    """By a choice that stands later in the type: `Literal["error", "warning"]`."""
    PARTS = auto()
    """By the parts of the value, a dataclass whose fields are marked; by none in place of it."""
    FILE = auto()
    """By the content of the file that it names."""
    DRAWING = auto()
    """By arrows that the drawing in the file that it names has more, or boxes that it has no more."""
    CODE = auto()
    """By fewer files of code that are read: source roots."""
    ANY = auto()
    """By some changes; which of them, only a person can tell."""
    NEVER = auto()
    """By none: names and texts."""


@dataclass(frozen=True)
class WeakerEntries:
    """Marks a mapping: by which change of its keys, and of the value of a key, more code passes."""

    keys: Weaker
    values: Weaker


def marks_of(type_: Any) -> dict[str, Weaker | WeakerEntries | None]:
    """The mark of each field of the dataclass `type_`, by name; None for a field without one."""
    hints = get_type_hints(type_, include_extras=True)
    return {item.name: _mark(hints[item.name]) for item in fields(type_)}


def _mark(hint: Any) -> Weaker | WeakerEntries | None:
    found = (mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Weaker | WeakerEntries))
    return next(found, None)


def choices_of(type_: Any, name: str) -> tuple[Any, ...]:
    """The choices of the field `name`, an enum or literals, in the order of its type."""
    return tuple(_choices(get_type_hints(type_)[name]))


def _choices(hint: Any) -> list[Any]:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)
    if get_origin(hint) is None:
        return [hint] if not isinstance(hint, type) else []
    return [choice for argument in get_args(hint) for choice in _choices(argument)]
