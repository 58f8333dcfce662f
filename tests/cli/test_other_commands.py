"""`archguard packs`, `schema` and `migrate`."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from project import Project

from archguard.config import packs, read_document
from archguard.config.schema import config_schema
from archguard.kinds import kinds

ROOT = Path(__file__).parents[2]


def test_packs_are_listed_with_what_they_are_for(project: Project) -> None:
    run = project.call("packs")

    lines = run.stdout.splitlines()
    assert run.returncode == 0
    assert [line.split()[0] for line in lines] == [f"archguard:{name}" for name in sorted(packs())]
    assert all(len(line.split()) > 3 for line in lines)


@pytest.mark.parametrize("name", ["layered", "archguard:layered"])
def test_a_pack_is_printed_as_it_is(project: Project, name: str) -> None:
    assert project.call("packs", name).stdout == packs()["layered"].read_text(encoding="utf-8")


def test_the_schema_is_a_schema(project: Project) -> None:
    run = project.call("schema")

    Draft202012Validator.check_schema(json.loads(run.stdout))
    assert json.loads(run.stdout) == config_schema()


def test_the_schema_of_the_report_is_a_schema_that_reports_keep_to(project: Project) -> None:
    project.write_all({"shop/a.py": "import shop.b\n", "shop/b.py": "def (:\n"})
    project.configure("contracts: [{id: x, kind: forbidden, modules: shop.a, must_not_import: shop.b}]\n")

    schema = json.loads(project.call("schema", "report").stdout)
    report = json.loads(project.call("check", "--format", "json").stdout)

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(report)


def _configurations() -> list[Path]:
    examples = sorted((ROOT / "examples").rglob("archguard.yaml"))
    return [*examples, *sorted((ROOT / "contracts").rglob("*.yaml"))]


@pytest.mark.parametrize("path", _configurations(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_configuration_that_is_shipped_keeps_to_the_schema(path: Path) -> None:
    data = read_document(path, path.name).data
    plugged_in = {item.get("kind") for item in data.get("contracts", [])} - kinds().keys()

    faults = [error.message for error in Draft202012Validator(config_schema()).iter_errors(data)]

    assert plugged_in or not faults


@pytest.mark.parametrize(
    "wrong",
    [
        {"componets": {}},
        {"contracts": [{"id": "x", "kind": "layer"}]},
        {"contracts": [{"id": "x", "kind": "layers", "layer": []}]},
        {"contracts": [{"kind": "external", "modules": "a", "deny": "b"}]},
        {"version": 2},
        {"ignore": [{"contract": "x", "import": "a -> b"}]},
    ],
)
def test_what_archguard_refuses_the_schema_refuses(wrong: dict[str, Any]) -> None:
    assert list(Draft202012Validator(config_schema()).iter_errors(wrong))


@pytest.mark.parametrize(
    "right",
    [
        {"components": {"a": "shop.a", "b": ["shop.b"], "c": {"modules": "shop.c", "description": "c"}}},
        {"contracts": [{"id": "x", "kind": "layers", "layers": ["a | b", {"modules": ["c"], "optional": True}]}]},
        {"contracts": [{"id": "x", "kind": "external", "modules": "a", "deny": "b", "ignore": ["a -> b"]}]},
        {"ignore": [{"contract": "x", "import": "a -> b", "reason": "later", "expires": "2027-01-01"}]},
        {"extends": "archguard:layered", "project": {"packages": "shop", "coverage": {"unassigned": "warning"}}},
    ],
)
def test_what_archguard_takes_the_schema_takes(right: dict[str, Any]) -> None:
    assert [error.message for error in Draft202012Validator(config_schema()).iter_errors(right)] == []


def _described(schema: Any, path: str = "") -> list[str]:
    """The properties that editors would show without a word."""
    missing = []
    if isinstance(schema, dict):
        for name, item in schema.get("properties", {}).items():
            if isinstance(item, dict) and not item.keys() & {"description", "$ref"}:
                missing.append(f"{path}.{name}")
        for key, item in schema.items():
            missing += _described(item, f"{path}.{key}")
    return missing


def test_every_key_in_the_schema_is_described() -> None:
    assert _described(config_schema()) == []


INI = """\
[importlinter]
root_package = shop
include_external_packages = True

[importlinter:contract:up]
name = b is above a
type = forbidden
source_modules = shop.a
forbidden_modules =
    shop.b
    django
ignore_imports =
    shop.a -> shop.c
unmatched_ignore_imports_alerting = none

[importlinter:contract:stack]
name = stack
type = layers
layers =
    (b) | c
    a
containers = shop
"""


def test_a_migrated_configuration_finds_the_same(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\nimport django\n", "shop/b.py": ""})
    project.write_all({"shop/c.py": "", ".importlinter": INI})

    before = json.loads(project.call("check", "--format", "json").stdout)
    migrated = project.call("migrate", "--output", "archguard.yaml")
    after = json.loads(project.call("check", "--format", "json").stdout)

    assert migrated.returncode == 0
    assert before["violations"]
    assert before["violations"] == after["violations"]
    assert before["contracts"] == after["contracts"]


def test_migrate_overwrites_nothing(project: Project) -> None:
    project.write_all({".importlinter": INI, "archguard.yaml": "mine\n", "shop/__init__.py": ""})

    run = project.call("migrate", ".importlinter", "--output", "archguard.yaml")

    assert run.returncode == 2
    assert (project.root / "archguard.yaml").read_text() == "mine\n"
