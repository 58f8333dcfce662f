"""What archguard raises, so that one `except` catches all of it."""

from archguard.model.location import Location


class ArchguardError(Exception):
    """Something that the user can mend: `message` says what, `hint` says how, `location` says where."""

    def __init__(self, message: str, hint: str = "", location: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.location = location


class ConfigError(ArchguardError):
    """A fault in a configuration."""


class ConfigErrors(ExceptionGroup[ConfigError]):
    """Every fault that one reading of a configuration found, in the order of their places."""
