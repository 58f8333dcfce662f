"""The graph and the reports are the same whether the compiled scanner, grimp or `ast` reads a file."""

import pickle
import sys

import pytest
from project import Project

from archguard.codebase import Link
from archguard.codebase.codebase import Codebase
from archguard.codebase.imports import import_scanner
from archguard.codebase.imports.extract import ImportTrait
from archguard.codebase.imports.import_scanner import ScanResult
from archguard.codebase.syntax.source import SourceError
from archguard.model import Location

FILES = {
    "shop/__init__.py": "from shop.orders import Order\nfrom .db import *\n",
    "shop/orders.py": (
        "import os.path, shop.db\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop import api\n"
        "class Order:\n    def save(self):\n        from shop.db import session as s, engine\n"
    ),
    "shop/db.py": "import sqlalchemy.orm\nimport shop.nowhere.deeper\nfrom shop import nowhere\nengine = session = 1\n",
    "shop/api/__init__.py": (
        "from . import v1\nfrom .. import Order, orders\nfrom ..orders import (  # a\n    Order,\n)\n"
    ),
    "shop/api/v1.py": "from shop import Order; import shop.api; import shop.api.v1\nfrom .. import *\n",
    "shop/api/new.py": "match x:\n    case 1:\n        from shop.api import v1\n",
    "shop/api/tabs.py": "if x:\n\tfrom shop import db\n",
    "shop/api/windows.py": "from shop import db\r\nimport shop.orders\r\n",
    "shop/api/latin.py": "# coding: latin-1\nfrom shop import db\nx = 'ä'\n".encode("latin-1"),
    "shop/api/names.py": "import shop.db as dätabase\n",
    "shop/api/dynamic.py": "from importlib import import_module\nimport_module('shop.db')\nimport_module(x)\n",
    "shop/api/renaming.py": "from importlib import import_module as load\nload('shop.db')\n",
    "shop/api/text.py": "'''import_module'''\nimport shop.db\n",
    "shop/api/leaving.py": "from ... import a\nfrom shop import db\n",
    "shop/api/broken.py": "import shop.db\nx = = 1\n",
    "shop/api/conflict.py": "<<<<<<< HEAD\nimport shop.db\n=======\nimport shop.orders\n>>>>>>> theirs\n",
    "shop/folder/deep.py": "import shop.folder\nfrom shop.folder import deep, other\nfrom shop import folder\n",
    "shop/old/legacy.py": "import shop.db\n",
    "shop/uses_old.py": "import shop.old.legacy\nfrom shop.old import legacy, x\nfrom shop.old.legacy import y\n",
    "shop/cloud.py": (
        "import google.cloud.storage\nfrom google.cloud import storage\nimport google.auth, requests.adapters\n"
    ),
    "shop/missing.py": (
        "from shop.api.nope import *\nfrom shop.api.nope.more import x\nimport shop.api.nope, shop.api.a.b\n"
    ),
    "shop/many_lines.py": "from shop.db import (\n" + "".join(f"    name_{number},\n" for number in range(50)) + ")\n",
    "shop/empty.py": "",
}
CONTRACTS = """
    project: {exclude: [shop.old.*]}
    contracts:
      - {id: layered, kind: layers, layers: [shop.api, shop.orders, shop.db]}
      - {id: calm, kind: external, modules: shop, deny: [google.cloud.storage, requests, "sqlalchemy.*"]}
    """


def built(project: Project, monkeypatch: pytest.MonkeyPatch, *, compiled: bool) -> Codebase:
    monkeypatch.setattr(import_scanner, "is_compiled", lambda: compiled)
    return project.codebase()


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(FILES)
    project.configure(CONTRACTS)
    return project


def test_the_graph_is_the_same(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    without, with_it = (built(shop, monkeypatch, compiled=compiled) for compiled in (False, True))

    assert [*with_it.imports.links()] == [*without.imports.links()]
    assert with_it.imports.modules == without.imports.modules
    assert with_it.problems == without.problems


def test_markers_of_scanned_files_are_those_of_code_and_comments(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    without, with_it = (built(shop, monkeypatch, compiled=compiled).sources for compiled in (False, True))
    missing = {marker for module in with_it for marker in without[module].markers - with_it[module].markers}

    assert all(with_it[module].markers <= without[module].markers for module in with_it)
    assert b"import_module" not in with_it["shop.api.text"].markers  # a string
    assert {marker.strip(b" .") for marker in missing} == {b"from", b"import_module"}  # which keep files from grimp


def test_the_report_is_the_same(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = []
    for compiled in (False, True):
        monkeypatch.setattr(import_scanner, "is_compiled", lambda compiled=compiled: compiled)
        report = shop.check()
        reports.append((report.violations, report.problems))

    assert reports[0] == reports[1]
    assert all(reports[0])


NEWER = "lazy import shop.db\nfrom importlib import import_module\nimport_module('shop.orders')\n"
"""Python 3.15, which grimp can read."""


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="this Python can parse it")
def test_what_is_too_new_for_this_python_is_left_to_grimp_and_its_calls_are_a_problem(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/orders.py": "", "shop/api.py": NEWER})

    codebase = project.codebase()

    assert Link("shop.api", "shop.db", 1) in codebase.imports.links()
    assert [problem.code for problem in codebase.problems] == ["syntax"]


def test_a_lazy_import_has_its_trait(project: Project) -> None:
    project.write_all(
        {"shop/__init__.py": "", "shop/db.py": "", "shop/api.py": "lazy import shop.db\nimport shop.db\n"}
    )

    codebase = project.codebase()

    lazy, eager = codebase.imports.links()
    assert ImportTrait.LAZY in codebase.traits(lazy, frozenset({ImportTrait.LAZY}))
    assert ImportTrait.LAZY not in codebase.traits(eager, frozenset({ImportTrait.LAZY}))


def test_services_with_packages_of_the_same_name_are_told_apart(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in ("billing", "stock"):
        project.write_all(
            {
                f"{service}/app/__init__.py": "",
                f"{service}/app/db.py": "import app, common.log\n",
                f"{service}/app/api.py": "from app import db\nfrom . import db as d\nimport app.db.x\n",
            }
        )
    project.write_all({"lib/common/__init__.py": "", "lib/common/log.py": "import app.api\n"})
    project.configure(
        """
        project: {source_roots: [lib]}
        services: {billing: {root: billing}, stock: {root: stock}}
        contracts: [{id: apart, kind: services, policy: {}}]
        """
    )

    without, with_it = (built(project, monkeypatch, compiled=compiled) for compiled in (False, True))

    assert [*with_it.imports.links()] == [*without.imports.links()] != []


def test_grimp_reads_only_what_is_in_doubt(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from archguard.codebase.imports import grimp_scanner  # noqa: PLC0415

    read: list[str] = []
    scan = grimp_scanner.scan_imports

    def listening(files: list[grimp_scanner.ModuleFile], **options: object) -> object:
        read.extend(file.module.name for file in files)
        return scan(files, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(grimp_scanner, "scan_imports", listening)
    built(shop, monkeypatch, compiled=True)

    assert {"shop.api.broken", "shop.api.conflict", "shop.folder.deep"} <= {*read}
    assert {"shop.orders", "shop.api.v1", "shop.api.text"}.isdisjoint(read)
    assert {"shop.api.new", "shop.api.tabs", "shop.api.windows", "shop.api.names"}.isdisjoint(read)  # `ast` reads them


def test_what_a_worker_has_found_arrives_as_it_was() -> None:
    link = Link("shop.api", "shop", 1)
    problem = SourceError("is broken", "mend it", Location("shop/db.py")).problem("syntax")
    found = ScanResult(
        {"shop.api": {"shop": {1, 2}}},
        {link},
        {link: "import shop"},
        {link},
        [problem],
        {"shop.api": frozenset({b"a"})},
    )

    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301


@pytest.mark.parametrize(("value", "expected"), [("", True), ("1", False)])
def test_the_environment_switches_the_compiled_scanner_off(
    value: str,
    expected: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_scanner, "is_compiled", lambda: True)
    monkeypatch.setenv("ARCHGUARD_PURE_PYTHON", value)

    assert import_scanner.uses_compiled() is expected
