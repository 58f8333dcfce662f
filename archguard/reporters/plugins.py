"""Reporters of other packages, found by entry points; a module of its own, since searching them takes 20 ms."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from archguard.errors import ArchguardError
from archguard.model import Report

ENTRY_POINTS: Final = "archguard.reporters"
"""The entry point group of reporters."""


def names() -> tuple[str, ...]:
    """The names of the formats that other packages provide."""
    return tuple(sorted({point.name for point in entry_points(group=ENTRY_POINTS)}))


def load(name: str) -> Callable[[Report], str] | None:
    """The reporter `name` of another package; None if no package provides it.

    Raises:
        ArchguardError: several packages provide it, or it cannot be loaded.
    """
    points = sorted({point.value: point for point in entry_points(group=ENTRY_POINTS, name=name)}.items())
    match points:
        case []:
            return None
        case [(_, point)]:
            return _loaded(point)
    offers = ", ".join(value for value, _ in points)
    raise ArchguardError(f"several packages offer the report format '{name}': {offers}", hint="uninstall all but one")


def _loaded(point: EntryPoint) -> Callable[[Report], str]:
    try:
        render = point.load()
    except Exception as error:
        raise ArchguardError(
            f"the report format '{point.name}' cannot be loaded from {point.value}: {error}",
            hint=f"mend or uninstall the package that offers it in '{ENTRY_POINTS}'",
        ) from error
    if not callable(render):
        raise ArchguardError(
            f"the report format '{point.name}' is not a function: {point.value}",
            hint="the entry point must name a function from a report to text",
        )
    reporter: Callable[[Report], str] = render
    return reporter
