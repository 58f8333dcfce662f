"""Change files of a project all together or not at all, and none outside of it."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path

from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.model import Location


@dataclass(frozen=True)
class Change:
    """What a file holds, and what it will hold; None where it is not there."""

    path: str
    """The file, relative to the project's root, with `/` between its parts."""
    file: Path
    """The file itself: where `path` leads to if it is a symbolic link."""
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ProjectFiles:
    """The text files of a project, with changes that are not written yet."""

    root: Path
    """The project's root, without symbolic links."""
    _before: dict[Path, str | None] = field(default_factory=dict)
    _after: dict[Path, str | None] = field(default_factory=dict)

    def real(self, path: str) -> Path:
        """The file that `path`, relative to the root, leads to.

        Raises:
            ArchguardError: it is outside of the project.
        """
        # Through links, or `AGENTS.md` could be one to a file anywhere, which would be overwritten.
        file = Path(os.path.realpath(self.root / path))
        if not file.is_relative_to(self.root):
            raise ArchguardError("leads out of the project", "replace the symbolic link by a file", Location(path))
        return file

    def read(self, path: str) -> str | None:
        """The text of a file with its line ends, as it will be; None if there is none.

        Raises:
            ArchguardError: it is outside of the project, no file, cannot be read, or is not UTF-8.
        """
        file = self.real(path)
        if file not in self._after:
            self._before[file] = self._after[file] = _read(file, path)
        return self._after[file]

    def write(self, path: str, text: str | None) -> None:
        """Plan to write `text`, or to delete the file; it must have been read."""
        self._after[self.real(path)] = text

    def changes(self) -> tuple[Change, ...]:
        """What is planned, by path."""
        return tuple(
            Change(file.relative_to(self.root).as_posix(), file, self._before[file], after)
            for file, after in sorted(self._after.items())
            if after != self._before[file]
        )


def write_changes(root: Path, changes: Sequence[Change]) -> None:
    """Write `changes`; if one of them fails, undo those before it. Folders that are left empty are removed.

    Raises:
        OSError: a file cannot be written.
    """
    done: list[Change] = []
    try:
        for change in changes:
            _write(change.file, change.after)
            done.append(change)
    except OSError:
        for change in done:
            _write(change.file, change.before)
        raise
    finally:
        for change in changes:
            _remove_empty_folders(change.file.parent, root)


def _read(file: Path, path: str) -> str | None:
    try:
        if file.exists() and not file.is_file():
            raise ArchguardError("is no file", "", Location(path))
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ArchguardError(f"cannot be read: {error.strerror}", "", Location(path)) from None
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ArchguardError("is not UTF-8", "save it as UTF-8", Location(path, line)) from None


def _write(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(descriptor, "wb") as new:  # noqa: PTH123  # a descriptor, so that nobody else can take its place
            new.write(text.encode())
        _copy_mode(file, Path(name))
        os.replace(name, file)  # noqa: PTH105  # the name is a string
    except BaseException:
        os.unlink(name)  # noqa: PTH108  # the same
        raise


def _copy_mode(file: Path, new: Path) -> None:
    """Give `new` the mode of `file`, or of any new file: a temporary one is for its owner only."""
    if file.exists():
        shutil.copymode(file, new)
        return
    umask = os.umask(0)
    os.umask(umask)
    new.chmod(0o666 & ~umask)


def _remove_empty_folders(folder: Path, root: Path) -> None:
    with suppress(OSError):  # not empty, or gone
        while folder != root:
            folder.rmdir()
            folder = folder.parent
