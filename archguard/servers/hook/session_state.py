"""What is remembered of a session of an agent between the calls of the hook.

A small JSON file of the user, outside of every project, since a project could bring one. Files of sessions that have
not called for a month are removed. Hooks of one session may run at once: the last one writes.
"""

import os
import time

from archguard.incremental.light_json import dumps, loads
from archguard.incremental.secret import key_file

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Final

_FOLDER: "Final" = "sessions"
_KEPT_SECONDS: "Final" = 30 * 24 * 3600
_VERSION: "Final" = 1
"""Incremented when the content of the file changes; one of another version is not read."""


class ProjectState:
    """What is remembered about one project."""

    def __init__(self, plain: "dict[str, Any]") -> None:
        self.base: str = plain["base"]
        """The commit that was checked out when the session first called; "" if there was none."""
        self.known: dict[str, int] = plain.setdefault("known", {})
        """How many violations of each fingerprint that commit has."""
        self.brought: dict[str, int] = plain.setdefault("brought", {})
        """How many violations of each fingerprint have been found that it does not have."""
        self.noted: list[str] = plain.setdefault("noted", [])
        """The fingerprints of violations on disk that the agent has been told about."""
        self.blocked: list[str] = plain.setdefault("blocked", [])
        """The fingerprints of violations on disk for which the agent was not let stop."""


class SessionState:
    """What is remembered about one session. One without an id is forgotten at once."""

    def __init__(self, session: str) -> None:
        self._file = _file(session) if session else None
        self._plain: dict[str, Any] = _load(self._file)
        self._before = dumps(self._plain)
        self.is_kept = self._file is not None
        """Whether the next call of the hook will know what is remembered now."""

    def project(self, root: str, head: "Callable[[str], str]") -> ProjectState:
        """The state of the project in `root`; `head` gives its commit if this is the first call about it."""
        if root not in self._projects:
            self._projects[root] = {"base": head(root)}
        return ProjectState(self._projects[root])

    def roots(self) -> "Iterator[str]":
        """The projects of the session whose folders are still there."""
        return filter(os.path.isdir, [*self._projects])

    def is_new_fault(self, text: str) -> bool:
        """Whether the user has not been told `text` in this session; remembers that now they are."""
        told = self._plain.setdefault("faults", [])
        if text in told:
            return False
        told.append(text)
        return True

    def save(self) -> None:
        """Write the file, if anything has changed. What cannot be written is forgotten."""
        text = dumps(self._plain)
        if self._file is None or text == self._before:
            return
        temporary = f"{self._file}.{os.getpid()}"
        try:
            if not os.path.exists(self._file):
                _prune(os.path.dirname(self._file))
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(text)
            os.replace(temporary, self._file)
        except OSError:
            pass

    @property
    def _projects(self) -> "dict[str, Any]":
        found: dict[str, Any] = self._plain.setdefault("projects", {})
        return found


def _file(session: str) -> str | None:
    """The file of a session; None without a folder that the user can write to."""
    key = key_file()
    folder = os.path.join(os.path.dirname(key), _FOLDER) if key else ""
    if not folder or not _is_writable(folder):
        return None
    from _blake2 import blake2b  # `hashlib` takes 5 ms to load OpenSSL

    name = blake2b(session.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return os.path.join(folder, f"{name}.json")


def _is_writable(folder: str) -> bool:
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _load(file: str | None) -> "dict[str, Any]":
    """The content of the file; that of a new session if there is none, or if it is damaged."""
    try:
        with open(file or os.devnull, encoding="ascii") as opened:
            plain = loads(opened.read())
    except (OSError, ValueError):
        plain = None
    is_readable = isinstance(plain, dict) and plain.get("version") == _VERSION
    return plain if is_readable else {"version": _VERSION}


def _prune(folder: str) -> None:
    limit = time.time() - _KEPT_SECONDS
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat().st_mtime < limit:
                os.unlink(entry.path)
