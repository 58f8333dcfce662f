"""Compare two values of a contract by the marks at their fields.

Patterns are compared by the modules that they select, so that `shop.*` and a list of all packages of `shop` are the
same; other texts by themselves, where `*` in one covers another. The order of a list does not count. A list of parts,
such as rules, is compared part by part: equal ones are paired first, then those that have most fields in common.

Cost: each pattern is matched with all modules once; parts that differ are compared with each other, n * m of a list.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from archguard.codebase import Pattern
from archguard.codebase.coercion import Text
from archguard.codebase.strictness import Weaker, WeakerEntries, choices_of, marks_of
from archguard.dataclass import dataclass
from archguard.history.weakening.change import Difference
from archguard.history.weakening.selection import Selection
from archguard.kinds.diagram_parsers import ParsedDiagram, read_drawing
from archguard.model import Direction
from archguard.reporters.phrases import some

_LARGER: Final = (Weaker.LARGER, Weaker.LARGER_OR_EMPTY)
_EMPTY_IS_ALL: Final = (Weaker.LARGER_OR_EMPTY, Weaker.SMALLER_NOT_EMPTY)
_SMALLER: Final = (
    Weaker.SMALLER,
    Weaker.SMALLER_NOT_EMPTY,
    Weaker.SMALLER_OR_REGROUPED,
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Comparison:
    """Compares values of the configuration before and after a change."""

    selection: Selection

    def fields(
        self, old: Any, new: Any, key: str = "", leave_out: frozenset[str] = frozenset()
    ) -> Iterator[Difference]:
        """The differences between two dataclasses of the same type, but for the fields `leave_out`."""
        marks = marks_of(type(new))
        for item in fields(new):
            if item.name not in leave_out:
                name = f"{key}.{item.name}" if key else item.name
                one, other = getattr(old, item.name), getattr(new, item.name)
                choices = choices_of(type(new), item.name) if marks[item.name] is Weaker.LATER else ()
                yield from self.value(name.rstrip("_"), one, other, marks[item.name] or Weaker.ANY, choices)

    def value(  # what a field is: its key, its values and their meaning
        self, key: str, old: Any, new: Any, mark: Weaker | WeakerEntries, choices: tuple[Any, ...] = ()
    ) -> Iterator[Difference]:
        """The differences between two values of the field `key`."""
        match mark:
            case WeakerEntries():
                yield from self._entries(key, old, new, mark)
            case Weaker.NEVER | Weaker.CODE | Weaker.DENIALS:
                return
            case Weaker.LATER:
                yield from _later(key, old, new, choices)
            case Weaker.FILE:
                yield from self._file(key, old, new)
            case Weaker.DRAWING:
                yield from self._drawing(key, old, new)
            case Weaker.PARTS:
                yield from self._part(key, old, new)
            case Weaker.ANY:
                yield from self._any(key, old, new)
            case _:
                yield from self._sized(key, old, new, mark)

    def _any(self, key: str, old: Any, new: Any) -> Iterator[Difference]:
        if self._plain(old, self.selection.old) != self._plain(new, self.selection.new):
            yield Difference(Direction.UNKNOWN, f"`{key}` is {_shown(new)} instead of {_shown(old)}: judge it")

    def _plain(self, value: Any, select: Any) -> Any:
        """`value` with sets of modules in place of patterns, and without an order of lists."""
        match value:
            case Pattern():
                return select((value,))
            case tuple():
                return frozenset(self._plain(item, select) for item in value)
            case Mapping():
                return frozenset((str(name), self._plain(item, select)) for name, item in value.items())
            case _ if is_dataclass(value):
                return tuple(self._plain(getattr(value, item.name), select) for item in fields(value))
        return value

    def _sized(self, key: str, old: Any, new: Any, mark: Weaker) -> Iterator[Difference]:
        if mark in _EMPTY_IS_ALL and _is_empty(old) != _is_empty(new):
            yield _emptied(key, old, new, mark)
        elif isinstance(new, tuple) or isinstance(old, tuple):
            yield from self._lists(key, _as_tuple(old), _as_tuple(new), mark)
        elif old != new:
            yield _scalar(key, old, new, mark)

    def _lists(self, key: str, old: tuple[Any, ...], new: tuple[Any, ...], mark: Weaker) -> Iterator[Difference]:
        if any(map(_is_part, (*old, *new))):
            yield from self._parts(key, old, new, mark)
        elif any(isinstance(item, Pattern) for item in (*old, *new)):
            yield from self._patterns(key, old, new, mark)
        else:
            yield from _texts(key, old, new, mark)

    def _patterns(
        self, key: str, old: tuple[Pattern, ...], new: tuple[Pattern, ...], mark: Weaker
    ) -> Iterator[Difference]:
        names = self.selection.changed_names((*old, *new))
        # A pattern that is there before and after selects other modules where modules were added; that is a change of
        # the code, and no one's decision. A name of a component that was itself changed is compared, though.
        same = {pattern.text for pattern in old} & {pattern.text for pattern in new} - {*names}
        changed_old = [pattern for pattern in old if pattern.text not in same]
        changed_new = [pattern for pattern in new if pattern.text not in same]
        lost = self.selection.old(changed_old) - self.selection.new(new)
        gained = self.selection.new(changed_new) - self.selection.old(old)
        through = f" (by {' and '.join(f'`{name}`' for name in names)})" if names else ""
        found = [*_gained_and_lost(key, gained, lost, mark, through)]
        if not found and mark is Weaker.SMALLER_OR_REGROUPED:
            found = [*self._regrouped(key, changed_old, changed_new)]
        yield from found

    def _regrouped(self, key: str, old: Iterable[Pattern], new: Iterable[Pattern]) -> Iterator[Difference]:
        if self.selection.old_units(old) != self.selection.new_units(new):
            yield Difference(Direction.UNKNOWN, f"`{key}` groups the same modules in another way: judge it")

    def excluded(self, key: str, old: tuple[Pattern, ...], new: tuple[Pattern, ...]) -> Iterator[Difference]:
        """The differences between patterns that leave modules out of the code."""
        before, after = self.selection.excluded(old), self.selection.excluded(new)
        for names, direction, verb in (
            (after - before, Direction.WEAKER, "also leaves out"),
            (before - after, Direction.STRONGER, "does not leave out any more"),
        ):
            if names:
                yield Difference(direction, f"`{key}` {verb}: {some(sorted(names))}")

    def _parts(self, key: str, old: tuple[Any, ...], new: tuple[Any, ...], mark: Weaker) -> Iterator[Difference]:
        pairs, gone, added = self._paired(old, new)
        yield from _gained_and_lost(key, map(_shown, added), map(_shown, gone), mark)
        for one, other in pairs:
            yield from self.fields(one, other, key)

    def _paired(self, old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[list[tuple[Any, Any]], list[Any], list[Any]]:
        """Each part before with the part after that it became; the others before, and those after."""
        candidates = [
            (*self._unlikeness(one, other), place, target)
            for place, one in enumerate(old)
            for target, other in enumerate(new)
            if type(one) is type(other)
        ]
        pairs: dict[int, int] = {}
        for differs, likeness, place, target in sorted(candidates):
            # The most alike first. Parts that have nothing in common are not paired: one is gone, another is new.
            if (likeness or not differs) and place not in pairs and target not in pairs.values():
                pairs[place] = target
        gone = [one for place, one in enumerate(old) if place not in pairs]
        added = [other for target, other in enumerate(new) if target not in pairs.values()]
        return [(old[place], new[target]) for place, target in pairs.items()], gone, added

    def _unlikeness(self, old: Any, new: Any) -> tuple[bool, int]:
        """Whether they differ; and the negative number of the fields that are the same and not their defaults."""
        marks = marks_of(type(new))
        told = [item for item in fields(new) if marks[item.name] is not Weaker.NEVER]
        equal = [item for item in told if self._is_same(getattr(old, item.name), getattr(new, item.name))]
        return len(equal) < len(told), -sum(getattr(new, item.name) != item.default for item in equal)

    def _is_same(self, old: Any, new: Any) -> bool:
        return bool(self._plain(old, self.selection.old) == self._plain(new, self.selection.new))

    def _part(self, key: str, old: Any, new: Any) -> Iterator[Difference]:
        if old is not None and new is not None:
            yield from self.fields(old, new, key)
        elif old is not new:
            direction = Direction.WEAKER if new is None else Direction.STRONGER
            yield Difference(direction, f"`{key}` is gone" if new is None else f"`{key}` is new")

    def _entries(self, key: str, old: Any, new: Any, mark: WeakerEntries) -> Iterator[Difference]:
        before = {str(name): item for name, item in (old or {}).items()}
        after = {str(name): item for name, item in (new or {}).items()}
        added, gone = after.keys() - before.keys(), before.keys() - after.keys()
        yield from _gained_and_lost(key, added, gone, mark.keys)
        for name in sorted(before.keys() & after.keys()):
            yield from self.value(f"{key}.{name}", before[name], after[name], mark.values)

    def _file(self, key: str, old: str, new: str) -> Iterator[Difference]:
        """A difference in the content of the files, relative to the roots of the configurations."""
        before, after = _content(self.selection.before.root, old), _content(self.selection.after.root, new)
        if before != after:
            yield Difference(Direction.UNKNOWN, f"the file of `{key}`, {new or old}, is another one: judge it")

    def _drawing(self, key: str, old: str, new: str) -> Iterator[Difference]:
        """The differences in what the drawings permit; in their content if one of them cannot be read."""
        try:
            before = read_drawing(self.selection.before.root / old, old)
            after = read_drawing(self.selection.after.root / new, new)
        except ExceptionGroup:
            yield from self._file(key, old, new)
            return
        for sort, mark, names in (("arrow", Weaker.LARGER, _arrows), ("box", Weaker.SMALLER, _boxes)):
            one, other = names(before), names(after)
            yield from _gained_and_lost(f"{key}: {sort}", other - one, one - other, mark)


def _arrows(drawing: ParsedDiagram) -> frozenset[str]:
    return frozenset(f"{arrow.source} -> {arrow.target}" for arrow in drawing.arrows)


def _boxes(drawing: ParsedDiagram) -> frozenset[str]:
    return frozenset(box.name for box in drawing.boxes)


def _texts(key: str, old: tuple[Any, ...], new: tuple[Any, ...], mark: Weaker) -> Iterator[Difference]:
    before, after = frozenset(map(_shown, old)), frozenset(map(_shown, new))
    lost = {text for text in before - after if not _is_covered(text, after)}
    gained = {text for text in after - before if not _is_covered(text, before)}
    yield from _gained_and_lost(key, gained, lost, mark)


def _is_covered(text: str, by: Iterable[str]) -> bool:
    return any("*" in other and fnmatchcase(text, other) for other in by)


def _gained_and_lost(
    key: str, gained: Iterable[str], lost: Iterable[str], mark: Weaker, through: str = ""
) -> Iterator[Difference]:
    verb = "permits" if mark in _LARGER else "covers"
    base = verb.removesuffix("s")
    gains, losses = _directions(mark)
    if names := sorted(gained):
        yield Difference(gains, f"`{key}` also {verb} {some(names)}{through}")
    if names := sorted(lost):
        yield Difference(losses, f"`{key}` does not {base} {some(names)} any more{through}")


def _directions(mark: Weaker) -> tuple[Direction, Direction]:
    """What it means that a value of this mark has more entries, and that it has fewer."""
    if mark in _LARGER:
        return Direction.WEAKER, Direction.STRONGER
    if mark in _SMALLER:
        return Direction.STRONGER, Direction.WEAKER
    return Direction.UNKNOWN, Direction.UNKNOWN


def _emptied(key: str, old: Any, new: Any, mark: Weaker) -> Difference:
    is_weaker = (mark is Weaker.LARGER_OR_EMPTY) == _is_empty(new)
    direction = Direction.WEAKER if is_weaker else Direction.STRONGER
    if _is_empty(new):
        return Difference(direction, f"`{key}` is gone, so that there is no limit (it was {_shown(old)})")
    return Difference(direction, f"`{key}` is limited to {_shown(new)}")


def _scalar(key: str, old: Any, new: Any, mark: Weaker) -> Difference:
    text = f"`{key}` is {_shown(new)} instead of {_shown(old)}"
    before, after = _size(old), _size(new)
    if before is None or after is None or before == after:
        return Difference(Direction.UNKNOWN, f"{text}: judge it")
    is_weaker = (after > before) == (mark in _LARGER)
    return Difference(Direction.WEAKER if is_weaker else Direction.STRONGER, text)


def _later(key: str, old: Any, new: Any, choices: tuple[Any, ...]) -> Iterator[Difference]:
    if old == new:
        return
    text = f"`{key}` is {_shown(new)} instead of {_shown(old)}"
    if old in choices and new in choices:
        is_weaker = choices.index(new) > choices.index(old)
        yield Difference(Direction.WEAKER if is_weaker else Direction.STRONGER, text)
    else:
        yield Difference(Direction.UNKNOWN, f"{text}: judge it")


def _size(value: Any) -> float | None:
    """How large a value is: a number, the number in a text such as `20%`, the length of a list; None if unknown."""
    match value:
        case bool() | int() | float():
            return float(value)
        case str():
            return float(found[0]) if (found := _NUMBER.search(value)) else None
        case tuple():
            return float(len(value))
    return None


def _is_empty(value: Any) -> bool:
    return value in (None, (), "")


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) if value else ()


def _is_part(value: Any) -> bool:
    """Whether it has fields of its own that can be compared, unlike a pattern."""
    return is_dataclass(value) and not isinstance(value, type | Text)


def _shown(value: Any) -> str:
    """How a sentence names `value`."""
    if _is_empty(value):
        return "nothing"
    match value:
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case tuple():
            return some([_shown(item) for item in value])
        case Mapping():
            return some([f"{name}: {_shown(item)}" for name, item in value.items()])
    return f"{{{', '.join(_given(value))}}}" if _is_part(value) and "__str__" not in _methods(value) else str(value)


def _methods(value: Any) -> frozenset[str]:
    return frozenset(name for cls in type(value).__mro__[:-1] for name in vars(cls))


def _given(part: Any) -> Iterator[str]:
    for item in fields(part):
        if (value := getattr(part, item.name)) not in (item.default, ()):
            yield f"{item.name.rstrip('_')}: {_shown(value)}"


def _content(root: Path, name: str) -> bytes | None:
    try:
        return (root / name).read_bytes() if name else None
    except OSError:
        return None
