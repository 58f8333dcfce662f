"""The inputs of a run: as what they are recorded, and when they no longer hold."""

import os
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from archguard.incremental.fingerprint import digest, is_settled, stat_fingerprint
from archguard.incremental.input_recorder import (
    InputRecorder,
    ScanRecord,
    edited_files,
    is_by_content,
    is_file,
    is_folder,
    is_recording,
    is_there,
    not_recorded,
    real_path,
    recording,
    recording_into,
    scan_record,
    state_of,
    take_over_inputs,
)
from archguard.incremental.recorded_inputs import RecordedInputs
from archguard.incremental.recorded_result import RecordedResult
from archguard.incremental.request_key import request_key
from archguard.incremental.secret import key_file

SETTLED = os.__file__
"""A file that has not changed for longer than a tick of the clock."""


def write(path: Path, text: str = "") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_a_file_that_changed_just_now_is_recorded_by_its_content(tmp_path: Path) -> None:
    file = write(tmp_path / "a.py")
    inputs = RecordedInputs()

    inputs.record_file(file)

    assert (inputs.stamps, inputs.digests) == ({}, {file: digest(file)})


def test_a_file_that_has_settled_is_recorded_by_its_stamp() -> None:
    inputs = RecordedInputs()

    inputs.record_file(SETTLED)

    assert (inputs.stamps, inputs.digests) == ({SETTLED: stat_fingerprint(SETTLED)}, {})


@pytest.mark.parametrize(("modified", "changed"), [(0, -1), (-1, 0), (3_600, -3_600), (-3_600, 3_600), (-1, -1)])
def test_a_file_has_not_settled_if_either_of_its_times_is_of_just_now_or_to_come(modified: int, changed: int) -> None:
    now = time.time_ns()

    assert not is_settled([now + modified * 10**9, now + changed * 10**9, 1, 1])
    assert is_settled([now - 3 * 10**9, now - 3 * 10**9, 1, 1])


def test_with_contents_in_place_of_stamps_every_file_is_recorded_by_its_content() -> None:
    inputs = RecordedInputs(by_content=True)

    inputs.record_file(SETTLED)

    assert (inputs.stamps, inputs.digests) == ({}, {SETTLED: digest(SETTLED)})


@pytest.mark.parametrize("by_content", [False, True])
def test_inputs_hold_until_a_content_is_another_one(tmp_path: Path, *, by_content: bool) -> None:
    one, other = write(tmp_path / "a.py", "1"), write(tmp_path / "b.py", "2")
    inputs = RecordedInputs(by_content=by_content)
    inputs.record_file(one)
    inputs.record_file(other)
    inputs.record_file(str(tmp_path / "missing.py"))
    assert (inputs.holds(), inputs.changed) == (True, [])

    write(tmp_path / "a.py", "3")
    assert (inputs.holds(), inputs.changed) == (False, [one])

    write(tmp_path / "a.py", "1")
    assert (inputs.holds(), inputs.changed) == (True, [])

    missing = write(tmp_path / "missing.py")
    assert (inputs.holds(), inputs.changed) == (False, [missing])


@pytest.mark.parametrize("by_content", [False, True])
def test_a_new_stamp_is_taken_over_where_the_content_is_the_same(*, by_content: bool) -> None:
    inputs = RecordedInputs(by_content=by_content)
    inputs.stamps[SETTLED], inputs.digests[SETTLED] = [0, 0, 0, 0], digest(SETTLED)

    assert inputs.holds()

    assert inputs.is_renewed is not by_content
    assert inputs.stamps[SETTLED] == ([0, 0, 0, 0] if by_content else stat_fingerprint(SETTLED))


def test_a_new_stamp_of_just_now_is_not_taken_over(tmp_path: Path) -> None:
    file = write(tmp_path / "a.py")
    inputs = RecordedInputs()
    inputs.stamps[file], inputs.digests[file] = [0, 0, 0, 0], digest(file)

    assert inputs.holds()

    assert not inputs.is_renewed
    assert inputs.stamps[file] == [0, 0, 0, 0]


def test_a_stamp_without_a_digest_holds_by_itself_alone() -> None:
    inputs = RecordedInputs()
    inputs.stamps[SETTLED] = [0, 0, 0, 0]

    assert (inputs.holds(), inputs.changed) == (False, [SETTLED])


def test_with_an_interface_hash_a_file_may_change_in_the_bodies_of_functions(tmp_path: Path) -> None:
    file = write(tmp_path / "a.py", "import os\ndef f():\n    return 1\n")
    inputs = RecordedInputs()
    inputs.record_file(file)
    inputs.record_interface(file)
    inputs.record_interface(str(tmp_path / "missing.py"))
    assert [*inputs.outlines] == [file]

    write(tmp_path / "a.py", "import os\ndef f():\n    return 2\n")
    assert inputs.holds()

    write(tmp_path / "a.py", "import re\ndef f():\n    return 2\n")
    assert not inputs.holds()

    (tmp_path / "a.py").unlink()
    assert not inputs.holds()


def test_a_folder_holds_until_a_name_comes_or_goes(tmp_path: Path) -> None:
    write(tmp_path / "shop/a.py")
    inputs = RecordedInputs()
    inputs.record_folder(str(tmp_path / "shop"), None)

    write(tmp_path / "shop/a.py", "import os\n")
    write(tmp_path / "shop/__pycache__/a.pyc")
    assert inputs.holds()

    write(tmp_path / "shop/b.py")
    assert (inputs.holds(), inputs.changed) == (False, [str(tmp_path / "shop")])


def test_a_folder_with_a_link_holds_until_that_leads_to_something_else(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    write(tmp_path / "target")
    (tmp_path / "shop/link").symlink_to(tmp_path / "target")
    inputs = RecordedInputs()
    inputs.record_folder(str(tmp_path / "shop"), None)
    assert inputs.links == {str(tmp_path / "shop"): [str(tmp_path / "shop/link")]}
    assert inputs.kinds == {str(tmp_path / "shop/link"): "file"}
    assert inputs.holds()

    (tmp_path / "target").unlink()
    assert not inputs.holds()


def test_the_digest_of_a_folder_is_taken_over_with_the_same_stamp() -> None:
    folder = str(Path(SETTLED).parent)
    before, inputs = RecordedInputs(), RecordedInputs()
    before.record_folder(folder, None)
    assert before.stamps[folder] == stat_fingerprint(folder)
    before.digests[folder], before.links[folder] = "of before", [SETTLED]

    inputs.record_folder(folder, before)
    assert (inputs.digests[folder], inputs.kinds) == ("of before", {SETTLED: "file"})

    before.stamps[folder] = [0, 0, 0, 0]
    inputs.record_folder(folder, before)
    assert inputs.digests[folder] == digest(folder)


@pytest.mark.parametrize(("first", "end", "holds"), [(0, 1, True), (-1, 1, True), (1, 2, False), (-1, 0, False)])
def test_inputs_hold_from_the_first_day_to_the_one_before_the_end(first: int, end: int, *, holds: bool) -> None:
    today = date.today()  # noqa: DTZ011  # the day where the user is
    inputs = RecordedInputs()
    assert inputs.holds()

    inputs.days = [(today + timedelta(first)).isoformat(), (today + timedelta(end)).isoformat()]

    assert inputs.holds() is holds


def test_renewed_inputs_are_those_of_now(tmp_path: Path) -> None:
    file, same = write(tmp_path / "a.py", "1"), write(tmp_path / "b.py")
    inputs = RecordedInputs()
    inputs.record_file(file)
    inputs.record_file(same)
    inputs.kinds[file] = "file"
    write(tmp_path / "a.py", "2")
    assert not inputs.holds()

    new = inputs.renewed()

    assert (new.holds(), new.kinds, new.changed) == (True, {file: "file"}, [])
    assert not inputs.holds()
    assert new.differs(inputs, file)
    assert not new.differs(inputs, same)


def test_a_file_differs_unless_its_stamp_or_its_digest_is_the_same() -> None:
    def inputs(stamp: int | None, digest_: str | None) -> RecordedInputs:
        found = RecordedInputs()
        found.stamps = {"a.py": [stamp, 0, 0, 0]} if stamp is not None else {}
        found.digests = {"a.py": digest_} if digest_ is not None else {}
        return found

    assert not inputs(1, None).differs(inputs(1, None), "a.py")
    assert not inputs(1, "x").differs(inputs(2, "x"), "a.py")
    assert not inputs(1, "x").differs(inputs(1, "y"), "a.py")
    assert inputs(1, "x").differs(inputs(2, "y"), "a.py")
    assert inputs(1, None).differs(inputs(2, None), "a.py")
    assert inputs(None, None).differs(inputs(None, None), "a.py")


def test_an_input_is_recorded_as_it_was_when_it_was_first_read(tmp_path: Path) -> None:
    file, folder = write(tmp_path / "shop/a.py", "1"), str(tmp_path / "shop")
    inputs = RecordedInputs()
    recorder = InputRecorder(inputs)
    recorder.record_file(file)
    recorder.record_folder(folder)
    before = dict(inputs.digests)

    write(tmp_path / "shop/a.py", "2")
    write(tmp_path / "shop/b.py")
    recorder.record_file(file)
    recorder.record_sources([file])
    recorder.record_folder(folder)

    assert inputs.digests == before
    assert {*before} == {file, folder}


@pytest.mark.parametrize(
    "path", ["/project/a.pyc", "/project/.git/index", "/project/.archguard_cache/x", "/proc/self/stat", "/dev/null"]
)
def test_what_python_git_archguard_and_the_system_generate_is_no_input(path: str) -> None:
    inputs = RecordedInputs()
    recorder = InputRecorder(inputs)

    recorder.record_file(path)
    recorder.record_folder(path)

    assert (inputs.stamps, inputs.digests) == ({}, {})


def test_the_key_of_the_cache_is_no_input() -> None:
    inputs = RecordedInputs()

    InputRecorder(inputs).record_file(key_file())

    assert (inputs.stamps, inputs.digests) == ({}, {})


def test_what_is_read_is_an_input_and_what_is_written_is_none(tmp_path: Path) -> None:
    read, written = write(tmp_path / "a.py"), tmp_path / "b.txt"
    inputs = RecordedInputs()

    with recording_into(inputs):
        Path(read).read_text()
        written.write_text("x")
        with written.open("a") as file:
            file.write("y")
        os.close(os.open(written, os.O_RDWR))
        sorted(tmp_path.iterdir())

    Path(SETTLED).read_text()
    assert {*inputs.digests} == {read, str(tmp_path)}
    assert inputs.stamps.keys() <= {str(tmp_path)}


@pytest.mark.parametrize(
    ("event", "argument", "is_complete"),
    [
        ("subprocess.Popen", "git", False),
        ("socket.connect", "", False),
        ("sqlite3.connect", "", False),
        ("os.system", "", False),
        ("os.listdir", 3, False),
        ("os.scandir", 3, False),
        ("open", 3, True),
        ("import", "os", True),
    ],
)
def test_a_run_that_cannot_be_repeated_is_not_kept(event: str, argument: str | int, *, is_complete: bool) -> None:
    recorder = InputRecorder(RecordedInputs())

    recorder.on_audit_event(event, (argument, "r", 0))

    assert recorder.is_complete is is_complete
    assert not recorder.inputs.digests


def test_what_the_recorder_reads_itself_is_no_input(tmp_path: Path) -> None:
    recorder = InputRecorder(RecordedInputs())
    recorder.is_paused = True

    recorder.on_audit_event("open", (write(tmp_path / "a.py"), "r", 0))
    recorder.on_audit_event("os.system", ("",))

    assert recorder.is_complete
    assert not recorder.inputs.digests


def test_questions_about_paths_are_inputs_with_their_answers(tmp_path: Path) -> None:
    file, link = write(tmp_path / "a.py"), tmp_path / "link"
    link.symlink_to(file)
    inputs = RecordedInputs()

    with recording_into(inputs):
        assert [is_file(file), is_folder(file), is_there(file)] == [True, False, True]
        assert [is_file(tmp_path), is_folder(tmp_path), is_there(tmp_path)] == [False, True, True]
        assert not is_there(tmp_path / "missing")
        assert real_path(link) == os.path.realpath(file)

    assert inputs.kinds == {file: "file", str(tmp_path): "folder", str(tmp_path / "missing"): ""}
    assert inputs.targets == {str(link): os.path.realpath(file)}
    assert inputs.holds()
    link.unlink()
    assert not inputs.holds()
    link.symlink_to(file)
    assert inputs.holds()
    write(tmp_path / "missing")
    assert not inputs.holds()


@pytest.mark.parametrize("seconds", [-10, 10])
def test_the_files_of_loaded_libraries_are_inputs_that_must_be_older_than_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    files = {"library": write(tmp_path / "library.py"), "script": str(Path(sys.executable).with_name("archguard"))}
    for name, file in files.items():
        module = ModuleType(name)
        module.__file__ = file
        monkeypatch.setitem(sys.modules, name, module)
    recorder = InputRecorder(RecordedInputs())
    recorder.started += seconds * 10**9

    recorder.record_program()

    assert {files["library"], pytest.__file__} <= recorder.needed
    assert {files["library"], pytest.__file__} <= recorder.inputs.stamps.keys() | recorder.inputs.digests.keys()
    assert {files["script"], os.__file__}.isdisjoint(recorder.needed)
    assert recorder.is_complete is (seconds > 0)


def test_a_file_that_is_opened_without_flags_is_read(tmp_path: Path) -> None:
    recorder = InputRecorder(RecordedInputs())
    for name, mode, flags in (("read", "r", 0), ("none", None, None), ("written", "w", 0), ("both", "r+", None)):
        recorder.on_audit_event("open", (write(tmp_path / name), mode, flags))

    assert [*recorder.inputs.digests] == [str(tmp_path / "read"), str(tmp_path / "none")]


def test_a_run_that_is_stored_knows_its_inputs_and_what_was_edited_since_the_one_before(tmp_path: Path) -> None:
    edited, same = write(tmp_path / "a.py", "1"), write(tmp_path / "b.py")
    before = RecordedResult("check", by_content=True)
    before.record_file(edited)
    before.record_file(same)
    write(tmp_path / "a.py", "2")
    assert not before.holds()

    with recording("check", by_content=True, before=before):
        with not_recorded():
            Path(write(tmp_path / "c.py")).read_text()
        assert state_of(str(tmp_path / "c.py")) is None
        assert (is_recording(), is_by_content(), edited_files()) == (True, True, [edited])
        take_over_inputs(ScanRecord(("rows", "context"), [same]), [])
        assert (state_of(edited), state_of(same)) == (digest(edited), digest(same))
        assert state_of(str(Path(SETTLED).parent)) == digest(str(Path(SETTLED).parent))  # a folder of `sys.path`
        assert scan_record() == ScanRecord(("rows", "context"), [same])

    assert (is_recording(), is_by_content(), edited_files(), state_of(same)) == (False, False, None, None)
    assert scan_record() == ScanRecord(None, [])


def test_files_that_were_edited_lately_have_an_interface_hash(tmp_path: Path) -> None:
    files = [write(tmp_path / f"{number:02}.py", f"x = {number}\n") for number in range(21)]
    few, many, old = (InputRecorder(RecordedInputs()) for _ in range(3))
    old.inputs.stamps = {file: [time.time_ns() - 2 * 86_400_000_000_000] * 2 + [0, 0] for file in files[:20]}

    few.record_interfaces(files[:20])
    many.record_interfaces(files)
    old.record_interfaces(files)

    assert [*few.inputs.outlines] == files[:20]
    assert [*many.inputs.outlines] == []  # a checkout, no edits
    assert [*old.inputs.outlines] == files[20:]


def test_after_an_edit_the_other_inputs_are_those_of_before(tmp_path: Path) -> None:
    edited, same = write(tmp_path / "a.py", "1"), write(tmp_path / "b.py")
    before = RecordedResult("check", by_content=False)
    before.record_file(edited)
    before.record_file(same)
    before.kinds[str(tmp_path)], before.targets[same], before.days = "folder", same, ["2020-01-01", "9999-01-01"]
    write(tmp_path / "a.py", "2")
    assert not before.holds()
    recorder = InputRecorder(RecordedInputs(), before)
    assert recorder.edited_files() == [edited]

    recorder.take_over_inputs(ScanRecord(("rows", "context"), [same]), [edited, same])

    assert recorder.inputs.digests == {same: digest(same), edited: digest(edited)}
    assert (recorder.inputs.kinds, recorder.inputs.targets) == (before.kinds, before.targets)
    assert recorder.inputs.days == before.days
    assert (recorder.rows, recorder.needed) == (("rows", "context"), {same})


def test_without_a_run_before_nothing_was_edited_and_nothing_is_taken_over() -> None:
    recorder = InputRecorder(RecordedInputs())

    recorder.take_over_inputs(ScanRecord(("rows", "context"), ["a.py"]), [])

    assert recorder.edited_files() is None
    assert (recorder.rows, recorder.needed) == (None, set())


@pytest.mark.parametrize(
    ("file", "output", "by_content", "is_portable"),
    [
        ("project/a.py", "kept", True, True),
        ("project/a.py", "kept", False, False),
        ("beside/a.py", "kept", True, False),
        ("project/a.py", "in {}/project/a.py", True, False),
    ],
)
def test_a_result_counts_in_another_checkout_unless_it_shows_or_reads_what_is_outside(  # noqa: PLR0913  # four of the table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    output: str,
    by_content: bool,  # noqa: FBT001
    is_portable: bool,  # noqa: FBT001
) -> None:
    (tmp_path / "project/.git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project")
    result = RecordedResult(request_key(["check", "--checksum"]) or "", by_content=by_content)
    result.record_file(write(tmp_path / file))
    result.outputs = [(None, output.format(tmp_path))]

    assert result.is_portable() is is_portable


def test_what_has_gone_is_no_edit(tmp_path: Path) -> None:
    before = RecordedResult("check", by_content=False)
    before.record_file(write(tmp_path / "a.py"))
    (tmp_path / "a.py").unlink()
    assert not before.holds()

    assert InputRecorder(RecordedInputs(), before).edited_files() is None
