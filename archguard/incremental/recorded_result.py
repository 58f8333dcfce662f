"""A report as it was written, with the inputs that it depends on: it is valid for as long as they hold."""

import json

from archguard.incremental.recorded_inputs import RecordedInputs

IMPORTS = "edits"
"""The cache folder for the facts by which `edit_analysis` judges edited imports."""
_FIELDS = (
    "question",
    "outputs",
    "exit_code",
    "by_content",
    "stamps",
    "digests",
    "outlines",
    "by_outline",
    "links",
    "kinds",
    "targets",
    "days",
    "imports",
)


class RecordedResult(RecordedInputs):
    """The outputs of a run, and the fingerprints of its inputs."""

    def __init__(self, question: str, *, by_content: bool) -> None:
        super().__init__(by_content=by_content)
        self.question = question
        """The request key: command line, folder, user and environment."""
        self.outputs: list[tuple[str | None, str]] = []
        """File and text of each report; None in place of a file is stdout."""
        self.exit_code = 0
        self.by_outline = False
        """Whether the report depends on nothing of the sources but their interface hashes."""
        self.imports = ""
        """The id of the stored facts about imports that belong to this result; "" if there are none."""

    @classmethod
    def read(cls, text: str, question: str) -> "RecordedResult | None":
        """The result stored in `text`; None if it is damaged, or belongs to another request than `question`."""
        result = cls(question, by_content=False)
        try:
            stored = json.loads(text)
            for name in _FIELDS:
                setattr(result, name, stored[name])
        except (ValueError, LookupError, TypeError):
            return None
        return result if result.question == question else None

    def text(self) -> str:
        """The serialized result, for `read`."""
        return json.dumps({name: getattr(self, name) for name in _FIELDS}, separators=(",", ":"))
