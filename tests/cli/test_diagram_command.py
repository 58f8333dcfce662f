"""`archguard diagram`: where the picture goes, and what is said when there is none."""

import json
from pathlib import Path

import pytest
from project import Project
from tools import needs_dot


def test_without_options_mermaid_is_printed(shop: Project) -> None:
    run = shop.run("diagram")

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith('---\ntitle: "shop: components"\n---\nflowchart TB\n')


@needs_dot
@pytest.mark.parametrize("file", ["architecture.svg", "architecture.PNG", "architecture.pdf", "a.dot", "a.json"])
def test_the_end_of_the_file_says_the_format(shop: Project, file: str) -> None:
    run = shop.call("diagram", "--output", file)

    assert (run.returncode, run.stdout) == (0, "")
    start = {".svg": b"<?xml", ".PNG": b"\x89PNG", ".pdf": b"%PDF", ".dot": b"digraph", ".json": b"{"}[
        Path(file).suffix
    ]
    assert (shop.root / file).read_bytes().startswith(start)


def test_code_without_a_configuration_is_drawn_as_it_is(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""})

    run = project.run("diagram", "--format", "json")

    assert run.returncode == 0
    assert [(it["source"], it["target"]) for it in json.loads(run.stdout)["arrows"]] == [("shop.a", "shop.b")]


def test_what_could_not_be_looked_at_is_told_and_the_rest_is_drawn(shop: Project) -> None:
    shop.configure("contracts: [{id: lost, kind: forbidden, modules: shop.nowhere, must_not_import: shop.wiring}]")

    run = shop.run("diagram")

    assert run.returncode == 2
    assert "shop.nowhere" in run.stderr
    assert "flowchart TB" in run.stdout


def test_a_file_that_cannot_be_read_is_told_without_contracts_too(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": "def (\n"})

    run = project.run("diagram")

    assert run.returncode == 2
    assert "shop/b.py:1" in run.stderr
    assert "no contracts" not in run.stderr
    assert "flowchart TB" in run.stdout


def test_violations_do_not_fail_a_diagram(shop: Project) -> None:
    shop.write("shop/repositories/orders.py", "import shop.services.orders\n")

    run = shop.run("diagram")

    assert run.returncode == 0
    assert "stroke:#dc2626" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--output", "a.gif"],
            "error: 'a.gif' does not say which format to write",
        ),
        (["--view", "focus", "shop.servces"], "did you mean"),
        (["--view", "contract", "layers"], "did you mean 'layered'?"),
        (["--view", "contract"], "hint: name the id of a contract: `--view contract NAME`"),
        (["shop.wiring"], "hint: `--view focus shop.wiring` is"),
        (["--view", "focs", "shop"], "'focs' is not one of"),
    ],
)
def test_what_cannot_be_drawn_is_told(shop: Project, arguments: list[str], said: str) -> None:
    run = shop.call("diagram", *arguments)

    assert (run.returncode, run.stdout) == (2, "")
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_an_empty_folder_is_an_error_and_no_empty_picture(project: Project) -> None:
    project.write("notes.txt", "no code here")

    for view in ([], ["--view", "cycles"], ["--view", "matrix", "--format", "html"]):
        run = project.call("diagram", *view)

        assert (run.returncode, run.stdout) == (2, "")
        assert "error: there is no Python code here to look at" in run.stderr
        assert "`archguard init`" in run.stderr
