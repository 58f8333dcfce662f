"""The plug-in of `examples/plugin`: a kind and a reporter by entry points."""

import json
import tomllib
from pathlib import Path

import pytest
from project import Project

_PLUGIN = Path(__file__).parents[1] / "examples/plugin"


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What PYTHONPATH must hold for the plug-in to count as installed."""
    metadata = tmp_path_factory.mktemp("site") / "archguard_example-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: archguard-example\nVersion: 1.0\n")
    groups = tomllib.loads((_PLUGIN / "pyproject.toml").read_text())["project"]["entry-points"]
    lines = [
        line for group, points in groups.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return f"{metadata.parent}:{_PLUGIN}"


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(
        {"shop/__init__.py": "", "shop/base.py": "", "shop/good.py": "import shop.base\n", "shop/bad.py": ""}
    )
    project.configure(
        "contracts: [{id: based, kind: required, modules: [shop.good, shop.bad], must_import: shop.base}]\n"
    )
    return project


def test_its_kind_is_checked_and_its_format_is_written(shop: Project, installed: str) -> None:
    checked = shop.run("check", "--format", "csv", PYTHONPATH=installed)

    assert checked.returncode == 1
    assert checked.stdout == (
        "contract,status,place,message\nbased,new,shop/bad.py:1:1,shop.bad must import shop.base\n"
    )


def test_its_kind_is_in_the_schema(shop: Project, installed: str) -> None:
    schema = json.loads(shop.run("schema", PYTHONPATH=installed).stdout)

    assert "must_import" in schema["$defs"]["contract-required"]["properties"]


def test_faults_in_its_contracts_are_reported_like_any_other(shop: Project, installed: str) -> None:
    shop.configure("contracts:\n  - {id: based, kind: required, modules: shop, must_imprt: shop.base}\n")

    checked = shop.run("check", PYTHONPATH=installed)

    assert checked.returncode == 2
    assert "unknown key `must_imprt`" in checked.stderr
    assert "did you mean 'must_import'?" in checked.stderr


def test_without_it_the_kind_is_unknown(shop: Project) -> None:
    checked = shop.run("check")

    assert checked.returncode == 2
    assert "unknown kind 'required'" in checked.stderr
