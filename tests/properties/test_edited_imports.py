"""Where imports are edited, the report is the one that there would be without a snapshot, mostly at once."""

import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project import Project
from test_the_snapshot_and_nothing import ask

from archguard import cli
from archguard.incremental import fingerprint

PLAIN = (
    "import os",
    "import os.path",
    "import requests",
    "import abc",
    "from email.message import Message",
    "import shop.a",
    "import shop.a, shop.b as b",
    "import shop.c; import os",
    "from .d.e import Thing as Other",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.b",
    "try:\n    import shop.d.e\nexcept ImportError:\n    from shop.c import x as y, z",
    "import shop.f",
    "x = 'import shop.a'",
    "class Thing:\n    import shop.b",
)
ODD = (
    "import requests.api as api",
    "import shop.nowhere",
    "from . import b, os",
    "from .a import *",
    "from .d import Thing",
    "from .d import *",
    "from .. import up",
    "from shop import c, d",
    "from shop.d import (\n    Thing,\n    e,\n)",
    "def f():\n    from shop import a, nothing",
    "from importlib import import_module\nimport_module('shop.a')",
    "import shop.c  # archguard: ignore[all] known",
    "import shop.a \\\n    , os",
    "import",
)
MODULES = ("a", "b", "c", "d/__init__", "d/e", "f")
CONTRACTS = (
    "{kind: layers, layers: [shop.a, shop.b, shop.c]}",
    "{kind: layers, layers: [shop.c, shop.d, shop.b], closed: true}",
    "{kind: layers, layers: [shop.b | shop.d, shop.a], indirect: false}",
    "{kind: layers, may_import: {shop.a: [shop.b], shop.b: [], shop.d: [shop.a]}}",
    "{kind: independence, modules: [shop.a, shop.d, shop.f]}",
    "{kind: independence, children_of: shop, indirect: false}",
    "{kind: forbidden, modules: shop.a, must_not_import: [shop.d, shop.f]}",
    "{kind: forbidden, modules: [shop.c, shop.f], must_not_import: shop.d.e, except_via: shop.b}",
    "{kind: forbidden, modules: [shop.b], must_not_import: [requests, shop.a]}",
    "{kind: forbidden, modules: [shop.b], must_not_import: [shop.a], via: [shop.c]}",
    "{kind: external, modules: [shop.d], deny: [requests]}",
    "{kind: protected, modules: shop.d, only_imported_by: [shop.a]}",
    "{kind: layers, layers: [shop.a, shop.f], type_checking_imports: exclude}",
    "{kind: layers, layers: [shop.f, shop.b], ignore: ['shop.b -> shop.f']}",
)
CODE = st.lists(st.sampled_from((*PLAIN, *ODD[4:9])), max_size=3).map("\n".join)
MORE = st.lists(st.sampled_from((*PLAIN * 3, *ODD)), max_size=2).map("\n".join)
EDITS = st.tuples(st.sampled_from(MODULES), st.sampled_from(["write", "append", "append", "above"]), MORE)


def edit(project: Project, module: str, how: str, code: str) -> None:
    """Write a file anew, or add to one."""
    file = project.root / f"shop/{module}.py"
    before = file.read_text() if file.exists() and how != "write" else ""
    project.write(f"shop/{module}.py", f"{code}\n{before}" if how == "above" else f"{before}\n{code}\n")


@pytest.fixture
def projects(tmp_path: Path) -> Iterator[Project]:
    return (Project(tmp_path / str(number)) for number in count())


def test_edited_imports_are_judged_as_a_run_from_nothing_judges_them(
    projects: Iterator[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[bool] = Counter()

    @settings(max_examples=60)
    @given(
        code=st.lists(CODE, min_size=len(MODULES), max_size=len(MODULES)),
        contracts=st.lists(st.sampled_from(CONTRACTS[:9] * 2 + CONTRACTS), min_size=1, max_size=2),
        edits=st.lists(st.lists(EDITS, min_size=1, max_size=2), max_size=6),
        patience=st.sampled_from([0, 1]),
        how=st.sampled_from([("--format", "json"), (), ("--checksum",), ("--format", "sarif")]),
    )
    def judge(
        code: list[str],
        contracts: list[str],
        edits: list[list[tuple[str, str, str]]],
        patience: int,
        how: tuple[str, ...],
    ) -> None:
        monkeypatch.setattr(fingerprint, "_TICK", (1 - patience) * 2_000_000_000)
        project = next(projects)
        project.write("shop/__init__.py")
        project.write("shop/z.py", "import os, requests, typing\n")
        for module, own in zip(MODULES, code, strict=True):
            project.write(f"shop/{module}.py", own)
        rules = "".join(f"  - {{id: c{number}, {rule[1:]}\n" for number, rule in enumerate(contracts))
        project.configure(f"contracts:\n{rules}")
        ask(project, how)
        for several in edits:
            for one in several:
                edit(project, *one)
            time.sleep(0.012 * patience)  # until the clock of the file system has ticked
            with mock.patch("archguard.cli.main", wraps=cli.main) as looked:
                answered = ask(project, how)

            asked[looked.called] += 1
            assert answered == ask(project, (*how, "--no-cache"))

    judge()

    assert asked[False] > asked[True] / 8
