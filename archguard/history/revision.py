"""Check out a revision to a temporary folder, directly from git's objects.

`git archive` is no alternative: attributes in the revision change its output (`export-ignore`, `export-subst`, line
endings, filters), so that a commit could add an attribute that makes its own violations look old.
"""

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from archguard.dataclass import dataclass
from archguard.history.git import Entry, GitError, commit_of, contents, entries, prefix, top


@contextmanager
def tree_of(folder: Path, revision: str, also: Collection[Path] = ()) -> Iterator[Path]:
    """`folder` at `revision`, in a temporary folder; around it `also`, files elsewhere in the repository.

    Submodules are at their revision if they are checked out now, else empty as in the working tree. Links inside of the
    repository point to their target at `revision`.

    Raises:
        GitError: there is no such revision in this clone, `folder` was not there yet, or there is no git at all.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415  # every check imports this module, few use it

    commit, below = commit_of(folder, revision), prefix(folder).rstrip("/")
    with TemporaryDirectory(prefix="archguard-") as place:
        root = Path(place).resolve()
        tree = _Tree(top(folder), commit, root)
        if not tree.write(below):
            raise GitError(f"there are no files in '{below or '.'}' at '{revision}'")
        for path in _elsewhere(folder, also):
            tree.write(path)
        yield root / below


def _elsewhere(folder: Path, files: Collection[Path]) -> tuple[str, ...]:
    """The paths, from the root of the repository, of those of `files` that are in it and not in `folder`."""
    root, real = top(folder), folder.resolve()
    places = {file.resolve() for file in files}
    found = (place for place in places if place.is_relative_to(root) and not place.is_relative_to(real))
    return tuple(sorted(place.relative_to(root).as_posix() for place in found))


@dataclass(frozen=True)
class _Tree:
    """Writes a commit of the repository at `root` to the folder `place`."""

    root: Path
    commit: str
    place: Path

    def write(self, path: str) -> bool:
        """Write the files at `path` and the targets of links among them; whether there are any.

        Links are created last, so that no file is ever written through one.
        """
        written: set[str] = set()
        links: dict[str, str] = {}
        pending = [path]
        while pending:
            new = [entry for entry in entries(self.root, self.commit, pending.pop()) if entry.path not in written]
            written.update(entry.path for entry in new)
            for entry, target in self._write_files(new):
                links[entry.path] = target
                inside = self._inside(entry.path, target)
                # The target may lie outside of the folder that is checked, and is written, too, or the link would lead
                # nowhere.
                pending += [inside] if inside is not None else []
        for link, target in links.items():
            self._link(link, target)
        return bool(written)

    def _write_files(self, new: Iterable[Entry]) -> Iterator[tuple[Entry, str]]:
        """Write the files and submodules of `new`; yield the links with their targets."""
        blobs = []
        for entry in new:
            if entry.is_submodule:
                self._write_submodule(entry)
            else:
                blobs.append(entry)
        for entry, content in zip(blobs, contents(self.root, [entry.object for entry in blobs]), strict=True):
            if entry.is_link:
                yield entry, os.fsdecode(content)
            else:
                self._new_path(entry.path).write_bytes(content)

    def _write_submodule(self, entry: Entry) -> None:
        place = self._new_path(entry.path)
        place.mkdir()
        if (self.root / entry.path / ".git").exists():
            _Tree(self.root / entry.path, entry.object, place).write("")

    def _link(self, link: str, target: str) -> None:
        inside = self._inside(link, target)
        if inside is None:  # outside of the repository: there is no revision of it
            absolute = os.path.normpath(self.root / PurePosixPath(link).parent / target)
        else:
            absolute = str(self.place / inside)
        self._new_path(link).symlink_to(absolute)

    def _inside(self, link: str, target: str) -> str | None:
        """The target of the link relative to the root of the repository; None if it is outside."""
        absolute = os.path.normpath(self.root / PurePosixPath(link).parent / target)
        below = Path(os.path.relpath(absolute, self.root))
        if os.pardir in below.parts:
            return None
        return "/".join(below.parts)

    def _new_path(self, path: str) -> Path:
        """The path to write the entry `path` to; its parent folder is created.

        Raises:
            GitError: the path exists, or is outside of the folder: only a manipulated commit has such names.
        """
        parts = path.split("/")
        is_unsafe = {"", ".", "..", ".git"}.intersection(parts) or (
            os.sep != "/" and any(mark in path for mark in "\\:")
        )
        place = self.place.joinpath(*parts)
        if is_unsafe or os.path.lexists(place):
            raise GitError(f"'{path}' at {self.commit[:12]} is no name of a file", "`git fsck` tells more")
        place.parent.mkdir(parents=True, exist_ok=True)
        return place
