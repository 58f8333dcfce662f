"""Which program draws a picture: `dot`, else graphviz-pure, and never one that the project brings along."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from project import Project
from tools import needs_pure

ROOT = Path(__file__).parents[2]
FAKE = '#!/bin/sh\n: > "{ran}"\nprintf \'<svg width="1">drawn</svg>\'\n'


@pytest.fixture
def shop(project: Project) -> Project:
    """Two modules, one of which imports the other."""
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""})
    return project


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is no part of the project."""
    return tmp_path_factory.mktemp("outside")


def program(path: Path, ran: Path) -> Path:
    """A program at `path` that leaves the file `ran` behind when it is run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FAKE.format(ran=ran))
    path.chmod(0o755)
    return path


def test_dot_from_outside_of_the_project_draws(shop: Project, outside: Path) -> None:
    dot = program(outside / "bin/dot", outside / "ran")

    run = shop.run("diagram", "--format", "svg", PATH=str(dot.parent))

    assert (run.returncode, run.stderr) == (0, "")
    assert "drawn</svg>" in run.stdout


@needs_pure
def test_without_dot_graphviz_pure_draws_svg_and_png(shop: Project, outside: Path) -> None:
    svg, png = (shop.run("diagram", "--output", f"a.{end}", PATH=str(outside)) for end in ("svg", "png"))

    assert (svg.returncode, svg.stderr, png.returncode, png.stderr) == (0, "", 0, "")
    assert "graphviz-pure" in (shop.root / "a.svg").read_text(encoding="utf-8")
    assert (shop.root / "a.png").read_bytes().startswith(b"\x89PNG")


@needs_pure
@pytest.mark.parametrize(
    "path", ["{project}/bin", "bin", "./bin", "", ".", "{outside}/../{name}/bin", "{link}", "{links}"]
)
def test_a_program_of_the_project_is_never_run(shop: Project, outside: Path, path: str) -> None:
    ran = outside / "ran"
    for place in ("bin/dot", "dot", "bin/graphviz-pure", "graphviz-pure"):
        program(shop.root / place, ran)
    (outside / "link").symlink_to(shop.root / "bin")
    (outside / "links").mkdir()
    (outside / "links/dot").symlink_to(shop.root / "dot")
    away = os.path.relpath(shop.root, outside.parent)
    places = {
        "project": shop.root,
        "outside": outside,
        "name": away,
        "link": outside / "link",
        "links": outside / "links",
    }

    run = shop.run("diagram", "--format", "svg", PATH=path.format(**places))

    assert run.returncode == 0, run.stderr
    assert "graphviz-pure" in run.stdout
    assert not ran.exists()


@needs_pure
def test_a_relative_entry_of_the_path_is_passed_over_wherever_it_leads(shop: Project, outside: Path) -> None:
    dot = program(outside / "bin/dot", outside / "ran")

    run = shop.run("diagram", "--format", "svg", PATH=os.path.relpath(dot.parent, shop.root))

    assert run.returncode == 0, run.stderr
    assert not (outside / "ran").exists()


@needs_pure
def test_a_program_elsewhere_in_the_repository_is_part_of_the_project(shop: Project, outside: Path) -> None:
    program(shop.root / "tools/dot", outside / "ran")
    below = Project(shop.root / "service")
    below.write_all({"app/__init__.py": "", "app/a.py": ""})
    below.configure("project: {packages: [app]}\n")

    run = below.run("diagram", "--format", "svg", PATH=str(shop.root / "tools"))

    assert run.returncode == 0, run.stderr
    assert not (outside / "ran").exists()


@needs_pure
def test_the_project_is_what_the_configuration_is_about_wherever_one_stands(shop: Project, outside: Path) -> None:
    dot = program(shop.root / "bin/dot", outside / "ran")
    config = shop.configure("project: {packages: [shop]}\n")

    run = Project(outside).run("diagram", "--config", str(config), "--format", "svg", PATH=str(dot.parent))

    assert run.returncode == 0, run.stderr
    assert not (outside / "ran").exists()


def test_dot_from_the_next_folder_of_the_path_draws_where_the_first_is_refused(shop: Project, outside: Path) -> None:
    program(shop.root / "bin/dot", outside / "ran-inside")
    program(outside / "bin/dot", outside / "ran-outside")

    run = shop.run("diagram", "--format", "svg", PATH=f"{shop.root / 'bin'}{os.pathsep}{outside / 'bin'}")

    assert run.returncode == 0, run.stderr
    assert [it.name for it in outside.glob("ran-*")] == ["ran-outside"]


def test_pdf_without_dot_is_an_error_that_says_so(shop: Project, outside: Path) -> None:
    run = shop.run("diagram", "--output", "a.pdf", PATH=str(outside))

    assert run.returncode == 2
    assert "error: pdf is drawn by Graphviz' program `dot`, which is not on the PATH" in run.stderr
    assert "hint: install Graphviz (apt install graphviz" in run.stderr
    assert not (shop.root / "a.pdf").exists()


def test_a_dot_that_was_refused_is_named_in_the_error(shop: Project, outside: Path) -> None:
    dot = program(shop.root / "bin/dot", outside / "ran")

    run = shop.run("diagram", "--output", "a.pdf", PATH=str(dot.parent))

    assert run.returncode == 2
    assert f"{dot} is part of the project" in run.stderr


def test_where_neither_program_is_the_error_names_both(shop: Project, outside: Path) -> None:
    packages = outside / "packages"
    packages.mkdir()
    (packages / "archguard").symlink_to(ROOT / "archguard")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(("graphviz_pure", "archguard")):
            (packages / entry.name).symlink_to(entry)
    code = f"import sys; sys.path.insert(0, {str(packages)!r}); from archguard.cli import main; main()"
    command = [sys.executable, "-S", "-P", "-c", code, "diagram", "--output", "a.svg"]

    run = subprocess.run(
        command, cwd=shop.root, env={"PATH": str(outside)}, capture_output=True, text=True, check=False
    )

    assert run.returncode == 2, run.stderr
    assert "error: svg is drawn by Graphviz' program `dot`, which is not on the PATH" in run.stderr
    assert "or `pip install graphviz-pure`; --format dot, mermaid and others need neither" in run.stderr
