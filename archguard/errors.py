"""The exceptions of archguard; all derive from `ArchguardError`, or are groups of them."""

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
