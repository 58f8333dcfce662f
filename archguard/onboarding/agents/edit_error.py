"""The error of a text that cannot be edited."""


class EditError(ValueError):
    """A text cannot be edited: `message` says why, `offset` where in it."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
