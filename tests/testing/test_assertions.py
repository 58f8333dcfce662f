"""The contracts as assertions, for any test framework."""

import re
import subprocess
import sys
from dataclasses import fields
from typing import Any, get_type_hints

import pytest
from project import Project

from archguard.codebase import Pattern, Target
from archguard.kinds import Forbidden
from archguard.kinds.acyclic import Acyclic
from archguard.kinds.external import External
from archguard.kinds.independence import Independence
from archguard.kinds.layers import Layers
from archguard.kinds.protected import Protected
from archguard.kinds.structure_rules import Demand
from archguard.testing import architecture, classes, modules, must_keep
from archguard.testing.keywords import (
    AcyclicKeywords,
    ContractKeywords,
    DemandKeywords,
    ForbiddenKeywords,
    IndependenceKeywords,
    LayersKeywords,
    ProtectedKeywords,
)


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


def test_modules_that_must_not_import_do_so_neither_directly_nor_through_others_unless_that_is_said(
    shop: Project,
) -> None:
    controllers = modules("shop.controllers")

    controllers.must_not_import("sqlite3", indirect=False)
    with pytest.raises(AssertionError, match=r"must not import sqlite3 through shop.repositories"):
        controllers.must_not_import("sqlite3")
    controllers.must_not_import("sqlite3", except_via="shop.repositories")
    with pytest.raises(AssertionError, match=r"must not import shop.repositories "):
        controllers.must_not_import("shop.repositories", indirect=False)


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
    with pytest.raises(AssertionError, match="nothing between two dots"):
        must_keep(Forbidden(id="x", modules=["shop"], must_not_import="shop..repositories"))


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


@pytest.mark.parametrize(
    ("keywords", "contract", "positional"),
    [
        (LayersKeywords, Layers, {"layers", "may_import"}),
        (IndependenceKeywords, Independence, {"modules", "children_of"}),
        (AcyclicKeywords, Acyclic, {"modules", "children_of"}),
        (ForbiddenKeywords, Forbidden, {"modules", "must_not_import", "indirect"}),
        (ProtectedKeywords, Protected, {"modules", "only_imported_by", "private_in"}),
        (ContractKeywords, External, {"modules", "allow", "deny"}),
        (DemandKeywords, Demand, set[str]()),
    ],
)
def test_the_keyword_arguments_are_the_keys_of_the_contract(
    keywords: type, contract: Any, positional: set[str]
) -> None:
    assert {*get_type_hints(keywords)} == {it.name for it in fields(contract)} - positional


FAILING = {
    'modules("shop.services").must_not_import("shop.repositories")': "must not import shop.repositories",
    'modules("shop.repositories").must_only_be_imported_by("shop.services")': "must not import shop.repositories",
    'modules("shop.controllers", "shop.services").must_be_independent()': "must be independent of shop.services",
    'modules("shop").must_be_acyclic(depht=3)': "unknown key `depht`",
    'modules("shop.repositories").must_only_use("requests")': "must not import the standard library's sqlite3",
    'modules("shop.repositories").must_not_use("sqlite3")': "must not import the standard library's sqlite3",
    'classes("*Repository").must_reside_in("shop.services")': "OrderRepository",
    'classes("*Repository").must(inherit="Base")': "OrderRepository",
    'classes("*Repository").must_not(be="class")': "OrderRepository",
    'functions("*").must(named=[])': "the list is empty",
    'architecture().layers("shop.repositories", "shop.services").assert_kept()': "must not import",
    'architecture().rule("layer")': "unknown kind 'layer'",
    'architecture("nowhere").acyclic("shop").assert_kept()': "nowhere",
    'must_keep(Forbidden(id="x", modules="shop.services", must_not_import="shop.repositories"))': "must not import",
    'must_keep(Forbidden(id="x", modules="shop..x", must_not_import="shop"))': "nothing between two dots",
}


def test_pytest_shows_the_test_and_the_report_and_nothing_of_archguard(shop: Project) -> None:
    imports = "from archguard.kinds import Forbidden\nfrom archguard.testing import *\n"
    tests = (f"def test_{number}():\n    {assertion}\n" for number, assertion in enumerate(FAILING))
    shop.write("test_it.py", "\n".join((imports, *tests)))

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"],
        cwd=shop.root,
        capture_output=True,
        text=True,
        check=False,
    )

    shown = re.split(r"^_+ test_\d+ _+$", done.stdout.partition("short test summary")[0], flags=re.MULTILINE)[1:]
    for (assertion, message), text in zip(FAILING.items(), shown, strict=True):
        assert assertion in text
        assert message in text
        assert len(re.findall(r"^\S+\.py:\d+: (?:\w*Error)?$", text, re.MULTILINE)) == 1  # one frame: the test
        assert not any(word in text for word in ("__tracebackhide__", "Traceback", "assertions.py", "covered by no"))


def test_a_faulty_configuration_is_told_as_the_command_line_tells_it(shop: Project) -> None:
    shop.configure("contracts: [{id: x, kind: forbiden}]\n")

    with pytest.raises(AssertionError, match=r"archguard.yaml:1:27: error: unknown kind 'forbiden'"):
        architecture(shop.root)
