"""The exceptions of archguard; all derive from `ArchguardError`, or are groups of them."""

import os
from collections.abc import Iterator

from archguard.model import Location, Problem, Severity


class ArchguardError(Exception):
    """An error that the user can fix: `message` says what, `hint` how, `location` where, `excerpt` quotes the line."""

    def __init__(self, message: str, hint: str = "", location: Location | None = None, excerpt: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.location = location
        self.excerpt = excerpt

    def problem(self, code: str) -> Problem:
        """Convert the error to a problem of a report, with the short name `code`."""
        return Problem(
            severity=Severity.ERROR,
            code=code,
            message=self.message,
            location=self.location,
            hint=self.hint,
            excerpt=self.excerpt,
        )


class ConfigError(ArchguardError):
    """A fault in a configuration."""


class ConfigRemark(ConfigError):  # noqa: N818  # a note, which does not fail a run
    """A note on something in a configuration that may be intended."""


class ConfigErrors(ExceptionGroup[ConfigError]):
    """All faults of one load of a configuration, sorted by location."""


def problems_of(error: Exception) -> tuple[Problem, ...]:
    """The problems in `error` that the user can fix; () if it contains anything that the user cannot fix."""
    faults = list(map(_to_user_error, _flat(error)))
    problems = tuple(fault.problem("configuration") for fault in faults if isinstance(fault, ArchguardError))
    return problems if len(problems) == len(faults) else ()


def _flat(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from _flat(inner)
    else:
        yield error


def _to_user_error(error: Exception) -> Exception:
    """Convert errors of the operating system, such as a full disk, which are not faults in archguard."""
    if isinstance(error, FileNotFoundError) and _is_cwd_deleted():
        return ArchguardError("the working directory is gone", "go to a folder that is there")
    if isinstance(error, OSError) and error.strerror:
        where = f"'{error.filename}': " if error.filename else ""
        return ArchguardError(f"{where}{error.strerror[0].lower()}{error.strerror[1:]}")
    return error


def _is_cwd_deleted() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  # only its error matters
    except FileNotFoundError:
        return True
    return False
