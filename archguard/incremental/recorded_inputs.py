"""The fingerprints of everything that a computation has read.

`holds` compares every fingerprint with the present: one `stat` per input, and a digest only where `stat` is not enough
(folders, files that changed within the clock's last tick, and all files if `by_content`). The inputs hold if all of
them are equal; otherwise `changed` lists those that are not, which `edit_analysis` may still find harmless.
"""

import time
from collections.abc import Callable, Collection, Iterator
from os.path import realpath

from archguard.incremental.fingerprint import content, digest, digest_and_links, is_settled, kind, stat_fingerprint


class RecordedInputs:
    """Files, folders and paths, each as it was before it was read."""

    def __init__(self, *, by_content: bool = False) -> None:
        self.by_content = by_content
        """Whether to compare content instead of `stat` fingerprints."""
        self.stamps: dict[str, list[int]] = {}
        """`stat` fingerprints of the files and folders that had settled when they were recorded."""
        self.digests: dict[str, str] = {}
        """Content digests of files without a settled fingerprint, and digests of the names in folders."""
        self.outlines: dict[str, str] = {}
        """Interface hashes: these files may change in ways that keep the hash."""
        self.links: dict[str, list[str]] = {}
        """The symbolic links in each folder that has some."""
        self.kinds: dict[str, str] = {}
        """Paths of which only the kind matters: a file, a folder or nothing."""
        self.targets: dict[str, str] = {}
        """Resolved paths, where resolving symbolic links decided what was read."""
        self.days = ["", ""]
        """First day of validity, and the day after the last one (ISO format); both empty if dates do not matter."""
        self.is_renewed = False
        """Whether `holds` has updated fingerprints, so that storing the result again makes the next run faster."""
        self.changed: list[str] = []
        """The inputs that `holds` has found to differ."""

    def record_file(self, path: str) -> None:
        """Record the file `path`: its `stat` fingerprint, or a digest of its content if it has not settled."""
        if not self._has_fingerprint(path):
            self.digests[path] = digest(path)

    def record_folder(self, path: str, before: "RecordedInputs | None") -> None:
        """Record the names in the folder `path`.

        The fingerprint alone is too strict: it changes with `__pycache__` too. But if it is the same as `before`, the
        digest is taken over without listing the folder.
        """
        if self._has_fingerprint(path) and before and self.stamps[path] == before.stamps.get(path):
            self.digests[path], links = before.digests[path], before.links.get(path, [])
        else:
            self.digests[path], links = digest_and_links(path)
        if links:
            self.links[path] = links
            self.kinds.update((link, kind(link)) for link in links)

    def record_interface(self, path: str) -> None:
        """Record the interface hash of the file `path`, if it has one."""
        if found := _interface_hash(path):
            self.outlines[path] = found

    def holds(self) -> bool:
        """Whether all inputs are unchanged; sets `changed` and `is_renewed`."""
        self.changed = []
        return self._is_valid_today() and self._paths_are_unchanged() and self._inputs_are_unchanged()

    def renewed(self) -> "RecordedInputs":
        """The same inputs, with those that have `changed` recorded as they are now."""
        new = RecordedInputs(by_content=self.by_content)
        vars(new).update(vars(self), stamps=dict(self.stamps), digests=dict(self.digests), changed=[])
        for path in self.changed:
            new.stamps.pop(path, None)
            new.digests.pop(path, None)
            new.record_file(path)
        return new

    def besides(self, files: Collection[str]) -> "RecordedInputs":
        """The inputs without `files`."""
        new = RecordedInputs(by_content=self.by_content)
        for name in ("stamps", "digests", "kinds", "targets"):
            setattr(new, name, {path: found for path, found in getattr(self, name).items() if path not in files})
        return new

    def agrees_with(self, other: "RecordedInputs") -> bool:
        """Whether both have found the same wherever both have looked."""
        read = (self.stamps.keys() | self.digests.keys()) & (other.stamps.keys() | other.digests.keys())
        tried = (self.kinds, other.kinds), (self.targets, other.targets)
        return not any(self.differs(other, path) for path in read) and all(
            ours[path] == theirs[path] for ours, theirs in tried for path in ours.keys() & theirs.keys()
        )

    def move(self, moved: Callable[[str], str]) -> None:
        """Replace each path by the `moved` one."""
        for name in ("stamps", "digests", "outlines", "kinds"):
            setattr(self, name, {moved(path): found for path, found in getattr(self, name).items()})
        self.links = {moved(folder): [*map(moved, links)] for folder, links in self.links.items()}
        self.targets = {moved(path): moved(target) for path, target in self.targets.items()}

    def differs(self, before: "RecordedInputs", path: str) -> bool:
        """Whether the file `path` may be another one than `before`."""
        stamp, digest_ = self.stamps.get(path), self.digests.get(path)
        same_stamp = stamp is not None and stamp == before.stamps.get(path)
        return not same_stamp and (digest_ is None or digest_ != before.digests.get(path))

    def _has_fingerprint(self, path: str) -> bool:
        found = None if self.by_content else stat_fingerprint(path)
        if found is None or not is_settled(found):
            return False
        self.stamps[path] = found
        return True

    def _is_valid_today(self) -> bool:
        first, end = self.days
        return not end or first <= time.strftime("%Y-%m-%d") < end

    def _paths_are_unchanged(self) -> bool:
        kinds, targets = self.kinds.items(), self.targets.items()
        return all(kind(path) == recorded for path, recorded in kinds) and all(
            realpath(path) == recorded for path, recorded in targets
        )

    def _inputs_are_unchanged(self) -> bool:
        for path, now in [*self._suspects()]:
            if not self._is_unchanged(path):
                self.changed.append(path)
            elif (
                now and not self.by_content and is_settled(now)
            ):  # `now` is older than the comparison: a later change shows
                self.stamps[path] = now
                self.is_renewed = True
        return not self.changed

    def _is_unchanged(self, path: str) -> bool:
        if path in self.digests and self.digests[path] == digest(path):
            return True
        return path in self.outlines and self.outlines[path] == _interface_hash(path)

    def _suspects(self) -> Iterator[tuple[str, list[int] | None]]:
        """The inputs that an equal fingerprint does not settle, each with its present fingerprint."""
        stamps = self.stamps
        for path, before in stamps.items():
            if (now := stat_fingerprint(path)) != before:
                yield path, now
        for path in self.digests.keys() - stamps.keys():
            yield path, stat_fingerprint(path)


def _interface_hash(path: str) -> str:
    from archguard.incremental.interface_hash import interface_hash  # `ast` takes 10 ms to load

    try:
        return interface_hash(content(path))
    except OSError:
        return ""
