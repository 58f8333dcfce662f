"""After any edits, the imports are those that a run from nothing finds, with grimp in place of the compiled scanner."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project import Project

CONTRACTS = """
    contracts:
      - {id: layered, kind: layers, layers: [shop.web, shop.api, shop.db]}
      - {id: guarded, kind: protected, modules: shop.db, only_imported_by: [shop.api]}
      - {id: free, kind: acyclic, children_of: shop}
      - {id: calm, kind: external, modules: shop, deny: [requests, google.cloud.storage]}
      - {id: small, kind: metrics, modules: shop.*, max: {cycles: 0, efferent: 1}}
      - {id: drawn, kind: diagram, diagram: architecture.mmd}
    """
DIAGRAM = "flowchart TD\n  web[shop.web] --> api[shop.api] --> db[shop.db]\n"
CODE = (
    "",
    "class Order: ...\n",
    "from shop.db import Order\n",
    "from shop.api import Order\n",
    "from shop.api import *\n",
    "from shop.db import *\n__all__ = ['Order']\n",
    "from .orders import Order\n",
    "from . import orders, web\n",
    "from shop import api, db, new\n",
    "import shop.new, shop.db.orders\n",
    "import requests\nfrom google.cloud import storage\n",
    "from importlib import import_module\nimport_module('shop.db')\nimport_module(x)\n",
    "from importlib import import_module as load\nload('shop.web')\n",
    "def f():\n    from shop.web import f\n    x = __import__('shop.db', fromlist=['Order'])\n",
    "if x:\n\tfrom shop.db import Order\n",
    "from ... import other\nimport shop.db\n",
    "import shop.db\nx = = 1\n",
)
FILES = (
    *("shop/__init__.py", "shop/web.py", "shop/api.py", "shop/api/__init__.py", "shop/api/orders.py", "shop/new.py"),
    *("shop/db/__init__.py", "shop/db/orders.py", "shop/folder/deep.py"),
)
PATHS = st.sampled_from(FILES)
EDITS = st.one_of(
    st.tuples(st.just("write"), PATHS, st.sampled_from(CODE)),
    st.tuples(st.just("append"), PATHS, st.sampled_from(CODE)),
    st.tuples(st.just("remove"), PATHS, st.just("")),
    st.tuples(st.just("rename"), PATHS, PATHS),
)


def edit(project: Project, verb: str, path: str, argument: str) -> None:
    """One edit; one that cannot be made is none."""
    file = project.root / path
    match verb:
        case "write":
            project.write(path, argument)
        case "append" if file.is_file():
            project.write(path, file.read_text() + argument)
        case "remove":
            file.unlink(missing_ok=True)
        case "rename" if file.is_file():
            text = file.read_text()
            file.unlink()
            project.write(argument, text)


def report(project: Project, *options: str) -> str:
    told = project.ask("check", "--format", "json", *options)
    return re.sub(r'"seconds": [\d.]+', "", told.stdout + told.stderr)


@settings(max_examples=20)
@given(
    contents=st.fixed_dictionaries(dict.fromkeys(FILES[:3] + FILES[6:8], st.sampled_from(CODE))),
    edits=st.lists(st.lists(EDITS, min_size=1, max_size=2), min_size=1, max_size=5),
)
def test_edited_code_bases_are_those_read_from_nothing(
    contents: dict[str, str],
    edits: Sequence[Sequence[tuple[str, str, str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    project = Project(tmp_path_factory.mktemp("shop"))
    project.write_all(contents)
    project.write("architecture.mmd", DIAGRAM)
    project.configure(CONTRACTS)
    report(project)
    for together in edits:
        for one in together:
            edit(project, *one)
        found = report(project, "--checksum")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ARCHGUARD_PURE_PYTHON", "1")
            assert found == report(project, "--no-cache")
