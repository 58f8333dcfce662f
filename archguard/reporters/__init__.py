"""The formats of a report: the table of contents, and the door for the formats of others."""

from collections.abc import Callable
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


class _Format(Protocol):
    def render(self, report: Report) -> str: ...


def reporter(name: str) -> Reporter:
    """The reporter called `name`; nothing of the other formats is imported.

    Raises:
        ArchguardError: nobody offers it, several packages do, or it cannot be loaded.
    """
    if name in BUILT_IN:
        return cast("_Format", import_module(f"{__name__}.{name}")).render
    from archguard.reporters import plugins  # noqa: PLC0415  # looking for them takes 20 ms

    if found := plugins.load(name):
        return found
    raise _unknown(name)


def reporter_names() -> tuple[str, ...]:
    """Every name that `reporter` knows: archguard's own first, then those of other packages."""
    from archguard.reporters import plugins  # noqa: PLC0415  # looking for them takes 20 ms

    return (*BUILT_IN, *(name for name in plugins.names() if name not in BUILT_IN))


def _unknown(name: str) -> ArchguardError:
    names = reporter_names()
    close = get_close_matches(name, names, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(names)}"
    return ArchguardError(f"unknown report format '{name}'", hint=hint)
