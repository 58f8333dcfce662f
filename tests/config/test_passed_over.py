"""Configuration that could be passed over without a word: each file is read, told of, or an error."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from project import Project

from archguard.config import find_configuration

KEPT = "contracts: [{id: kept, kind: forbidden, modules: shop.b, must_not_import: shop.a}]\n"
BROKEN = "contracts: [{id: no-b, kind: forbidden, modules: shop.a, must_not_import: shop.b}]\n"
TABLE = (
    '[[tool.archguard.contracts]]\nid = "kept"\nkind = "forbidden"\nmodules = "shop.b"\nmust_not_import = "shop.a"\n'
)


@pytest.fixture(autouse=True)
def _code(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""})


@pytest.mark.parametrize("name", ["archguard.YAML", "archguard.YML"])
def test_an_ending_in_capitals_is_as_good(project: Project, name: str) -> None:
    project.configure(BROKEN, name)

    assert "BROKEN  no-b" in project.call("check").stdout


@pytest.mark.parametrize("name", ["b.YAML", "b.Yml", ".b.yaml", "deep/er/b.yaml"])
def test_every_file_in_contracts_is_read(project: Project, name: str) -> None:
    project.configure(KEPT)
    project.configure(BROKEN, f"contracts/{name}")

    assert "BROKEN  no-b" in project.call("check").stdout


def test_data_of_a_package_called_contracts_is_no_configuration(project: Project) -> None:
    project.configure(KEPT)
    project.write_all({"contracts/__init__.py": "", "contracts/fixtures/users.yaml": "users: [{name: ada}]\n"})

    assert project.call("check").returncode == 0


def test_folders_in_contracts_that_link_to_each_other_are_read_once(project: Project) -> None:
    project.configure(KEPT)
    project.configure(BROKEN, "contracts/a/b.yaml")
    (project.root / "contracts/a/again").symlink_to("..")

    assert "BROKEN  no-b" in project.call("check").stdout


@pytest.mark.parametrize("place", ["b.yaml", "deep/b.yaml"])
def test_contracts_beside_a_pyproject_are_told_of(project: Project, place: str) -> None:
    project.write("pyproject.toml", TABLE)
    project.configure(BROKEN, f"contracts/{place}")

    run = project.call("check")

    assert run.returncode == 0
    assert f"for want of an archguard.yaml beside them: contracts/{place}" in run.stdout


def test_nothing_is_told_of_those_that_it_extends(project: Project) -> None:
    project.write("pyproject.toml", '[tool.archguard]\nextends = "contracts/b.yaml"\n')
    project.configure(BROKEN, "contracts/b.yaml")

    run = project.call("check")

    assert run.returncode == 1
    assert "for want of" not in run.stdout


def test_contracts_beside_a_configuration_of_another_tool_are_told_of(project: Project) -> None:
    text = "[importlinter]\nroot_package = shop\n[importlinter:contract:a]\nname = A\ntype = forbidden\n"
    project.write(".importlinter", text + "source_modules = shop.b\nforbidden_modules = shop.a\n")
    project.configure(BROKEN, "contracts/b.yaml")

    assert "contracts/b.yaml" in project.call("check").stdout


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _lost(path: Path) -> None:
    path.symlink_to("nowhere")


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _utf_16(path: Path) -> None:
    path.write_bytes("[tool.archguard]\n".encode("utf-16"))


@pytest.mark.parametrize("make", [_pipe, _folder, _lost, _device, _utf_16])
@pytest.mark.parametrize("name", ["archguard.yaml", "pyproject.toml", ".importlinter", "setup.cfg", "tach.toml"])
def test_what_may_be_the_nearest_configuration_and_cannot_be_read_is_an_error(
    project: Project, name: str, make: Callable[[Path], None]
) -> None:
    project.configure(KEPT)
    (project.root / "inner").mkdir()
    make(project.root / "inner" / name)

    run = project.call("check", below="inner")

    assert run.returncode == 2
    assert f"{name}:1:1: error: cannot be read" in run.stderr


@pytest.mark.parametrize("make", [_pipe, _lost, _device, _utf_16])
@pytest.mark.parametrize("place", ["contracts/b.yaml", "contracts/deep/b.yaml", "archguard-baseline.yaml"])
def test_a_file_of_contracts_that_cannot_be_read_is_an_error(
    project: Project, place: str, make: Callable[[Path], None]
) -> None:
    project.configure(KEPT)
    (project.root / place).parent.mkdir(parents=True, exist_ok=True)
    make(project.root / place)

    run = project.call("check")

    lost_baseline = make is _lost and "baseline" in place  # then everything is new, which hides nothing
    assert run.returncode == (0 if lost_baseline else 2)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything")
@pytest.mark.parametrize("folder", ["contracts", "contracts/deep", "secret"])
def test_a_folder_that_must_not_be_listed_is_an_error(project: Project, folder: str) -> None:
    project.configure(KEPT)
    project.write(f"{folder}/b.yaml", BROKEN)
    (project.root / folder).chmod(0)
    try:
        run = project.call("check")
    finally:
        (project.root / folder).chmod(0o700)

    assert run.returncode == 2
    assert "cannot be read: Permission denied" in run.stdout + run.stderr


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 5000, "x = 1" + "0" * 5000, "tool = 3\n", "tool = 'archguard'\n", "{\n"]
)
def test_a_pyproject_that_speaks_of_no_tool_is_passed_over(project: Project, text: str) -> None:
    project.configure(KEPT)
    project.write("pyproject.toml", text)
    project.write("inner/pyproject.toml", text)

    assert project.call("check").returncode == 0
    assert find_configuration(project.root / "inner")[0] == project.root


@pytest.mark.parametrize("table", ["[tool.archguard]\nx = ", "[tool.importlinter]\nx = ", "[ tool . tach ]\nx = "])
@pytest.mark.parametrize("value", ["[" * 5000, "1" + "0" * 5000, "{"])
def test_one_that_does_and_cannot_be_parsed_is_an_error(project: Project, table: str, value: str) -> None:
    project.configure(KEPT)
    project.write("inner/pyproject.toml", table + value)

    run = project.call("check", below="inner")

    assert run.returncode == 2
    assert "pyproject.toml:" in run.stderr
    assert "is not TOML" in run.stderr
