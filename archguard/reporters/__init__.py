"""The formats of a report: one module per built-in format, and entry points for those of other packages."""

from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from typing import Any, Final, Protocol, cast

from archguard.errors import ArchguardError
from archguard.model import Report

Reporter = Callable[[Report], str]
"""A function from a report to text without a trailing newline."""

BUILT_IN: Final = (
    "text",
    "concise",
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
"""The built-in formats, each a module of that name with a function `render`."""


_OPTIONS: Final = {"text": ("everything", "quiet"), "concise": ("quiet",), "markdown": ("everything",)}
"""The options of formats for people. All other formats are complete, whatever was asked."""


class _Format(Protocol):
    def render(self, report: Report, *, everything: bool = ..., quiet: bool = ...) -> str: ...


def reporter(name: str, **options: bool) -> Reporter:
    """The reporter `name`; the modules of other formats are not imported.

    Args:
        name: The format.
        options: `everything`: each violation in full instead of each root cause; `quiet`: nothing but findings. They
            mean nothing to formats that list everything.

    Raises:
        ArchguardError: it does not exist, several packages provide it, or it cannot be loaded.
    """
    if name in BUILT_IN:
        render = cast("_Format", import_module(f"{__name__}.{name}")).render
        given: Any = {option: True for option in _OPTIONS.get(name, ()) if options.get(option)}
        return partial(render, **given) if given else render
    from archguard.reporters import plugins  # noqa: PLC0415  # searching entry points takes 20 ms

    if found := plugins.load(name):
        return found
    raise _unknown(name)


def reporter_names() -> tuple[str, ...]:
    """The names of all reporters: built-in ones first, then those of other packages."""
    from archguard.reporters import plugins  # noqa: PLC0415  # searching entry points takes 20 ms

    return (*BUILT_IN, *(name for name in plugins.names() if name not in BUILT_IN))


def _unknown(name: str) -> ArchguardError:
    names = reporter_names()
    close = get_close_matches(name, names, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(names)}"
    return ArchguardError(f"unknown report format '{name}'", hint=hint)
