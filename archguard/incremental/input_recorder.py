"""Record the inputs of a run, so that its report can be replayed for as long as they are unchanged.

Python raises an audit event for every file that is opened and every folder that is listed, whatever code does it,
plugins included (https://peps.python.org/pep-0578/). The recorder takes a fingerprint at each event, before the read.
Callers report what raises no event: the source files, which grimp reads in Rust, and tests for existence (`is_file`).

Limits: what a subprocess, a socket or a database returns cannot be fingerprinted. A run that uses one is not stored.
The same holds if a library was installed during the run. Cost: one `stat` per file and one listing per new folder.
"""

import json
import os
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from typing import Any, Final, NamedTuple

from archguard.incremental import store
from archguard.incremental.fingerprint import kind, stat_fingerprint
from archguard.incremental.places import Places
from archguard.incremental.recorded_inputs import RecordedInputs
from archguard.incremental.recorded_result import IMPORTS, RecordedResult
from archguard.incremental.replay import FOLDER
from archguard.incremental.request_key import file_name
from archguard.incremental.secret import key_file

_MAX_RESULTS: Final = 32
"""Recorded results per project: each command line has its own; the oldest go first."""
_MAX_EDITED_FILES: Final = 20
"""Files with an interface hash: a person or an agent edits a few files again and again, and each hash is a parse."""
_DAY: Final = 86_400_000_000_000
_WRITE_FLAGS: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_STANDARD_LIBRARY: Final = os.path.dirname(os.__file__) + os.sep
_GENERATED: Final = (f"{os.sep}{store.NAME}{os.sep}", f"{os.sep}.git{os.sep}")
_VIRTUAL: Final = ("/dev/", "/proc/", "/sys/")
_UNREPEATABLE: Final = (
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
"""Events that make a run unrepeatable: another program or machine may answer differently the next time.

`os.listdir` and `os.scandir` get here only with a file descriptor, whose path is not known.
"""


class ScanRecord(NamedTuple):
    """What a run has recorded while it scanned the source files."""

    rows: tuple[str, str] | None
    """Name and context of the scan cache file that holds the imports of each source file."""
    needed: list[str]
    """Files of which the report depends on more than their imports."""


class InputRecorder:
    """Takes a fingerprint of each input before the run reads it."""

    def __init__(self, inputs: RecordedInputs, before: RecordedResult | None = None) -> None:
        self.inputs = inputs
        self.before = before
        self.started = time.time_ns()
        self.is_complete = True
        """Whether every input could be recorded; if not, the result is not stored."""
        self.rows: tuple[str, str] | None = None
        """Name and context of the scan cache file that holds the imports of each source file."""
        self.needed: set[str] = set()
        """Files of which the report depends on more than their imports."""
        self.is_paused = False
        """Whether the recorder itself is reading: its own events are not inputs."""

    def on_audit_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Record the input behind an audit event of Python."""
        if self.is_paused:
            return
        if event == "open":
            if not isinstance(arguments[0], int) and not _is_write(*arguments):  # a descriptor: opened by path before
                self.record_file(os.fsdecode(arguments[0]))
        elif event in ("os.listdir", "os.scandir") and not isinstance(arguments[0], int):
            self.record_folder(os.fsdecode(arguments[0] or "."))
        elif event.startswith(_UNREPEATABLE):
            self.is_complete = False

    def record_file(self, path: str) -> None:
        """Record the fingerprint of the file `path`, once."""
        whole = _absolute(path)
        if not self._is_recorded(whole) and not _is_irrelevant(whole):
            with self.paused():
                self.inputs.record_file(whole)

    def record_sources(self, paths: Iterable[str]) -> None:
        """Record the fingerprints of the source files `paths`, as `record_file`; none of them was generated."""
        with self.paused():
            for path in paths:
                if not self._is_recorded(path):
                    self.inputs.record_file(path)

    def record_folder(self, path: str) -> None:
        """Record the names in the folder `path`, and the kinds of what its symbolic links point to, once."""
        whole = _absolute(path)
        if not self._is_recorded(whole) and not _is_irrelevant(whole):
            with self.paused():
                self.inputs.record_folder(whole, self.before)

    def edited_files(self) -> list[str] | None:
        """The files that have another content than in the outdated run; None if anything else has changed."""
        before = self.before
        return before.changed if before and before.changed and all(map(os.path.isfile, before.changed)) else None

    def take_over_inputs(self, scan: "ScanRecord", sources: Collection[str]) -> None:
        """Record the inputs of the outdated run, whose results are used again; the edited ones are recorded anew."""
        before = self.before
        if before is None:
            return
        edited = set(before.changed)
        for name in ("stamps", "digests", "links", "kinds", "targets"):
            recorded = getattr(before, name)
            getattr(self.inputs, name).update({path: recorded[path] for path in recorded if path not in edited})
        self.inputs.days = before.days
        for path in before.changed:
            self.record_file(path)
        self.rows = scan.rows
        self.needed.update(scan.needed)
        self.record_interfaces(sources)

    def record_program(self) -> None:
        """Record the files of all loaded modules outside of the standard library.

        If one was installed during the run, it is not known which version ran, and the result is not stored.
        """
        files = {file for module in [*sys.modules.values()] if (file := getattr(module, "__file__", None))}
        for file in files:
            if os.path.dirname(file) == os.path.dirname(sys.executable):
                continue  # the script that an installer wrote to start archguard, which names the folder of Python
            if not file.startswith(_STANDARD_LIBRARY) or "site-packages" in file:
                self.record_file(file)
                self.needed.add(_absolute(file))
                self.is_complete &= max((stat_fingerprint(file) or [0, 0])[:2]) < self.started

    def record_interfaces(self, paths: Collection[str]) -> None:
        """Record the interface hashes of those of `paths` that were edited lately: the likely next edits."""
        stamps, since, before = self.inputs.stamps, self.started - _DAY, self.before
        if before and not before.by_outline:  # a contract depends on more than interfaces
            return
        edited = [*before.outlines, *before.changed][-_MAX_EDITED_FILES:] if before else []
        recent = {path for path in paths if path not in stamps or max(stamps[path][:2]) > since}
        likely = recent if len(recent) <= _MAX_EDITED_FILES else set()  # more are a checkout, not edits
        with self.paused():
            for path in sorted(likely.union(edited).intersection(paths)):
                self.inputs.record_interface(path)

    def _is_recorded(self, path: str) -> bool:
        return path in self.inputs.stamps or path in self.inputs.digests

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Record nothing that the body of the `with` statement reads."""
        self.is_paused = True
        try:
            yield
        finally:
            self.is_paused = False


class _Active:
    """The recorder of this process, if there is one. Audit hooks cannot be removed, so one hook serves all runs."""

    recorder: InputRecorder | None = None
    result: RecordedResult | None = None
    """What the run is to store; None if it only records."""
    has_hook = False


@contextmanager
def recording(key: str | None, *, by_content: bool, before: RecordedResult | None) -> Iterator[None]:
    """Record the inputs of the body of the `with` statement.

    Args:
        key: The request key to store the report under, by `save_result`; None to record and store nothing.
        by_content: Whether to compare content instead of `stat` fingerprints.
        before: The recorded result of the same request, which is outdated.
    """
    if key is None:
        yield
        return
    _add_hook()
    _Active.result = result = RecordedResult(key, by_content=by_content)
    _Active.recorder = recorder = InputRecorder(result, before)
    try:
        # A module that appears in a folder further ahead would be imported instead, without any file that was read
        # having changed.
        for folder in sys.path:
            recorder.record_folder(folder or ".")
        yield
    finally:
        _Active.recorder = _Active.result = None


@contextmanager
def recording_into(inputs: RecordedInputs) -> Iterator[None]:
    """Add what the body of the `with` statement reads to `inputs`; nothing is stored."""
    _add_hook()
    outer, result = _Active.recorder, _Active.result
    if outer:
        outer.is_complete = False  # it misses what is read here
    _Active.recorder, _Active.result = InputRecorder(inputs), None
    try:
        yield
    finally:
        _Active.recorder, _Active.result = outer, result


def save_result(
    root: str,
    outputs: Iterable[tuple[str | None, str]],
    exit_code: int,
    *,
    by_outline: bool,
    imports: Mapping[str, Any] | None,
) -> None:
    """Store the result of this run in the cache of the project at `root`, if its inputs were recorded.

    Args:
        root: The folder of the configuration.
        outputs: File and text of each report; None in place of a file is stdout.
        exit_code: The exit code of the run.
        by_outline: Whether the report depends on nothing of the sources but their interface hashes.
        imports: The facts by which `edit_analysis` judges edited imports; None if any edited import may matter.
    """
    recorder, result = _Active.recorder, _Active.result
    _Active.recorder = _Active.result = None
    if recorder is None or result is None:
        return
    # At the end: which modules were imported is known only now. One that is read later is none of this run.
    recorder.record_program()
    if recorder.is_complete:
        result.outputs, result.exit_code = [*outputs], exit_code
        result.outlines, result.by_outline = (result.outlines if by_outline else {}), by_outline
        is_portable = result.is_portable()
        if by_outline and imports and recorder.rows:
            result.imports = os.urandom(8).hex()
            facts = {"id": result.imports, "rows": recorder.rows, "needed": sorted(recorder.needed), **imports}
            stored = json.dumps(
                _with_stored_paths(facts, Places(root, by_content=result.by_content)), separators=(",", ":")
            )
            store.save(root, (IMPORTS, file_name(result.question)), stored, anywhere=is_portable)
            store.prune(root, (IMPORTS,), _MAX_RESULTS)
        store.save(root, (FOLDER, file_name(result.question)), result.text(), anywhere=is_portable)
        store.prune(root, (FOLDER,), _MAX_RESULTS)


def _with_stored_paths(facts: Mapping[str, Any], places: Places) -> dict[str, Any]:
    moved = {name: {places.stored(path): it for path, it in facts[name].items()} for name in ("files", "shown")}
    return {**facts, **moved, "needed": [*map(places.stored, facts["needed"])]}


def record_sources(paths: Iterable[os.PathLike[str] | str]) -> None:
    """Record the source files `paths`; to be called before they are read."""
    if _Active.recorder:
        whole = [_absolute(os.fspath(path)) for path in paths]
        _Active.recorder.record_sources(whole)
        if is_recording():
            _Active.recorder.record_interfaces(whole)


def record_rows(name: str, context: str) -> None:
    """Record which scan cache file holds the imports of the source files."""
    if _Active.recorder:
        _Active.recorder.rows = (name, context)


def record_full_scan(path: str) -> None:
    """Record that the report depends on more of the file `path` than its imports."""
    if _Active.recorder:
        _Active.recorder.needed.add(_absolute(path))


def edited_files() -> list[str] | None:
    """The files whose content has changed since the same was asked; None if anything else has changed."""
    return _Active.recorder.edited_files() if _Active.recorder else None


def inputs_besides(files: Collection[str]) -> RecordedInputs:
    """What this run has recorded of anything else than `files`."""
    return _Active.recorder.inputs.besides(files) if _Active.recorder else RecordedInputs()


def outdated_run_agrees(inputs: RecordedInputs) -> bool:
    """Whether the outdated run of the same request had found the same as `inputs` wherever both had looked."""
    before = _Active.recorder.before if _Active.recorder else None
    return before is not None and inputs.agrees_with(before)


def scan_record() -> "ScanRecord":
    """What this run has recorded of its scan of the source files."""
    recorder = _Active.recorder
    return ScanRecord(recorder.rows, sorted(recorder.needed)) if recorder else ScanRecord(None, [])


def take_over_inputs(scan: "ScanRecord", sources: Collection[str]) -> None:
    """Record what the outdated run has read as inputs of this one, which uses its results.

    Args:
        scan: What the run has recorded that has scanned the source files.
        sources: The paths of the source files.
    """
    if _Active.recorder:
        _Active.recorder.take_over_inputs(scan, sources)


def is_recording() -> bool:
    """Whether the inputs of this run are recorded, and its results stored."""
    return _Active.result is not None


def not_recorded() -> AbstractContextManager[None]:
    """Record nothing that the body of the `with` statement reads: what no report depends on."""
    return _Active.recorder.paused() if _Active.recorder else nullcontext()


def is_by_content() -> bool:
    """Whether the inputs of this run are recorded by their contents alone, which say the same in another checkout."""
    return _Active.recorder is not None and _Active.recorder.inputs.by_content


def state_of(file: str) -> list[int] | str | None:
    """The recorded fingerprint of `file`, or the digest of its content; None if it is not recorded."""
    if _Active.recorder is None:
        return None
    inputs, whole = _Active.recorder.inputs, _absolute(file)
    return inputs.stamps.get(whole) or inputs.digests.get(whole)


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether `path` is a file; records the answer as an input."""
    return _recorded_kind(path) == "file"


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether `path` is a folder; records the answer as an input."""
    return _recorded_kind(path) == "folder"


def is_there(path: str | os.PathLike[str]) -> bool:
    """Whether `path` exists; records the answer as an input."""
    return bool(_recorded_kind(path))


def real_path(path: str | os.PathLike[str]) -> str:
    """`path` with all symbolic links resolved; records the answer as an input."""
    whole = _absolute(os.fspath(path))
    found = os.path.realpath(whole)
    if _Active.recorder:
        _Active.recorder.inputs.targets[whole] = found
    return found


def today(days: Iterable[date | None]) -> date:
    """Today's date. Records until when a result is valid, if one of `days` is given: until the next of them."""
    now = date.today()  # noqa: DTZ011  # the day where the user is
    given = [day for day in days if day]
    if _Active.recorder and given:
        _, end = _Active.recorder.inputs.days
        ends = [day.isoformat() for day in given if day > now]
        _Active.recorder.inputs.days = [now.isoformat(), min(ends + [end] * bool(end), default="9999-12-31")]
    return now


def _add_hook() -> None:
    if not _Active.has_hook:
        sys.addaudithook(_on_audit_event)
        _Active.has_hook = True


def _recorded_kind(path: str | os.PathLike[str]) -> str:
    found = kind(os.fspath(path))
    if _Active.recorder:
        _Active.recorder.inputs.kinds[_absolute(os.fspath(path))] = found
    return found


def _absolute(path: str) -> str:
    return path if os.path.isabs(path) else os.path.abspath(path)


def _on_audit_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "builtins.id" and _Active.recorder:  # first what there are thousands of
        _Active.recorder.on_audit_event(event, arguments)


def _is_write(_path: Any, mode: str | None, flags: int | None) -> bool:
    return bool(set(mode or "") & set("wax+") or (flags or 0) & _WRITE_FLAGS)


def _is_irrelevant(path: str) -> bool:
    """Whether no report depends on `path`: files that Python, git or archguard generate, and virtual files."""
    is_own = any(name in f"{path}{os.sep}" for name in _GENERATED) or path == key_file()
    return is_own or path.endswith(".pyc") or path.startswith(_VIRTUAL)
