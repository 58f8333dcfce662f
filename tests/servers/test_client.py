"""The client loads next to nothing, and finds the project as the command line does."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from daemons import PATIENCE, Daemons
from project import Project

from archguard.config import find_configuration
from archguard.config.dialects import DIALECTS
from archguard.config.discovery import _NAMES
from archguard.errors import ConfigError
from archguard.incremental.project_folder import NAMES, SHARED_NAMES, configured_folder
from archguard.incremental.startup import inherited_path
from archguard.servers.client import ask
from archguard.servers.log import MOST_BYTES, Log

SLOW = (
    "ast",
    "click",
    "dataclasses",
    "hashlib",
    "inspect",
    "json",
    "pathlib",
    "re",
    "socket",
    "subprocess",
    "typing",
    "yaml",
)


def test_a_client_loads_no_module_that_takes_long() -> None:
    code = (
        "import sys; from archguard.servers.client import ask\n"
        "ask('.', {'method': 'status'}, start=False, timeout=1)\n"
        f"print([name for name in {SLOW} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("archguard.yaml", ""),
        ("archguard.yml", ""),
        ("pyproject.toml", "[tool.archguard]\n"),
        ("pyproject.toml", 'tool = {"archguard" = {}}\n'),
        ("pyproject.toml", "[tool.importlinter]\nroot_package = 'shop'\n"),
        ("pyproject.toml", "[tool.tach]\n"),
        ("setup.cfg", "[importlinter]\nroot_package = shop\n"),
        (".importlinter", "[importlinter]\nroot_package = shop\n"),
        ("tach.toml", ""),
    ],
)
def test_the_project_is_the_one_that_the_command_line_finds(project: Project, path: str, content: str) -> None:
    project.write("archguard.yaml", "contracts: []\n")
    project.write(f"service/{path}", content)
    below = project.root / "service/package"
    below.mkdir()

    assert configured_folder(str(below)) == str(find_configuration(below)[0]) == str(project.root / "service")


def test_files_without_a_configuration_are_passed_over(project: Project) -> None:
    project.write("archguard.yaml", "contracts: []\n")
    project.write("service/pyproject.toml", "[project]\nname = 'service'\n")

    assert configured_folder(str(project.root / "service")) == str(project.root)


def test_the_search_ends_at_the_repository(project: Project) -> None:
    project.write("archguard.yaml", "contracts: []\n")
    (project.root / "other/.git").mkdir(parents=True)

    assert configured_folder(str(project.root / "other")) == str(project.root / "other")
    with pytest.raises(ConfigError):
        find_configuration(project.root / "other")


def test_every_file_that_may_hold_a_configuration_is_looked_for() -> None:
    assert NAMES == _NAMES
    assert {"pyproject.toml"}.union(*(dialect.files for dialect in DIALECTS)) == set(SHARED_NAMES)


def test_a_process_for_the_project_does_not_inherit_its_folders(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", str(project.root / "src"), "/opt/elsewhere"]))

    assert inherited_path(str(project.root)) == "/opt/elsewhere"


@pytest.mark.skipif(os.name == "nt", reason="there is one name")
def test_one_python_under_several_names_has_one_daemon(project: Project, daemons: Daemons) -> None:
    code = (
        "import sys; from archguard.servers.protocol import address; print(address(sys.argv[1], (), make_folder=True))"
    )
    folder = Path(sys.executable).parent
    programs = [folder / "python", folder / "python3", Path(os.path.relpath(sys.executable))]

    found = {
        subprocess.run([program, "-c", code, str(project.root)], capture_output=True, text=True, check=True).stdout
        for program in programs
    }

    assert found == {daemons.address(project) + "\n"}


def test_a_client_does_not_wait_for_longer_than_it_may(project: Project, daemons: Daemons) -> None:
    project.configure("contracts: []")

    assert ask(str(project.root), {"method": "report"}, start=True, timeout=0.001) is None

    end = time.monotonic() + PATIENCE
    while not daemons.pid(project):  # it comes up nevertheless, for the next client
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_log_begins_anew_when_it_is_full(tmp_path: Path) -> None:
    file = tmp_path / "daemon.log"
    file.write_text("x" * (MOST_BYTES + 1))
    code = (
        "import sys; from pathlib import Path; from archguard.servers.log import Log; Log(Path(sys.argv[1]))('hello')"
    )
    subprocess.run([sys.executable, "-c", code, str(file)], check=True)

    assert file.read_text().endswith("hello\n")
    assert file.stat().st_size < 100


def test_a_log_that_cannot_be_written_is_no_fault(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Log(tmp_path / "missing/daemon.log")("hello")

    assert "hello" in capfd.readouterr().err
