"""How `archguard check` writes its report for people: options, terminals, and lines of source."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest
from project import Project

CONTRACT = "contracts: [{id: up, kind: layers, layers: [shop.b, shop.a], reason: b is above}]"


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""})
    project.configure(CONTRACT)
    return project


def on_terminal(shop: Project, columns: int, **environment: str) -> str:
    """What `archguard check` writes to a terminal of so many columns."""
    main, terminal = pty.openpty()
    variables = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "CI"}}
    variables |= {"TERM": "xterm-256color", "COLUMNS": str(columns), **environment}
    with subprocess.Popen(
        [sys.executable, "-m", "archguard", "check", "--no-cache"],
        cwd=shop.root,
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        env=variables,
    ) as process:
        os.close(terminal)
        read = bytearray()
        while part := _read(main):
            read += part
        process.wait()
    os.close(main)
    return read.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux reports the end of a terminal as an error
        return b""


def test_a_terminal_has_colours_and_links(shop: Project) -> None:
    shown = on_terminal(shop, 80)

    assert f";file://{shop.root.as_posix()}/shop/a.py\x1b\\" in shown
    assert "\x1b[1;31merror" in shown


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours_has_no_escape_sequences_but_its_width(
    shop: Project, variables: dict[str, str]
) -> None:
    shown = on_terminal(shop, 50, **variables)

    assert "\x1b" not in shown
    assert max(len(line) for line in shown.splitlines() if line.startswith("    ")) <= 50


def test_a_pipe_is_neither_wrapped_nor_coloured(shop: Project) -> None:
    run = shop.run("check", COLUMNS="40")

    assert "\x1b" not in run.stdout
    assert "    = or: inject it: a module that may import both passes it to shop.a\n" in run.stdout


def test_colours_that_are_forced_into_a_pipe_bring_no_links(shop: Project) -> None:
    run = shop.run("check", FORCE_COLOR="1")

    assert "\x1b[1;31merror" in run.stdout
    assert "file://" not in run.stdout


def test_quiet_writes_nothing_about_a_project_that_keeps_its_contracts(shop: Project) -> None:
    shop.write("shop/a.py", "")

    for format_ in ("text", "concise"):
        run = shop.call("check", "--quiet", "--format", format_)
        assert (run.returncode, run.stdout) == (0, "")


def test_quiet_writes_the_violations_alone(shop: Project) -> None:
    run = shop.call("check", "-q")

    assert run.returncode == 1
    assert run.stdout.startswith("shop/a.py:1:8: error")
    assert "Looked at" not in run.stdout


def test_statistics_count_by_contract_kind_and_module(shop: Project) -> None:
    shop.write("shop/a.py", "import shop.b\nimport shop.b as c\n")

    run = shop.call("check", "--statistics")

    assert run.returncode == 1
    assert run.stdout == (
        "    new   known  contract\n      2       0  up\n\n"
        "    new   known  kind\n      2       0  layers\n\n"
        "    new   known  module\n      2       0  shop.a\n\n"
        "1 contract: 0 kept, 1 broken; 2 violations (2 new, 0 known).\n"
    )


def test_statistics_of_a_project_without_violations_are_its_totals(shop: Project) -> None:
    shop.write("shop/a.py", "")

    run = shop.call("check", "--statistics")

    assert run.stdout == "1 contract: 1 kept, 0 broken; 0 violations (0 new, 0 known).\n"


def test_statistics_have_no_other_format(shop: Project) -> None:
    run = shop.call("check", "--statistics", "--format", "json")

    assert run.returncode == 2
    assert "--statistics is text" in run.stderr


@pytest.mark.parametrize("option", ["--all", "--quiet"])
@pytest.mark.parametrize("format_", ["json", "sarif", "junit", "github", "gitlab", "checkstyle", "teamcity", "azure"])
def test_formats_for_programs_are_complete_with_any_option(shop: Project, format_: str, option: str) -> None:
    plain, with_option = (shop.call("check", "--format", format_, *more).stdout for more in ([], [option]))

    seconds = re.compile(r"in \d+\.\d+ s|\"seconds\": [\d.]+|time=\"[\d.]+\"")
    assert seconds.sub("", plain) == seconds.sub("", with_option)


def test_what_one_line_causes_is_in_the_json_one_by_one(shop: Project) -> None:
    shop.write_all({f"shop/a{n}.py": "import shop.m\n" for n in range(5)} | {"shop/m.py": "import shop.b\n"})
    layers = ", ".join(f"shop.a{n}" for n in range(5))
    shop.configure(f'contracts: [{{id: up, kind: layers, layers: [shop.b, "{layers.replace(", ", " | ")}"]}}]')

    listed = json.loads(shop.call("check", "--format", "json").stdout)["violations"]

    assert len(listed) == 5
    assert "4 more violations go through shop/m.py:1; `--all` lists them" in shop.call("check").stdout
    assert shop.call("check", "--all").stdout.count("error:") == 5
    assert shop.call("check", "--format", "concise").stdout.count("error:") == 5


def test_a_saved_report_shows_the_source_as_it_was_when_it_was_checked(shop: Project) -> None:
    saved = shop.root / "report.json"
    shop.call("check", "--format", f"json:{saved}")
    shop.write("shop/a.py", "\n\n# something else\n")

    changed = shop.call("report", str(saved)).stdout
    (shop.root / "shop/a.py").unlink()

    assert "  1 | import shop.b\n    |        ^^^^^^\n" in changed
    assert shop.call("report", str(saved)).stdout == changed


def test_a_saved_report_is_shown_in_full(shop: Project) -> None:
    saved = shop.root / "report.json"
    shop.write("shop/a.py", "import shop.b\nimport shop.b as c\n")
    shop.call("check", "--format", f"json:{saved}")

    assert shop.call("report", str(saved)).stdout.count("error:") == 1
    assert shop.call("report", str(saved), "--all").stdout.count("error:") == 2


def test_a_known_violation_has_no_line_of_source(shop: Project) -> None:
    shop.call("baseline")

    (known,) = json.loads(shop.call("check", "--format", "json").stdout)["violations"]

    assert (known["status"], known["excerpt"]) == ("known", "")


@pytest.mark.parametrize(("column", "excerpts"), [(2000, 1), (2001, 0)])
def test_a_column_behind_two_thousand_characters_has_no_line_of_source(
    shop: Project, column: int, excerpts: int
) -> None:
    shop.write("shop/a.py", f"{'x = 1;'.ljust(column - 8)}import shop.b\n")

    (found,) = json.loads(shop.call("check", "--format", "json").stdout)["violations"]

    assert found["column"] == column
    assert bool(found["excerpt"]) == bool(excerpts)


def test_an_edited_comment_on_the_line_is_in_the_next_report(shop: Project) -> None:
    shop.ask("check")
    shop.write("shop/a.py", "import shop.b  # why not\n")

    assert "  1 | import shop.b  # why not\n" in shop.ask("check").stdout
