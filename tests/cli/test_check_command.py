"""`archguard check` as scripts and people use it: exit codes, what goes where, and what each option does."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest
from project import Project

from archguard.cli import COMMANDS, cli

UP = {"id": "up", "kind": "forbidden", "modules": "shop.a", "must_not_import": "shop.b", "reason": "b is above"}
OUT = {"id": "out", "kind": "external", "modules": "shop.b", "deny": "os", "severity": "warning"}


@pytest.fixture(autouse=True)
def _shop(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": "import os\n"})
    project.write("archguard.yaml", json.dumps({"contracts": [UP, OUT]}))


def test_kept_contracts_exit_with_0(project: Project) -> None:
    project.write("shop/a.py", "")

    run = project.call("check")

    assert (run.returncode, run.stderr) == (0, "")
    assert "kept    up (forbidden)" in run.stdout


def test_violations_exit_with_1_and_are_on_stdout_alone(project: Project) -> None:
    run = project.call("check")

    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout.startswith(
        "shop/a.py:1:8: error: shop.a must not import shop.b [up]\n"
        "  1 | import shop.b\n"
        "    |        ^^^^^^\n"
        "    = why: b is above\n"
        "    = help: "
    )


def test_the_profile_tells_on_stderr_where_the_time_went(project: Project) -> None:
    run = project.ask("check", "--profile")

    lines = [line.split("  ") for line in run.stderr.splitlines()]
    assert [line[-1] for line in lines] == [
        *("start", "configuration", "code", "contract up", "contract out", "baseline", "report", "in all")
    ]
    parts = [float(line.split(" s ")[0]) for line in run.stderr.splitlines()]
    assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=0.005)
    assert run.stdout.startswith("shop/a.py:1:8: error")


def test_who_checks_imports_does_not_wait_for_what_only_other_contracts_need(project: Project) -> None:
    program = (
        "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
        "from archguard.__main__ import main; main()"
    )

    run = subprocess.run(
        [sys.executable, "-c", program, "check"], check=False, cwd=project.root, capture_output=True, text=True
    )

    loaded = set(run.stderr.split())
    assert "archguard.kinds.forbidden" in loaded
    assert not loaded & {
        "networkx",
        "rich",
        "sqlglot",
        "importlinter",
        "archguard.kinds.database",
        "archguard.semantics",
    }


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("archguard.yaml", "contracts: ["),
        ("archguard.yaml", json.dumps({"contracts": [UP | {"modules": "shop.aa"}]})),
        ("shop/a.py", "import shop.b\ndef (:\n"),
        ("shop/a.py", b"\xff"),
        ("shop/a.py", "from ... import x\n"),
    ],
)
def test_what_cannot_be_checked_exits_with_2(project: Project, path: str, content: str | bytes) -> None:
    project.write(path, content)

    run = project.call("check")

    assert run.returncode == 2
    assert "Traceback" not in run.stderr + run.stdout


def test_a_fault_in_archguard_exits_with_3_and_shows_no_traceback(project: Project) -> None:
    breaking = "import sys, archguard.checking\nsys.modules['archguard.checking.check']._chosen = None\n"
    project.write("sitecustomize.py", breaking)

    quiet = project.run("check", PYTHONPATH=_with(project.root))
    loud = project.run("check", PYTHONPATH=_with(project.root), ARCHGUARD_TRACEBACK="1")

    assert (quiet.returncode, loud.returncode) == (3, 3)
    assert quiet.stderr.startswith("archguard: a fault in archguard itself: TypeError: ")
    assert "Traceback" not in quiet.stderr
    assert "Traceback" in loud.stderr


def _with(folder: Path) -> str:
    return os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--nothing"],
        ["nothing"],
        ["check", "nowhere.py"],
        ["check", "--config", "nowhere.yaml"],
        ["check", "--config", "shop"],
        ["check", "--format", "jsn"],
        ["check", "--contract", "upp"],
        ["check", "--fail-on", "nothing"],
        ["check", "--baseline", "nowhere.yaml"],
        ["check", "--since", "HEAD"],
        ["check", "--output", "nowhere/report.json"],
        ["check", "--format", "json:nowhere/report.json"],
        ["packs", "layred"],
        ["schema", "nothing"],
        ["migrate"],
    ],
)
def test_a_wrong_argument_exits_with_2_and_says_so_on_stderr(project: Project, arguments: list[str]) -> None:
    run = project.call(*arguments)

    assert (run.returncode, run.stdout) == (2, "")
    assert "rror: " in run.stderr
    assert "Traceback" not in run.stderr


def test_a_name_that_is_almost_right_gets_a_hint(project: Project) -> None:
    contract = project.call("check", "--contract", "upp")
    format_ = project.call("check", "--format", "jsn")

    assert "hint: did you mean 'up'?" in contract.stderr
    assert "hint: did you mean 'json'?" in format_.stderr


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1)])
def test_fail_on_says_from_which_severity_on_a_run_fails(project: Project, level: str, code: int) -> None:
    run = project.call("check", "--contract", "out", "--fail-on", level)

    assert run.returncode == code
    assert "shop/b.py:1:8: warning: shop.b must not import the standard library's os [out]" in run.stdout


def test_contract_checks_only_what_is_named(project: Project) -> None:
    one = project.call("check", "--contract", "out", "--format", "json")
    both = project.call("check", "--contract", "out", "--contract", "up", "--format", "json")

    ids = [[contract["id"] for contract in json.loads(run.stdout)["contracts"]] for run in (one, both)]

    assert ids == [["out"], ["up", "out"]]


@pytest.mark.parametrize(
    ("paths", "code", "importers"),
    [
        (["shop/a.py"], 1, ["shop.a"]),
        (["shop/b.py"], 0, ["shop.b"]),
        (["shop"], 1, ["shop.a", "shop.b"]),
        ([".", "shop/a.py"], 1, ["shop.a", "shop.b"]),
        ([".."], 1, ["shop.a", "shop.b"]),
        (["shop/__init__.py"], 0, []),
        (["shop/../shop/a.py"], 1, ["shop.a"]),
    ],
)
def test_paths_limit_what_is_reported(project: Project, paths: list[str], code: int, importers: list[str]) -> None:
    run = project.call("check", *paths, "--format", "json")

    report = json.loads(run.stdout)
    assert run.returncode == code
    assert sorted(violation["importer"] for violation in report["violations"]) == importers
    assert sum(contract["violations"] for contract in report["contracts"]) == len(importers)
    assert sum(contract["status"] == "broken" for contract in report["contracts"]) == code  # the other one only warns


def test_paths_are_relative_to_where_one_stands(project: Project) -> None:
    run = project.call("check", "a.py", below="shop")

    assert run.returncode == 1
    assert run.stdout.startswith("shop/a.py:1:8: error: ")


def test_output_is_a_file_and_stdout_stays_empty(project: Project) -> None:
    run = project.call("check", "--format", "json", "--output", "report.json")

    assert (run.returncode, run.stdout, run.stderr) == (1, "", "")
    assert json.loads((project.root / "report.json").read_text())["version"] == 1


def test_several_formats_go_where_each_is_told(project: Project) -> None:
    run = project.call("check", "--format", "text", "--format", "json:report.json", "--format", "sarif:report.sarif")

    assert run.returncode == 1
    assert run.stdout.startswith("shop/a.py:1:8: error: ")
    assert json.loads((project.root / "report.json").read_text())["version"] == 1
    assert json.loads((project.root / "report.sarif").read_text())["version"] == "2.1.0"


def test_a_pipe_gets_no_colours_and_no_wrapped_lines(project: Project) -> None:
    name = "a_name_that_is_long_enough_to_be_wrapped_by_a_terminal_of_eighty_columns_even_if_it_is_alone"
    project.write_all({f"shop/{name}.py": "", "shop/b.py": f"import shop.{name}\n"})
    project.write("archguard.yaml", json.dumps({"contracts": [UP | {"must_not_import": f"shop.{name}"}]}))

    run = project.run("check", COLUMNS="80", TERM="xterm-256color")

    assert "\x1b" not in run.stdout
    assert f"shop/a.py:1:8: error: shop.a must not import shop.{name} through shop.b [up]" in run.stdout.splitlines()


def test_force_color_colours_a_pipe_and_no_color_wins(project: Project) -> None:
    coloured = project.run("check", FORCE_COLOR="1")
    plain = project.run("check", FORCE_COLOR="1", NO_COLOR="1")

    assert "\x1b[" in coloured.stdout
    assert "\x1b" not in plain.stdout
    assert "shop.a must not import shop.b" in coloured.stdout


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours_unless_it_wants_none(
    project: Project, environment: dict[str, str], *, coloured: bool
) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "FORCE_COLOR")}
    master, slave = pty.openpty()
    run = subprocess.run(
        [sys.executable, "-m", "archguard", "check"],
        cwd=project.root,
        env=kept | {"TERM": "xterm-256color"} | environment,
        stdout=slave,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(slave)
    said = os.read(master, 100_000).decode()
    os.close(master)

    assert run.returncode == 1
    assert ("\x1b[" in said) == coloured
    assert "shop.a must not import shop.b" in said


def test_a_reader_that_goes_away_is_not_told_of_a_traceback(project: Project) -> None:
    contracts = [UP | {"id": f"up{number}"} for number in range(500)]
    project.write("archguard.yaml", json.dumps({"contracts": contracts}))

    command = [sys.executable, "-m", "archguard", "check"]
    with subprocess.Popen(
        command, cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        first = process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()

    assert first.startswith("shop/a.py:1:8: error: ")
    assert "Traceback" not in said


def test_nothing_of_the_code_is_run(project: Project) -> None:
    project.write("shop/__init__.py", "open('ran', 'w')\n")
    project.write("shop/a.py", "import shop.b\nopen('ran', 'w')\n")

    project.run("check")

    assert not (project.root / "ran").exists()
    assert not list(project.root.rglob("*.pyc"))


def test_all_commands_are_there_after_each_was_imported() -> None:
    """One of them is called `list`."""
    context = click.Context(cli)

    assert [name for name in COMMANDS if cli.get_command(context, name) is None] == []
    assert cli.list_commands(context) == [*COMMANDS]


def test_help_names_every_command_and_the_exit_codes(project: Project) -> None:
    run = project.call("--help")

    assert run.returncode == 0
    assert [name for name in COMMANDS if f"  {name} " not in run.stdout] == []
    assert "0 all contracts kept, 1 violations, 2 could not check, 3 a fault" in run.stdout
