"""A report as it was written, with the inputs that it depends on: it is valid for as long as they hold.

A result `by_content` is valid in any checkout, if all of its inputs belong to the project or to the installation, and
its reports do not show where these are. It says nothing wrong about another project, since it holds digests of
everything that was read, of the names in each folder that was listed, and what was found at each path that was tried.
"""

import json
import os
from itertools import chain

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
            if result.by_content:
                result.move(result._places().restored)
        except (ValueError, LookupError, TypeError):
            return None
        return result if result.question == question else None

    def text(self) -> str:
        """The serialized result, for `read`."""
        stored = self._stored() if self.by_content else self
        return json.dumps({name: getattr(stored, name) for name in _FIELDS}, separators=(",", ":"))

    def is_portable(self) -> bool:
        """Whether the result is valid in other checkouts."""
        if not self.by_content:  # `stat` fingerprints mean nothing elsewhere
            return False
        stored = self._stored()
        targets = [*stored.targets.values(), *chain.from_iterable(stored.links.values())]
        paths = chain(stored.digests, stored.outlines, stored.links, stored.kinds, stored.targets, targets)
        places = self._places()
        return all(path[:1] == "{" for path in paths) and not any(places.is_shown_in(text) for _, text in self.outputs)

    def _places(self) -> "Places":
        """The folders that stored paths are relative to, which are those of the request."""
        from archguard.incremental.places import Places

        return Places(os.getcwd())

    def _stored(self) -> "RecordedResult":
        new = RecordedResult(self.question, by_content=True)
        vars(new).update(vars(self))
        new.move(self._places().stored)
        return new


TYPE_CHECKING = False  # importing `typing` takes longer than many a replay
if TYPE_CHECKING:
    from archguard.incremental.places import Places
