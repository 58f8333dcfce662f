"""What a process does first: it leaves the project's folder out of the search path, and opens what was closed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools import needs_bash

from archguard.incremental.startup import inherited_path, leave_project

OWN = str(Path(__file__).parents[2])
LIBRARY = str(Path(os.__file__).parent)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the working directory in one of its folders."""
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / "repository/shop/deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository/shop")
    return tmp_path / "repository"


def test_what_leads_into_the_repository_before_the_standard_library_goes(repository: Path) -> None:
    beside = f"{repository}-beside"
    given = ["", "..", "deep", str(repository), "../..", beside, OWN, LIBRARY, str(repository)]

    leave_project(given)

    assert given == ["../..", beside, OWN, LIBRARY, str(repository)]


def test_without_a_repository_the_working_directory_is_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path / "shop")
    given = ["", str(tmp_path), LIBRARY]

    leave_project(given)

    assert given == [str(tmp_path), LIBRARY]


def test_an_environment_in_the_repository_stays(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(repository / ".venv"))
    given = [str(repository / ".venv/lib"), str(repository / ".venvs"), LIBRARY]

    leave_project(given)

    assert given == [str(repository / ".venv/lib"), LIBRARY]


def test_without_the_standard_library_nothing_goes(repository: Path) -> None:
    given = ["", str(repository)]

    leave_project(given)

    assert given == ["", str(repository)]


def test_a_process_inherits_the_path_without_the_project(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [LIBRARY, OWN])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(repository), "deep", "", "../..", OWN]))

    assert inherited_path(str(repository / "shop")) == os.pathsep.join([str(repository.parent), OWN])

    monkeypatch.setenv("PYTHONPATH", "")
    assert inherited_path(str(repository)) == ""


@pytest.mark.parametrize("path", [[OWN, LIBRARY], [OWN]])
def test_its_own_folder_is_passed_on_unless_the_interpreter_finds_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch, path: list[str]
) -> None:
    monkeypatch.setattr(sys, "path", path)
    monkeypatch.delenv("PYTHONPATH", raising=False)

    assert inherited_path(str(repository)) == OWN


def run(code: str, close: str) -> subprocess.CompletedProcess[str]:
    """A process whose streams are closed by the shell's redirection `close`."""
    command = f'exec "$0" -c "$1" {close}'
    start = "import os, sys\nfrom archguard.incremental.startup import open_streams\nopen_streams()\n"
    return subprocess.run(
        ["bash", "-c", command, sys.executable, start + code], capture_output=True, text=True, check=False, cwd=OWN
    )


@needs_bash
def test_closed_streams_are_opened_in_place() -> None:
    done = run("print([sys.stdin.fileno(), sys.stderr.fileno()], sys.stdin.read() == '')", "<&- 2>&-")

    assert (done.returncode, done.stdout) == (0, "[0, 2] True\n")


@needs_bash
def test_what_goes_to_a_closed_stdout_is_an_error_and_to_a_closed_stderr_is_dropped() -> None:
    code = "print('x', file=sys.stderr, flush=True)\ntry: print('x', flush=True)\nexcept OSError: os._exit(7)"

    assert run(code, ">&- 2>&-").returncode == 7


@needs_bash
def test_a_stream_that_is_replaced_leaves_its_descriptor_open() -> None:
    done = run("sys.stdin = None\nimport gc; gc.collect()\nprint(os.fstat(0).st_size)", "<&-")

    assert (done.returncode, done.stdout) == (0, "0\n")


@needs_bash
def test_open_streams_stay_as_they_are() -> None:
    done = run("print(sys.stdin.read(), sys.stdout.fileno())", "<<END\nread\nEND\n")

    assert done.stdout == "read\n 1\n"
