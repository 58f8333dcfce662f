"""The formats of a report: the table of contents, and the door for the formats of others."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from importlib import import_module
from typing import Final, Protocol, cast

from archguard.errors import ArchguardError
from archguard.model import Report

Reporter = Callable[[Report], str]
"""From a report to its text, which has no line end after its last line."""

BUILT_IN: Final = (
    "text",
    "json",
    "sarif",
    "junit",
    "github",
    "gitlab",
    "markdown",
    "html",
    "checkstyle",
    "teamcity",
    "azure",
)
"""The formats that archguard brings, each a module of that name here with a `render`."""

ENTRY_POINTS: Final = "archguard.reporters"
"""The group in which other packages name their reporters."""


class _Format(Protocol):
    def render(self, report: Report) -> str: ...


def reporter(name: str) -> Reporter:
    """The reporter called `name`; nothing of the other formats is imported.

    Raises:
        ArchguardError: nobody offers it, several packages do, or it cannot be loaded.
    """
    if name in BUILT_IN:
        return cast("_Format", import_module(f"{__name__}.{name}")).render
    return cast("Reporter", import_module(f"{__name__}.plugins").load(name))


def reporter_names() -> tuple[str, ...]:
    """Every name that `reporter` knows: archguard's own first, then those of other packages."""
    return (*BUILT_IN, *import_module(f"{__name__}.plugins").names())


def unknown_reporter(name: str, known: Iterable[str]) -> ArchguardError:
    """What to raise for a `name` that is none of `known`."""
    names = tuple(known)
    close = get_close_matches(name, names, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(names)}"
    return ArchguardError(f"unknown report format '{name}'", hint=hint)
