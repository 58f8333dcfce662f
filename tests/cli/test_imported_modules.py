"""What a run imports besides archguard: starting is most of the time that a check of a small project takes.

A module that appears here makes every run slower: import it where it is used, if few runs use it.
"""

import os
import re
import subprocess
import sys

import pytest
from project import Project

from archguard.codebase.imports.syntax_scanner import is_compiled

_IMPORTED = re.compile(r"^import time: +\d+ \| +\d+ \| +([\w.]+)$", re.MULTILINE)
_SLOW = {"asyncio", "concurrent", "csv", "email", "logging", "multiprocessing", "socket", "tomllib", "zipfile"}
"""Packages of the standard library that take milliseconds to import, or bring others that do."""
_OTHERS = {
    "archguard",
    "_distutils_hack",
    "apport_python_hook",
    "_virtualenv",
    "colorama",
    "org",
    "sitecustomize",
    "usercustomize",
}
"""What Python imports by itself (on Ubuntu its reporter of crashes too), click on Windows, and `copy` for Jython."""

GRIMP = () if is_compiled() else ("grimp", "logging")
"""What reads the imports of files, unless archguard's own scanner is compiled."""
IMPORTS = "contracts: [{id: apart, kind: forbidden, modules: shop.web, must_not_import: shop.db}]\n"
CALLS = """\
contracts:
  - {id: queries, kind: database, allowed_in: shop.db}
  - {id: requests, kind: gateway, allowed_in: shop.web}
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/db.py": "import sqlalchemy\nsession = sqlalchemy.orm.Session()\n",
            "shop/web.py": "import requests\nfrom shop.db import session\n\ndef get():\n    requests.get('/')\n",
        }
    )
    return project


def imported(project: Project, *options: str) -> set[str]:
    """The packages besides archguard, as far as they are slow, that a check imports."""
    command = [sys.executable, "-X", "importtime", "-m", "archguard", "check", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    run = subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode in (0, 1), run.stderr
    packages = {name.partition(".")[0] for name in _IMPORTED.findall(run.stderr)}
    assert "archguard" in packages
    packages -= (sys.stdlib_module_names - _SLOW) | _OTHERS
    return {name for name in packages if not name.startswith("__editable__")}


def test_a_cold_run_parses_the_configuration_and_scans_imports(shop: Project) -> None:
    shop.configure(IMPORTS)

    assert imported(shop) == {"click", "yaml", *GRIMP}


def test_a_cold_run_that_looks_at_calls_needs_no_other_libraries(shop: Project) -> None:
    shop.configure(CALLS)

    assert imported(shop, "--format", "json") == {"click", "yaml", *GRIMP}


def test_a_graph_without_cycles_needs_no_networkx(shop: Project) -> None:
    cycles = "  - {id: cycles, kind: acyclic, children_of: shop}\n"
    limits = "  - {id: limits, kind: metrics, modules: shop.*, max: {cycles: 0, largest_tangle: 0}}\n"
    shop.configure(f"contracts:\n{cycles}{limits}")

    assert imported(shop) == {"click", "yaml", *GRIMP}


def test_a_run_after_an_edit_does_not_scan(shop: Project) -> None:
    shop.configure(CALLS)
    imported(shop)
    shop.write("shop/web.py", (shop.root / "shop/web.py").read_text() + "\n\ndef other():\n    return 1\n")

    assert imported(shop) == {"click"}


def test_a_run_in_which_nothing_has_changed_imports_nothing(shop: Project) -> None:
    shop.configure(CALLS)
    imported(shop)

    assert imported(shop) == set()


def test_a_wrong_configuration_is_explained_by_pydantic(shop: Project) -> None:
    shop.configure(CALLS)
    shop.configure("contracts: [{id: apart, kind: forbidden, modules: shop.web}]\n")

    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "archguard", "check"],
        cwd=shop.root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 2
    assert "pydantic" in _IMPORTED.findall(run.stderr)
    assert "`must_not_import` is missing" in run.stderr
