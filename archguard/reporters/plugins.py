"""Reporters of other packages, found by entry point; apart, since looking for them takes 20 ms."""

from importlib.metadata import EntryPoint, entry_points

from archguard.errors import ArchguardError
from archguard.reporters import BUILT_IN, ENTRY_POINTS, Reporter, unknown_reporter


def names() -> tuple[str, ...]:
    """The formats that other packages add; a name of archguard's own stays archguard's."""
    return tuple(sorted({point.name for point in entry_points(group=ENTRY_POINTS)} - set(BUILT_IN)))


def load(name: str) -> Reporter:
    """The one reporter of other packages that is called `name`.

    Raises:
        ArchguardError: nobody offers it, several packages do, or it cannot be loaded.
    """
    points = sorted({point.value: point for point in entry_points(group=ENTRY_POINTS, name=name)}.items())
    match points:
        case []:
            raise unknown_reporter(name, (*BUILT_IN, *names()))
        case [(_, point)]:
            return _loaded(point)
    offers = ", ".join(value for value, _ in points)
    raise ArchguardError(f"several packages offer the report format '{name}': {offers}", hint="uninstall all but one")


def _loaded(point: EntryPoint) -> Reporter:
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
    reporter: Reporter = render
    return reporter
