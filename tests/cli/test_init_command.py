"""`archguard init`, as users meet it."""

import os
import pty
import select
import subprocess
import sys
import time

import pytest
from jsonschema import Draft202012Validator
from project import Project

from archguard.config import read_document
from archguard.config.schema import config_schema

CODE = {
    "shop/__init__.py": "",
    "shop/api.py": "from shop import services\n",
    "shop/services.py": "from shop import store\n",
    "shop/store.py": "",
}


def test_init_writes_a_configuration_that_passes(project: Project) -> None:
    project.write_all(CODE)

    run = project.run("init", "--yes")

    assert (run.returncode, run.stdout) == (0, "")
    assert "written: archguard.yaml (4 contracts)" in run.stderr
    assert "adopted: layered (layers): no import against the order" in run.stderr
    assert "not proposed: a contract on access: no module declares a route" in run.stderr
    assert not (project.root / "archguard-baseline.yaml").exists()
    assert project.call("check").returncode == 0


def test_what_is_written_says_what_it_is(project: Project) -> None:
    project.write_all(CODE)

    project.call("init", "--yes")

    text = (project.root / "archguard.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=archguard.schema.json\n")
    assert "\n  # From top to bottom, " in text
    assert max(map(len, text.splitlines())) <= 120
    data = read_document(project.root / "archguard.yaml", "archguard.yaml").data
    assert [error.message for error in Draft202012Validator(config_schema()).iter_errors(data)] == []
    assert all(contract["reason"] for contract in data["contracts"])


def test_a_dry_run_prints_what_would_be_written(project: Project) -> None:
    project.write_all(CODE)

    run = project.call("init", "--dry-run")

    assert not (project.root / "archguard.yaml").exists()
    project.call("init", "--yes")
    assert run.stdout == (project.root / "archguard.yaml").read_text(encoding="utf-8")


def test_in_a_pipe_init_says_how_to_go_on(project: Project) -> None:
    project.write_all(CODE)

    run = project.run("init")

    assert run.returncode == 2
    assert "there is no terminal to ask at" in run.stderr
    assert "--yes" in run.stderr
    assert not (project.root / "archguard.yaml").exists()


@pytest.mark.parametrize("name", ["archguard.yaml", "archguard.yml", "archguard-baseline.yaml"])
def test_init_writes_over_nothing(project: Project, name: str) -> None:
    project.write_all({**CODE, name: "version: 1\n"})

    run = project.call("init", "--yes")

    assert run.returncode == 2
    assert f"{name}' is there already" in run.stderr
    assert (project.root / name).read_text(encoding="utf-8") == "version: 1\n"
    assert sorted(path.name for path in project.root.glob("archguard*")) == [name]


def test_init_below_a_configuration_writes_none_beside_it(project: Project) -> None:
    project.write_all({**CODE, "pyproject.toml": "[tool.archguard]\nversion = 1\n"})

    run = project.call("init", "--yes", below="shop")

    assert run.returncode == 2
    assert "pyproject.toml' is there already" in run.stderr


@pytest.mark.parametrize(
    ("file", "text", "tool"),
    [
        (".importlinter", "[importlinter]\nroot_package = shop\n", "import-linter"),
        ("tach.toml", 'source_roots = ["."]\n\n[[modules]]\npath = "shop"\ndepends_on = []\n', "tach"),
    ],
)
def test_the_configuration_of_another_tool_is_not_doubled(project: Project, file: str, text: str, tool: str) -> None:
    project.write_all({**CODE, file: text})

    run = project.call("init", "--yes")

    assert run.returncode == 2
    assert f"{file} is a configuration of {tool}, which archguard runs as it is" in run.stderr
    assert "archguard migrate --output archguard.yaml" in run.stderr


def test_an_empty_folder_has_nothing_to_begin_with(project: Project) -> None:
    run = project.call("init", "--yes")

    assert run.returncode == 2
    assert "there is no package here" in run.stderr


def test_a_file_that_cannot_be_read_is_named_and_stays_an_error(project: Project) -> None:
    project.write_all({**CODE, "shop/old.py": "print 'hello'\n"})

    run = project.call("init", "--yes")

    assert run.returncode == 0
    assert "cannot be read: shop/old.py:1:1" in run.stderr
    assert "`archguard check` fails until that file can be read" in run.stderr
    assert "exclude" not in (project.root / "archguard.yaml").read_text(encoding="utf-8")
    checked = project.call("check")
    assert checked.returncode == 2
    assert "shop/old.py:1:1: error: is not valid Python" in checked.stdout
    project.write("shop/old.py")
    assert project.call("check").returncode == 0


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads the file")
def test_a_file_for_a_newer_python_keeps_its_place_in_the_layers(project: Project) -> None:
    project.write_all({**CODE, "shop/services.py": "from shop import store\n\ntype Row = dict[str, str]\n"})
    project.write("shop/store.py", "import sqlite3\n\nsqlite3.connect('a')\nsqlite3.connect('b')\n")
    project.write_all({f"shop/part{number}.py": "import shop.store\n" for number in range(9)})

    run = project.call("init", "--yes")

    assert run.returncode == 0, run.stderr
    assert "cannot be read: shop/services.py:3:6: needs Python 3.12" in run.stderr
    assert "so not proposed: queries-in-one-place" in run.stderr
    assert "services" in (project.root / "archguard.yaml").read_text(encoding="utf-8")
    assert project.call("check").returncode == 0


def test_a_package_that_cannot_be_read_is_a_fault(project: Project) -> None:
    project.write_all({**CODE, "shop/__init__.py": "def (:\n"})

    run = project.call("init", "--yes")

    assert run.returncode == 2
    assert "shop/__init__.py:1" in run.stderr
    assert not (project.root / "archguard.yaml").exists()


def test_on_a_terminal_each_step_shows_what_it_saw_and_costs_and_asks(project: Project) -> None:
    project.write_all(CODE)

    code, shown = _on_a_terminal(project, ["\n"] * 4 + ["y\n"])

    assert code == 0
    assert "Layers  Which parts may import which?" in shown
    assert "saw          shop: api > services > store" in shown
    assert "cost         no import against the order" in shown
    assert "not proposed services: the code is deployed as one" in shown
    assert "Write archguard.yaml (4 contracts)?" in shown
    assert project.call("check").returncode == 0


def test_on_a_terminal_the_layers_can_be_edited(project: Project) -> None:
    project.write_all(CODE)

    answers = ["e\n", "api, stroe\n", "api, store, services\n", "y\n", "\n", "\n", "\n", "y\n"]
    code, shown = _on_a_terminal(project, answers)

    assert code == 0
    assert "'shop.stroe' matches no module" in shown
    assert "cost         1 import against the order: 0 new after adopting" in shown
    assert "archguard-baseline.yaml (1 known violation)" in shown
    assert "- api\n      - store\n      - services\n" in (project.root / "archguard.yaml").read_text(encoding="utf-8")
    assert project.call("check").returncode == 0


def test_on_a_terminal_a_question_mark_explains_and_p_previews(project: Project) -> None:
    project.write_all(CODE)

    code, shown = _on_a_terminal(project, ["?\n", "p\n", "y\n", "\n", "\n", "\n", "y\n"])

    assert code == 0
    assert "Each layer may import those below it, never those above." in shown
    assert shown.count("- id: layered\n") == 2


def test_on_a_terminal_a_contract_can_be_declined(project: Project) -> None:
    project.write_all(CODE)

    code, _ = _on_a_terminal(project, ["n\n", "\n", "\n", "\n", "y\n"])

    text = (project.root / "archguard.yaml").read_text(encoding="utf-8")
    assert code == 0
    assert "layered" not in text
    assert "no-cycles" in text


def test_on_a_terminal_declining_everything_writes_nothing(project: Project) -> None:
    project.write_all(CODE)

    code, shown = _on_a_terminal(project, ["n\n"] * 4)

    assert code == 2
    assert "no contract is left to write" in shown
    assert not (project.root / "archguard.yaml").exists()


def test_on_a_terminal_no_means_no(project: Project) -> None:
    project.write_all(CODE)

    code, _ = _on_a_terminal(project, ["\n"] * 4 + ["n\n"])

    assert code == 2
    assert not (project.root / "archguard.yaml").exists()


def _on_a_terminal(project: Project, answers: list[str]) -> tuple[int, str]:
    """The exit code, and what the terminal showed; each answer is given to a question."""
    master, slave = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "archguard", "init"],
        cwd=project.root,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown, left, end = "", list(answers), time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                shown += os.read(master, 4096).decode()
            except OSError:  # the process has closed its end
                break
        if left and shown.rstrip(" ").endswith((":", "?", "]:")) and shown.endswith(": "):
            os.write(master, left.pop(0).encode())
            shown += "\n"
    code = run.wait(timeout=10)
    os.close(master)
    return code, shown.replace("\r\n", "\n")
