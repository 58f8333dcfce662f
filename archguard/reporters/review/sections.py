"""The content of a review in words, the same in every format: a verdict, then sections of lines.

A line may hold names in backticks, which formats show as code. Sections are in the order in which a reviewer asks: does
it break something, does it weaken a contract, what depends on what, and the rest.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from archguard.dataclass import dataclass
from archguard.model import CycleChange, DependencyChange, Direction, GuardChange, Review, RouteChange, Violation
from archguard.reporters.phrases import counted, one_line, sentence


class Mark(StrEnum):
    """What a line is about."""

    NEW = "+"
    GONE = "-"
    CHANGED = "~"
    BAD = "!"
    GOOD = "="
    """Something that is better than before."""


@dataclass(frozen=True)
class Row:
    """A line of a section."""

    mark: Mark
    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Lines under a title."""

    title: str
    rows: tuple[Row, ...]


def nothing(review: Review) -> str:
    """The line for a change that changes nothing of the architecture."""
    known = f"; {counted(review.known, 'known violation')} as before" if review.known else ""
    return f"Nothing architectural changed from {review.base} to {review.head}{known}."


def verdict(review: Review) -> str:
    """Whether the change can be accepted, in a few words."""
    if not review.complete:
        return "could not look at everything"
    new, weaker = bool(review.violations), any(change.fails for change in review.guard)
    if new and weaker:
        return "the change breaks the architecture, and weakens its contracts"
    if new:
        return "the change breaks the architecture" if review.fails else "the change brings violations that fail no run"
    return "the change weakens contracts" if weaker else "the architecture holds"


def summary(review: Review) -> str:
    """The numbers of the change in one line."""
    weaker = len({change.subject for change in review.guard if change.fails})
    dependencies = [it for it in review.dependencies if it.is_new]
    gone = [it for it in review.dependencies if it.is_gone]
    numbers = (
        (len(review.violations), "new violation"),
        (len(review.fixed), "fixed violation"),
        (weaker, "weakened contract"),
        (len(dependencies), "new dependency"),
        (len(gone), "dependency gone"),
        (sum(cycle.is_new for cycle in review.cycles), "cycle opened"),
        (len(review.new("component")), "new component"),
        (len(review.new("module")), "new module"),
        (len(review.moves), "moved module"),
        (sum(route.before is None for route in review.routes), "new route"),
    )
    told = [_counted(number, noun) for number, noun in numbers if number]
    return ", ".join(told) or "nothing that counts"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else _PLURALS.get(noun, f'{noun}s')}"


_PLURALS: Final = {
    "new dependency": "new dependencies",
    "dependency gone": "dependencies gone",
    "cycle opened": "cycles opened",
}


def sections(review: Review) -> Iterator[Section]:
    """The sections with lines."""
    found = {
        "Violations": _violations(review),
        "Contracts, exceptions and baseline": map(_guard, review.guard),
        "Dependencies": _dependencies(review),
        "Cycles": map(_cycle, review.cycles),
        "Routes": (_route(route, review.names_guards) for route in review.routes),
        "Outside": _names(review, {"package": "package", "host": "host", "queue": "queue or topic", "table": "table"}),
        "Components and modules": _modules(review),
        "Not compared": (Row(Mark.BAD, gap) for gap in review.gaps),
    }
    for title, rows in found.items():
        if listed := tuple(rows):
            yield Section(title, listed)


def _violations(review: Review) -> Iterator[Row]:
    for violation in review.violations:
        yield Row(Mark.BAD, _violation(violation), violation.fix)
    for violation in review.accepted:
        yield Row(Mark.CHANGED, f"known by the baseline now: {_violation(violation)}")
    for violation in review.fixed:
        yield Row(Mark.GOOD, f"fixed: {sentence(violation)} (`{violation.contract}`)")


def _violation(violation: Violation) -> str:
    return f"`{violation.location}` {sentence(violation)} (`{violation.contract}`)"


def _guard(change: GuardChange) -> Row:
    place = f"`{change.location}` " if change.location else ""
    if change.direction is Direction.STRONGER:
        return Row(Mark.GOOD, f"{place}{change.message}")
    if change.accepted:
        return Row(Mark.CHANGED, f"{place}{change.message}", (f"accepted: {change.accepted}",))
    how = f"accept it with a reason: `accepted:` in archguard.yaml, or `Archguard-Accept: {change.subject} <reason>`"
    return Row(Mark.BAD, f"{place}{change.message}", (f"take it back, or {how} in the commit message",))


def _dependencies(review: Review) -> Iterator[Row]:
    """New dependencies, those that are gone, and those whose weight has changed most."""
    yield from (_dependency(change) for change in review.dependencies if change.is_new)
    yield from (_dependency(change) for change in review.dependencies if change.is_gone)
    others = [change for change in review.dependencies if not change.is_new and not change.is_gone]
    others.sort(key=lambda change: (-abs(change.after - change.before), change))
    yield from map(_dependency, others[:_HEAVIEST])
    if len(others) > _HEAVIEST:
        yield Row(Mark.CHANGED, f"{len(others) - _HEAVIEST} more with another number of imports")


_HEAVIEST: Final = 3
"""Dependencies of another weight that are listed: they are no change of the architecture, and often many."""


def _dependency(change: DependencyChange) -> Row:
    noun = "import" if change.channel == "import" else "call"
    over = "" if change.channel == "import" else f" over {change.channel}"
    pair = f"`{change.source}` -> `{change.target}`{over}"
    if change.is_new:
        return Row(Mark.NEW, f"{pair}: {counted(change.after, noun)}, where there was none")
    if change.is_gone:
        return Row(Mark.GONE, f"{pair}: gone, with {counted(change.before, noun)}")
    return Row(Mark.CHANGED, f"{pair}: {counted(change.after, noun)} instead of {change.before}")


def _cycle(cycle: CycleChange) -> Row:
    size = len(cycle.members)
    if cycle.added:
        known = size - len(cycle.added)
        return Row(Mark.BAD, f"a cycle of {known} {cycle.sort} has grown to {size}, by {_first(cycle.added)}")
    if cycle.is_new:
        return Row(Mark.BAD, f"a cycle of {size} {cycle.sort} is opened: {_first(cycle.members)}")
    return Row(Mark.GOOD, f"a cycle of {size} {cycle.sort} is closed: {_first(cycle.members)}")


def _first(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{_coded(names[:_SHOWN])}{more}"


_SHOWN = 6
"""Members of a cycle in a line: more would not fit on two lines."""


def _route(route: RouteChange, names_guards: bool) -> Row:  # noqa: FBT001  # whether no guard means that there is none
    name = f"`{route.method} {route.path}` ({_coded([route.handler])})"
    if route.before is None:
        guards = f", guarded by {_coded(route.after or ())}" if route.after else ", not guarded" * names_guards
        return Row(Mark.BAD if names_guards and not route.after else Mark.NEW, f"{name} is new{guards}")
    if route.after is None:
        return Row(Mark.GONE, f"{name} is gone")
    gained = [guard for guard in route.after if guard not in route.before]
    told = [f"not guarded by {_coded(route.lost)} any more"] if route.lost else []
    told += [f"guarded by {_coded(gained)} now"] if gained else []
    return Row(Mark.BAD if route.lost and not route.after else Mark.CHANGED, f"{name} is {', and '.join(told)}")


def _names(review: Review, sorts: dict[str, str]) -> Iterator[Row]:
    for sort, shown in sorts.items():
        yield from (Row(Mark.NEW, f"{shown} `{name}` is new") for name in review.new(sort))
        yield from (Row(Mark.GONE, f"{shown} `{name}` is gone") for name in review.gone(sort))


def _modules(review: Review) -> Iterator[Row]:
    yield from _names(review, {"component": "component"})
    for move in review.moves:
        into = f", from `{move.from_part}` to `{move.to_part}`" if move.from_part != move.to_part else ""
        yield Row(Mark.CHANGED, f"module `{move.before}` is `{move.after}` now{into}")
    yield from _names(review, {"module": "module"})


def _coded(names: Iterable[str]) -> str:
    return ", ".join(f"`{one_line(name)}`" for name in names)
