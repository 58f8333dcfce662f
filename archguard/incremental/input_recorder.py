"""What a run looks at, so that its answer can be kept for as long as all of that stays as it is.

Python tells of every file that is opened and of every folder that is listed, whoever does it, a plugin too
(https://peps.python.org/pep-0578/). What Python does not hear of is told by those who do it: the files that grimp
reads, and questions whether something is there.
"""

import json
import os
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from archguard.incremental import store
from archguard.incremental.fingerprint import kind, stat_fingerprint
from archguard.incremental.recorded_result import IMPORTS, RecordedResult
from archguard.incremental.replay import FOLDER
from archguard.incremental.request_key import name
from archguard.incremental.secret import key_file

_MOST: Final = 32
"""Snapshots of one project: each list of options has its own."""
_EDITED: Final = 20
"""Files of which outlines are kept: a person or an agent edits a few of them again and again."""
_DAY: Final = 86_400_000_000_000
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_PYTHON: Final = os.path.dirname(os.__file__) + os.sep
_PASSING: Final = (f"{os.sep}{store.NAME}{os.sep}", f"{os.sep}.git{os.sep}")
_MACHINE: Final = ("/dev/", "/proc/", "/sys/")
_UNSEEN: Final = (
    "os.exec",
    "os.listdir",
    "os.posix_spawn",
    "os.scandir",
    "os.spawn",
    "os.system",
    "socket.",
    "sqlite3.",
    "subprocess.",
    "urllib.",
)
"""What another program or another machine tells may be another thing the next time."""


class InputRecorder:
    """Takes down how all stands that is looked at, before it is."""

    def __init__(self, asked: str, *, by_content: bool, before: RecordedResult | None) -> None:
        self.snapshot = RecordedResult(asked, by_content=by_content)
        self.before = before
        self.begun = time.time_ns()
        self.is_whole = True
        """Whether all that the answer depends on could be taken down."""
        self.rows: tuple[str, str] | None = None
        """Under which name, and in which context, it is kept what the files import."""
        self.needed: set[str] = set()
        """Files of which more counts than what they import."""
        self.is_busy = False
        """Whether it is the journal itself that looks at something."""

    def on_audit_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take down what Python tells."""
        if self.is_busy:
            return
        if event == "open":
            if not isinstance(arguments[0], int) and not _is_written(*arguments):  # a number was opened by name before
                self.record_file(os.fsdecode(arguments[0]))
        elif event in ("os.listdir", "os.scandir") and not isinstance(arguments[0], int):
            self.record_folder(os.fsdecode(arguments[0] or "."))
        elif event.startswith(_UNSEEN):
            self.is_whole = False

    def record_file(self, path: str) -> None:
        """Take down how the file `path` stands, unless it has been already."""
        whole = _whole(path)
        if not self._is_known(whole) and not _is_passing(whole):
            with self._busy():
                self.snapshot.record_file(whole)

    def record_folder(self, path: str) -> None:
        """Take down which names are in the folder `path`, and what the links among them lead to."""
        whole = _whole(path)
        if not self._is_known(whole) and not _is_passing(whole):
            with self._busy():
                self.snapshot.record_folder(whole, self.before)

    def record_program(self) -> None:
        """Take down the libraries, unless one has been installed meanwhile: which one ran is not known then."""
        files = (getattr(module, "__file__", None) for module in [*sys.modules.values()])
        for file in {file for file in files if file}:
            if not file.startswith(_PYTHON) or "site-packages" in file:
                self.record_file(file)
                self.needed.add(_whole(file))
                self.is_whole &= max((stat_fingerprint(file) or [0, 0])[:2]) < self.begun

    def record_interfaces(self, paths: Collection[str]) -> None:
        """Take down what can be seen of those of `paths` that are edited now, or were a short time ago."""
        stamps, since, before = self.snapshot.stamps, self.begun - _DAY, self.before
        if before and not before.by_outline:  # they were of no use the last time
            return
        edited = [*before.outlines, *before.changed][-_EDITED:] if before else []
        recent = {path for path in paths if path not in stamps or max(stamps[path][:2]) > since}
        likely = recent if len(recent) <= _EDITED else set()  # more than a few are no edits but a checkout
        with self._busy():
            for path in sorted(likely.union(edited).intersection(paths)):
                self.snapshot.record_interface(path)

    def _is_known(self, path: str) -> bool:
        return path in self.snapshot.stamps or path in self.snapshot.digests

    @contextmanager
    def _busy(self) -> Iterator[None]:
        self.is_busy = True
        try:
            yield
        finally:
            self.is_busy = False


class _Active:
    """Where the journal of this process lies, if one is kept."""

    recorder: InputRecorder | None = None
    is_heard = False


@contextmanager
def recording(asked: str | None, *, by_content: bool, before: RecordedResult | None) -> Iterator[None]:
    """Keep a journal meanwhile, for the answer to what is `asked`; none where nothing can be kept.

    Args:
        asked: The question.
        by_content: Whether times are not to be trusted.
        before: What was kept of the last time, and is not right any more.
    """
    if asked is None:
        yield
        return
    if not _Active.is_heard:
        sys.addaudithook(_hear)
        _Active.is_heard = True
    _Active.recorder = journal = InputRecorder(asked, by_content=by_content, before=before)
    try:
        for folder in sys.path:
            journal.record_folder(folder or ".")
        yield
    finally:
        _Active.recorder = None


def save_result(
    root: str,
    outputs: Iterable[tuple[str | None, str]],
    exit_code: int,
    *,
    by_outline: bool,
    imports: Mapping[str, Any] | None,
) -> None:
    """Keep the answer of this run, if there is a journal of it, in the cache of the project at `root`.

    Args:
        root: The folder of the configuration.
        outputs: What is written to which file, or to stdout.
        exit_code: How the run ends.
        by_outline: Whether nothing of the sources matters but their outlines.
        imports: What decides whether a change of imports matters; None if each of them may.
    """
    journal, _Active.recorder = _Active.recorder, None
    if journal is None:
        return
    journal.record_program()
    if journal.is_whole:
        snapshot = journal.snapshot
        snapshot.outputs, snapshot.exit_code = [*outputs], exit_code
        snapshot.outlines, snapshot.by_outline = (snapshot.outlines if by_outline else {}), by_outline
        if by_outline and imports and journal.rows:
            snapshot.imports = os.urandom(8).hex()
            kept = {"id": snapshot.imports, "rows": journal.rows, "needed": sorted(journal.needed), **imports}
            store.save(root, (IMPORTS, name(snapshot.question)), json.dumps(kept, separators=(",", ":")))
            store.prune(root, (IMPORTS,), _MOST)
        store.save(root, (FOLDER, name(snapshot.question)), snapshot.text())
        store.prune(root, (FOLDER,), _MOST)


def record_sources(paths: Iterable[os.PathLike[str] | str]) -> None:
    """Take down that the answer depends on the files of Python `paths`, before they are read."""
    if _Active.recorder:
        whole = [_whole(os.fspath(path)) for path in paths]
        for path in whole:
            _Active.recorder.record_file(path)
        _Active.recorder.record_interfaces(whole)


def record_rows(name: str, context: str) -> None:
    """Take down where it is kept what the files import."""
    if _Active.recorder:
        _Active.recorder.rows = (name, context)


def record_full_scan(path: str) -> None:
    """Take down that more counts of the file `path` than what it imports."""
    if _Active.recorder:
        _Active.recorder.needed.add(_whole(path))


def is_recording() -> bool:
    """Whether what is found out is kept for the next time."""
    return _Active.recorder is not None


def state_of(file: str) -> list[int] | str | None:
    """How `file` stood when it was noted: its stamp, or a digest of its content; None if it was not."""
    if _Active.recorder is None:
        return None
    snapshot, whole = _Active.recorder.snapshot, _whole(file)
    return snapshot.stamps.get(whole) or snapshot.digests.get(whole)


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether there is a file; noted."""
    return _kind(path) == "file"


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether there is a folder; noted."""
    return _kind(path) == "folder"


def is_there(path: str | os.PathLike[str]) -> bool:
    """Whether there is anything; noted."""
    return bool(_kind(path))


def real_path(path: str | os.PathLike[str]) -> str:
    """Where `path` leads through links; noted."""
    whole = _whole(os.fspath(path))
    found = os.path.realpath(whole)
    if _Active.recorder:
        _Active.recorder.snapshot.targets[whole] = found
    return found


def today(days: Iterable[date | None]) -> date:
    """Today; noted if something changes on one of `days` that is still to come, or has changed on one that is past."""
    now = date.today()  # noqa: DTZ011  # the day where the user is
    known = [day for day in days if day]
    if _Active.recorder and known:
        _, end = _Active.recorder.snapshot.days
        ends = [day.isoformat() for day in known if day > now]
        _Active.recorder.snapshot.days = [now.isoformat(), min(ends + [end] * bool(end), default="9999-12-31")]
    return now


def _kind(path: str | os.PathLike[str]) -> str:
    found = kind(os.fspath(path))
    if _Active.recorder:
        _Active.recorder.snapshot.kinds[_whole(os.fspath(path))] = found
    return found


def _whole(path: str) -> str:
    return path if os.path.isabs(path) else os.path.abspath(path)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _Active.recorder:
        _Active.recorder.on_audit_event(event, arguments)


def _is_written(_path: Any, mode: str | None, flags: int | None) -> bool:
    return bool(set(mode or "") & set("wax+") or (flags or 0) & _WRITING)


def _is_passing(path: str) -> bool:
    """What Python, git or archguard made itself, and files in which the machine speaks."""
    is_own = any(name in f"{path}{os.sep}" for name in _PASSING) or path == key_file()
    return is_own or path.endswith(".pyc") or path.startswith(_MACHINE)
