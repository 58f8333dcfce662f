"""The code as it was at a revision, written from the objects of git to a temporary place.

Not from `git archive`, since attributes of the revision change what that holds (`export-ignore`, `export-subst`, line
ends, filters): a change could bring an attribute that makes its own violations look old.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from archguard.history.git import Entry, GitError, commit_of, contents, entries, prefix, top


@contextmanager
def tree_of(folder: Path, revision: str) -> Iterator[Path]:
    """`folder` as it was at `revision`, in a temporary place.

    Submodules are as they were too, if they are checked out now; else they are empty, as in the working tree. Links
    lead to what was there at `revision`, if that is in the repository.

    Raises:
        GitError: there is no such revision in this clone, `folder` was not there yet, or there is no git at all.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415  # a check loads this file, and mostly asks git nothing

    commit, below = commit_of(folder, revision), prefix(folder).rstrip("/")
    with TemporaryDirectory(prefix="archguard-") as place:
        root = Path(place).resolve()
        if not _Tree(top(folder), commit, root).write(below):
            raise GitError(f"there are no files in '{below or '.'}' at '{revision}'")
        yield root / below


@dataclass(frozen=True)
class _Tree:
    """A commit of the repository at `root`, that is written to `place`."""

    root: Path
    commit: str
    place: Path

    def write(self, path: str) -> bool:
        """Write what is at `path`, and what links in it lead to; whether there is anything.

        Links come last, so that nothing is ever written through one.
        """
        found: set[str] = set()
        links: dict[str, str] = {}
        waiting = [path]
        while waiting:
            come = [entry for entry in entries(self.root, self.commit, waiting.pop()) if entry.path not in found]
            found.update(entry.path for entry in come)
            for entry, target in self._write_files(come):
                links[entry.path] = target
                inside = self._inside(entry.path, target)
                waiting += [inside] if inside is not None else []
        for link, target in links.items():
            self._link(link, target)
        return bool(found)

    def _write_files(self, come: Iterable[Entry]) -> Iterator[tuple[Entry, str]]:
        """Write all of `come` but the links; those are given back with what they lead to."""
        held = []
        for entry in come:
            if entry.is_submodule:
                self._write_submodule(entry)
            else:
                held.append(entry)
        for entry, content in zip(held, contents(self.root, [entry.object for entry in held]), strict=True):
            if entry.is_link:
                yield entry, os.fsdecode(content)
            else:
                self._free(entry.path).write_bytes(content)

    def _write_submodule(self, entry: Entry) -> None:
        place = self._free(entry.path)
        place.mkdir()
        if (self.root / entry.path / ".git").exists():
            _Tree(self.root / entry.path, entry.object, place).write("")

    def _link(self, link: str, target: str) -> None:
        inside = self._inside(link, target)
        if inside is None:  # not in the repository: what is there has no revisions
            lead = os.path.normpath(self.root / PurePosixPath(link).parent / target)
        else:
            lead = str(self.place / inside)
        self._free(link).symlink_to(lead)

    def _inside(self, link: str, target: str) -> str | None:
        """What the link leads to, from the root of the repository; None if that is outside."""
        whole = os.path.normpath(self.root / PurePosixPath(link).parent / target)
        below = Path(os.path.relpath(whole, self.root))
        if os.pardir in below.parts:
            return None
        return "/".join(below.parts)

    def _free(self, path: str) -> Path:
        """Where to write what is at `path`; its folder is made.

        Raises:
            GitError: the place is taken, or outside: only a commit that was made by hand has such names.
        """
        parts = path.split("/")
        odd = {"", ".", "..", ".git"}.intersection(parts) or (os.sep != "/" and any(mark in path for mark in "\\:"))
        place = self.place.joinpath(*parts)
        if odd or os.path.lexists(place):
            raise GitError(f"'{path}' at {self.commit[:12]} is no name of a file", "`git fsck` tells more")
        place.parent.mkdir(parents=True, exist_ok=True)
        return place
