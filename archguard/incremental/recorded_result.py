"""A report as it was written, with how all stood that it depends on."""

import json
import time
from collections.abc import Iterator
from os.path import realpath

from archguard.incremental.fingerprint import content, digest, digest_and_links, is_settled, kind, stat_fingerprint

IMPORTS = "edits"
"""The folder of what decides whether an edit of imports matters."""
_KEPT = (
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


class RecordedResult:
    """What a run answered, and what it looked at."""

    def __init__(self, question: str, *, by_content: bool) -> None:
        self.question = question
        """What was asked, by whom and where."""
        self.outputs: list[tuple[str | None, str]] = []
        """Files, or None for stdout, and what is written there."""
        self.exit_code = 0
        self.by_content = by_content
        """Whether stamps are not to be trusted."""
        self.stamps: dict[str, list[int]] = {}
        """Files and folders that are as they were while their stamps stay."""
        self.digests: dict[str, str] = {}
        """What is in those that have no stamp to trust, and in folders."""
        self.outlines: dict[str, str] = {}
        """What can be seen of those files of which the rest does not matter."""
        self.links: dict[str, list[str]] = {}
        """The links in the folders that have some."""
        self.by_outline = False
        """Whether nothing of the sources matters but their outlines."""
        self.kinds: dict[str, str] = {}
        """Where it only counts whether there is a file, a folder or nothing."""
        self.targets: dict[str, str] = {}
        """Where paths through links led, if that decided what was looked at."""
        self.days = ["", ""]
        """From which day, and until before which one, it is right; both empty if days do not matter."""
        self.imports = ""
        """Which of the files about imports goes with it; "" if none does."""
        self.is_renewed = False
        """Whether there are stamps now that were not trusted, or not right, when it was read."""
        self.changed: list[str] = []
        """What is not as it was, if that has been looked at."""

    @classmethod
    def read(cls, text: str, question: str) -> "RecordedResult | None":
        """The snapshot in `text`, if it is one, and about `question`."""
        snapshot = cls(question, by_content=False)
        try:
            kept = json.loads(text)
            for name in _KEPT:
                setattr(snapshot, name, kept[name])
        except (ValueError, LookupError, TypeError):
            return None
        return snapshot if snapshot.question == question else None

    def text(self) -> str:
        """What `read` reads."""
        return json.dumps({name: getattr(self, name) for name in _KEPT}, separators=(",", ":"))

    def record_file(self, path: str) -> None:
        """Take down how the file `path` stands: by its stamp, or else by what is in it."""
        if not self._is_stamped(path):
            self.digests[path] = digest(path)

    def record_folder(self, path: str, before: "RecordedResult | None") -> None:
        """Take down which names are in the folder `path`, since its stamp changes with files that nobody looks at.

        If it stands as it did `before`, it need not be listed.
        """
        if self._is_stamped(path) and before and self.stamps[path] == before.stamps.get(path):
            self.digests[path], links = before.digests[path], before.links.get(path, [])
        else:
            self.digests[path], links = digest_and_links(path)
        if links:
            self.links[path] = links
            self.kinds.update((link, kind(link)) for link in links)

    def record_interface(self, path: str) -> None:
        """Take down what can be seen of the file `path`."""
        if found := _outline(path):
            self.outlines[path] = found

    def holds(self) -> bool:
        """Whether all that it depends on is as it was."""
        return self._is_its_time() and self._leads_there() and self._stands()

    def _is_stamped(self, path: str) -> bool:
        found = None if self.by_content else stat_fingerprint(path)
        if found is None or not is_settled(found):
            return False
        self.stamps[path] = found
        return True

    def _is_its_time(self) -> bool:
        first, end = self.days
        return not end or first <= time.strftime("%Y-%m-%d") < end

    def _leads_there(self) -> bool:
        kinds, targets = self.kinds.items(), self.targets.items()
        return all(kind(path) == told for path, told in kinds) and all(realpath(path) == told for path, told in targets)

    def _stands(self) -> bool:
        for path, now in [*self._doubtful()]:
            if not self._is_the_same(path):
                self.changed.append(path)
            elif now and not self.by_content and is_settled(now):  # taken before the look: a change since then shows
                self.stamps[path] = now
                self.is_renewed = True
        return not self.changed

    def _is_the_same(self, path: str) -> bool:
        if path in self.digests and self.digests[path] == digest(path):
            return True
        return path in self.outlines and self.outlines[path] == _outline(path)

    def _doubtful(self) -> Iterator[tuple[str, list[int] | None]]:
        """What no stamp vouches for, each with its stamp of now."""
        stamps = self.stamps
        for path, before in stamps.items():
            if (now := stat_fingerprint(path)) != before:
                yield path, now
        for path in self.digests.keys() - stamps.keys():
            yield path, stat_fingerprint(path)


def _outline(path: str) -> str:
    from archguard.incremental.interface_hash import interface_hash  # `ast` takes 10 ms, and few files are ever edited

    try:
        return interface_hash(content(path))
    except OSError:
        return ""
