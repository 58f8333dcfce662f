"""How a file stands: what shows that it has changed, and that looking never waits."""

import os
import time
from pathlib import Path

import pytest
from project import Project

from archguard.incremental.fingerprint import content, digest, kind, stat_fingerprint

_TWO_SECONDS = 2_000_000_000
"""A stamp that is younger is not trusted, and then contents tell."""


def _old(path: Path) -> tuple[int, int]:
    """The times of `path`, long past."""
    times = (time.time_ns() - 10 * _TWO_SECONDS,) * 2
    os.utime(path, ns=times)
    return times


def test_another_content_of_the_same_size_and_time_has_another_stamp(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("import os\n")
    times = _old(file)
    before = stat_fingerprint(str(file))
    time.sleep(0.02)  # the clock of a file system ticks every few milliseconds

    file.write_text("import re\n")
    os.utime(file, ns=times)

    after = stat_fingerprint(str(file))
    assert before
    assert after
    assert (before[0], before[3]) == (after[0], after[3])
    assert before != after


def test_a_link_to_another_file_of_the_same_size_and_times_has_another_stamp(tmp_path: Path) -> None:
    one, other, link = tmp_path / "one.py", tmp_path / "other.py", tmp_path / "a.py"
    one.write_text("import os\n")
    other.write_text("import re\n")
    for _ in range(1000):  # until both changes fall into one tick of the clock
        times = (time.time_ns() - 10 * _TWO_SECONDS,) * 2
        os.utime(one, ns=times)
        os.utime(other, ns=times)
        if one.stat().st_ctime_ns == other.stat().st_ctime_ns:
            break
    link.symlink_to(one)
    before = stat_fingerprint(str(link))
    link.unlink()
    link.symlink_to(other)

    after = stat_fingerprint(str(link))
    assert before
    assert after
    assert (before[:2], before[3]) == (after[:2], after[3])
    assert before != after


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "a.py"
    os.mkfifo(pipe)

    with pytest.raises(OSError, match="is a pipe, a socket or a device"):
        content(str(pipe))
    assert digest(str(pipe)).startswith("error")
    assert kind(str(pipe)) == "other"


def test_a_device_is_not_opened() -> None:
    with pytest.raises(OSError, match="is a pipe, a socket or a device"):
        content("/dev/zero")


def test_a_file_up_to_the_limit_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"x" * (1 << 20))
    assert len(content(str(file), most=1 << 20)) == 1 << 20

    file.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(OSError, match="is larger than 1 MiB"):
        content(str(file), most=1 << 20)


def _configured(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "", "shop/b.py": ""})
    project.configure("contracts: [{id: c, kind: forbidden, modules: shop.a, must_not_import: shop.b}]\n")


def test_an_answer_ends_when_a_file_becomes_a_pipe_and_when_it_is_one_no_more(project: Project) -> None:
    _configured(project)
    assert project.ask("check").returncode == 0

    (project.root / "shop/b.py").unlink()
    os.mkfifo(project.root / "shop/b.py")
    assert project.ask("check").returncode == 2
    assert project.ask("check").returncode == 2

    (project.root / "shop/b.py").unlink()
    project.write("shop/b.py")
    assert project.ask("check").returncode == 0


def test_an_answer_ends_when_a_folder_that_was_passed_over_becomes_a_package(project: Project) -> None:
    _configured(project)
    project.write_all({"build/a.py": "", "my-tool/x.txt": ""})
    assert "'build' has no __init__.py" in project.ask("check").stdout

    project.write("build/__init__.py")
    assert "'build' has no __init__.py" not in project.ask("check").stdout

    project.write("my-tool/x.py")
    assert "'my-tool' cannot be imported" in project.ask("check").stdout


def test_an_answer_ends_when_contracts_come_below_contracts(project: Project) -> None:
    _configured(project)
    project.write("contracts/deep/notes.txt")
    assert project.ask("check").returncode == 0

    project.write("shop/a.py", "import shop.b\n")
    project.configure(
        "contracts: [{id: d, kind: forbidden, modules: shop.b, must_not_import: shop.a}]\n", "contracts/deep/d.yaml"
    )
    assert "d (forbidden)" in project.ask("check").stdout


def test_an_answer_ends_when_an_import_makes_src_a_package(project: Project) -> None:
    project.write_all(
        {"src/__init__.py": "", "src/app/__init__.py": "", "src/app/a.py": "import app.b\n", "src/app/b.py": ""}
    )
    project.configure("contracts: [{id: c, kind: forbidden, modules: app.a, must_not_import: app.b}]\n")
    assert project.ask("check").returncode == 1

    project.write("run.py", "import json\n")
    assert project.ask("check").returncode == 1
    project.write("run.py", "import src.app.a\n")
    assert project.ask("check").returncode == 2
