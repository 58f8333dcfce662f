"""Nothing of the project is run by starting archguard in it, and streams that are closed are no verdict."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from project import Project
from tools import needs_bash

from archguard.incremental.startup import leave_project

CONSOLE = Path(sys.executable).with_name("archguard")
MODULE = (sys.executable, "-m", "archguard")
NAMES = ("yaml", "click", "grimp", "networkx", "pydantic", "rich", "json", "ast", "importlinter", "zlib", "typing")
PLUGIN = "[archguard.reporters]\nplanted = planted:render\n[archguard.kinds]\nplanted = planted:Kind\n"


@pytest.fixture
def trap(project: Project) -> Project:
    """A shop beside files that bear the names of libraries, and a plug-in that nobody has installed."""
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/web.py": ""})
    project.configure("contracts: [{id: apart, kind: forbidden, modules: shop.web, must_not_import: shop.db}]\n")
    for name in (*NAMES, "planted"):
        project.write(f"{name}.py", f"open({str(project.root / 'ran')!r}, 'a').write(__name__ + '\\n')\n")
    project.write("planted.egg-info/entry_points.txt", PLUGIN)
    project.write("planted.egg-info/PKG-INFO", "Metadata-Version: 2.1\nName: planted\nVersion: 1\n")
    return project


def started(project: Project, command: tuple[str, ...], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=project.root, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    "arguments", [("check",), ("check", "--help"), ("list", "contracts"), ("diagram",), ("packs",)]
)
@pytest.mark.parametrize("path", ["", ".", "absolute"])
def test_no_file_of_the_project_is_run(trap: Project, arguments: tuple[str, ...], path: str) -> None:
    told = {"PYTHONPATH": str(trap.root) if path == "absolute" else path} if path else {}
    # With PYTHONPATH, Python itself runs what is called like a module that it needs to start.
    for name in ("typing", "ast", "json", "zlib") if path else ():
        (trap.root / f"{name}.py").unlink()

    for command in ((str(CONSOLE),), MODULE):
        done = started(trap, (*command, *arguments), **told)

        assert done.returncode == 0, done.stderr
        assert "planted" not in done.stdout or arguments != ("check", "--help")
        assert not (trap.root / "ran").exists(), (trap.root / "ran").read_text()


def test_from_a_folder_of_the_project_no_other_is_on_the_path(trap: Project) -> None:
    (trap.root / "shop/deep").mkdir()

    done = started(
        Project(trap.root / "shop/deep"), (*MODULE, "check"), PYTHONPATH=os.pathsep.join([str(trap.root), ".."])
    )

    assert done.returncode == 0, done.stderr
    assert not (trap.root / "ran").exists()


def test_what_is_installed_stays_on_the_path(trap: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trap.root)
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    own, outside = str(Path(__file__).parents[2]), "/opt/elsewhere"
    path = ["", str(trap.root / "src"), own, outside, library, f"{library}/site-packages", str(trap.root / "editable")]

    leave_project(path)

    assert path == [own, outside, library, f"{library}/site-packages", str(trap.root / "editable")]


COMMANDS = (
    ("check",),
    ("check", "--no-cache", "--format", "json"),
    ("list", "contracts"),
    ("explain", "apart"),
    ("why", "shop.web", "shop.db"),
    ("where", "shop.web"),
    ("ignores",),
    ("metrics",),
    ("diagram",),
    ("schema",),
    ("packs",),
    ("--help",),
    ("--version",),
    ("check", "--help"),
)


def shell(project: Project, redirected: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a shell that redirects its streams."""
    script = f'"$@" {redirected}'
    return subprocess.run(
        ["bash", "-c", script, "bash", *MODULE, *arguments],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )


@needs_bash
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full here")
@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_report_that_does_not_arrive_is_no_verdict(trap: Project, arguments: tuple[str, ...]) -> None:
    for redirected in (">/dev/full", ">&-", ">/dev/full 2>/dev/full", "<&- >&- 2>&-"):
        done = shell(trap, redirected, *arguments)

        assert done.returncode == 2, (redirected, done.stderr)
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_reader_that_has_gone_is_no_verdict(trap: Project, arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    gone = subprocess.run(
        (*MODULE, *arguments), cwd=trap.root, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)

    assert gone.returncode == 2, gone.stderr
    assert "Traceback" not in gone.stderr
    assert "Exception ignored" not in gone.stderr


@needs_bash
def test_a_closed_stderr_changes_no_verdict(trap: Project) -> None:
    assert shell(trap, "2>&-", "check").returncode == 0
    trap.write("shop/web.py", "import shop.db\n")
    assert shell(trap, "2>&-", "check").returncode == 1


@needs_bash
def test_a_report_in_a_file_needs_no_stdout(trap: Project) -> None:
    assert shell(trap, ">&-", "check", "--output", "report.txt").returncode == 0
    assert "1 kept" in (trap.root / "report.txt").read_text()
