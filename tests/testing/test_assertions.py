"""The contracts as assertions, for any test framework."""

import subprocess
import sys

import pytest
from project import Project

from archguard.codebase import Pattern, Target
from archguard.kinds import Forbidden
from archguard.testing import architecture, classes, modules, must_keep


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Controllers, services and repositories, where one controller skips the services."""
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/controllers.py": "import shop.services\nimport shop.repositories\n",
            "shop/services.py": "import shop.repositories\n",
            "shop/repositories.py": "import sqlite3\n\nclass OrderRepository: ...\n",
        }
    )
    monkeypatch.chdir(project.root)
    return project


LAYERS = ("shop.controllers", "shop.services", "shop.repositories")


def test_layers_that_are_kept_pass(shop: Project) -> None:
    architecture().layers(*LAYERS).assert_kept()


def test_a_failing_assertion_says_what_the_command_line_says(shop: Project) -> None:
    with pytest.raises(AssertionError) as failure:
        architecture().layers(*LAYERS, closed=True).assert_kept()

    assert "shop/controllers.py:2:8: error: shop.controllers must not import shop.repositories" in str(failure.value)


def test_modules_must_not_import(shop: Project) -> None:
    modules("shop.services").must_not_import("shop.controllers")

    with pytest.raises(AssertionError, match="shop.controllers must not import sqlite3 through"):
        modules("shop.controllers").must_not_import("sqlite3")


def test_modules_must_only_be_imported_by(shop: Project) -> None:
    modules("shop.services").must_only_be_imported_by("shop.controllers")

    with pytest.raises(AssertionError):
        modules("shop.repositories").must_only_be_imported_by("shop.services")


def test_modules_must_be_independent(shop: Project) -> None:
    with pytest.raises(AssertionError):
        modules("shop.controllers", "shop.services").must_be_independent()


def test_modules_must_be_acyclic(shop: Project) -> None:
    modules("shop.*").must_be_acyclic()

    shop.write("shop/repositories.py", "import shop.services\n")
    with pytest.raises(AssertionError, match="is a cycle"):
        architecture().modules("shop.*").must_be_acyclic()


def test_the_siblings_in_one_package_must_be_acyclic(shop: Project) -> None:
    modules("shop").must_be_acyclic()

    shop.write("shop/repositories.py", "import shop.services\n")
    with pytest.raises(AssertionError, match="is a cycle"):
        architecture().modules("shop").must_be_acyclic()


def test_modules_must_only_use(shop: Project) -> None:
    modules("shop.repositories").must_only_use("sqlite3")

    with pytest.raises(AssertionError):
        modules("shop.repositories").must_not_use("stdlib")


def test_classes_must_reside_in(shop: Project) -> None:
    classes("*Repository").must_reside_in("shop.repositories")

    with pytest.raises(AssertionError, match="OrderRepository"):
        classes("*Repository").must_reside_in("shop.services")


def test_any_contract_can_be_kept(shop: Project) -> None:
    contract = Forbidden(id="x", modules=(Pattern("shop.services"),), must_not_import=(Target("shop.repositories"),))

    with pytest.raises(AssertionError):
        must_keep(contract)


def test_a_contract_takes_the_texts_that_the_yaml_would(shop: Project) -> None:
    must_keep(Forbidden(id="x", modules="shop.repositories", must_not_import=["shop.services"]))
    with pytest.raises(AssertionError, match=r"shop\.services must not import shop\.repositories"):
        must_keep(Forbidden(id="x", modules="shop.services", must_not_import="shop.repositories"))
    with pytest.raises(ExceptionGroup) as raised:
        must_keep(Forbidden(id="x", modules=["shop"], must_not_import="shop..repositories"))
    assert "nothing between two dots" in str(raised.value.exceptions[0])


def test_names_of_components_are_known(shop: Project) -> None:
    shop.configure("components: {web: shop.controllers, data: shop.repositories}\n")

    with pytest.raises(AssertionError):
        architecture(shop.root).modules("web").must_not_import("data")


def test_the_whole_configuration_can_be_asserted(shop: Project) -> None:
    shop.configure("contracts: [{id: a, kind: layers, closed: true, layers: [" + ", ".join(LAYERS) + "]}]\n")

    with pytest.raises(AssertionError):
        architecture(shop.root).assert_kept()


def test_a_pattern_that_matches_nothing_fails(shop: Project) -> None:
    with pytest.raises(AssertionError, match="matches no module"):
        modules("shop.servces").must_not_import("shop.controllers")


def test_unittest_can_use_it_as_well(shop: Project) -> None:
    shop.write(
        "test_architecture.py",
        """\
import unittest
from archguard.testing import modules

class Architecture(unittest.TestCase):
    def test_services(self):
        modules("shop.services").must_not_import("shop.repositories")
""",
    )

    done = subprocess.run(
        [sys.executable, "-m", "unittest"], cwd=shop.root, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "shop.services must not import shop.repositories" in done.stderr
