"""What archguard raises, so that one `except` catches all of it."""

from archguard.model import Location, Problem, Severity


class ArchguardError(Exception):
    """Something that the user can mend: `message` says what, `hint` how, `location` where, `excerpt` the line there."""

    def __init__(self, message: str, hint: str = "", location: Location | None = None, excerpt: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.location = location
        self.excerpt = excerpt

    def problem(self, code: str) -> Problem:
        """The same as an entry of a report, under the short name `code`."""
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


class ConfigRemark(ConfigError):  # noqa: N818  # a note, which keeps no run from passing
    """Something about a configuration that is worth knowing, and may be meant."""


class ConfigErrors(ExceptionGroup[ConfigError]):
    """Every fault that one reading of a configuration found, in the order of their places."""
