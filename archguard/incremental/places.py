"""Paths as entries of the cache hold them, if another checkout may use them: relative to the project and to Python.

`{project}/shop/db.py` is a file of the repository, `{environment}/lib/...` one of the virtual environment. Paths
elsewhere stay absolute; a report that depends on one is not used in another place (`recorded_result.py`), since
`../common.yaml` would be another file there.
"""

import os
import sys

from archguard.incremental.fingerprint import content_digest
from archguard.incremental.startup import project_around

TYPE_CHECKING = False  # importing `typing` takes longer than many a replay
if TYPE_CHECKING:
    from collections.abc import Iterable


class Places:
    """The folders of this process that paths are relative to, for the project around one folder."""

    def __init__(self, folder: str, *, by_content: bool = True) -> None:
        """For the project around `folder`.

        Without `by_content`, paths are stored as they are: `stat` fingerprints mean nothing elsewhere, and the 6,718
        files of Home Assistant would take 7 ms each time.
        """
        own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.project = project_around(folder)
        marks = (
            ("{project}", self.project),
            ("{environment}", sys.prefix),
            ("{python}", sys.base_prefix),
            ("{archguard}", own),
        )
        # The innermost folder first: a virtual environment may be in the project, or the project below `/usr`.
        self._marks = sorted(marks, key=lambda mark: -len(mark[1]))
        self._is_stored_as_is = not by_content

    def stored(self, path: str) -> str:
        """The path as it is stored."""
        if self._is_stored_as_is:
            return path
        for mark, folder in self._marks:
            if path.startswith(folder) and path[len(folder) : len(folder) + 1] in ("", os.sep):
                return mark + path[len(folder) :]
        return path

    def restored(self, stored: str) -> str:
        """The path here of one that was stored."""
        if stored[:1] != "{":  # an absolute path
            return stored
        for mark, folder in self._marks:
            if stored.startswith(mark):
                return folder + stored[len(mark) :]
        return stored

    def digest_of(self, values: "Iterable[object]") -> str:
        """A digest of `values`, whatever folder the project is in; no sets, whose order differs from run to run."""
        text = repr([*values])  # it has no `\0`, which is written as an escape sequence
        moved = text.replace(f"{self.project}{os.sep}", f"\0{os.sep}").replace(f"{self.project}'", "\0'")
        return content_digest(moved.encode())

    def is_shown_in(self, text: str) -> bool:
        """Whether `text` may have the path of one of the folders in it, in whatever notation."""
        return any(_may_show(text, folder) for _, folder in self._marks)


def _may_show(text: str, folder: str) -> bool:
    # Other characters are written differently in URLs and in JSON: then nothing tells.
    if not (folder.isascii() and all(char.isalnum() or char in "/._-" for char in folder)):
        return True
    # After a letter or the like it is no absolute path: `/app` in `shop/app/db.py`.
    before = [part[-1:] for part in text.split(folder)[:-1]]
    return not all(char.isalnum() or char in ("_", "-", ".") for char in before)
