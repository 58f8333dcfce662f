"""Commands that need a report on all contracts use what `check` has stored, store what they find, and say the same."""

import re
import shutil
import sys
from collections.abc import Callable

import pytest
from project import Project
from tools import needs_dot

from archguard.checking.kept_run import KeptRun
from archguard.cli.cache_options import Cache

CONTRACTS = """
    version: 1
    project: {packages: [shop, stock]}
    components: {web: shop.web, data: shop.db}
    services:
      shop: {modules: shop, hosts: shop.internal}
      stock: {modules: stock, hosts: stock.internal}
    contracts:
      - {id: data, kind: database, allowed_in: shop.db}
      - {id: calls, kind: gateway, allowed_in: shop.clients}
      - {id: layered, kind: layers, layers: [shop.web, shop.db]}
      - {id: policy, kind: services, policy: {shop: [], stock: []}}
"""
DB = "from sqlalchemy.orm import Session\n\ndef make():\n    return Session()\n"
WEB = "from shop import db\n\ndef show():\n    return db.make().execute('x')\n"
FILES = {
    "shop/__init__.py": "",
    "shop/web.py": WEB,
    "shop/db.py": DB,
    "shop/clients.py": "import requests\n\ndef order():\n    requests.get('http://stock.internal/orders', timeout=1)\n",
    "stock/__init__.py": "",
    "stock/api.py": "import abc\n\nclass Api(abc.ABC): ...\n",
}
COMMANDS = [
    ("metrics",),
    ("metrics", "--format", "json"),
    ("metrics", "--format", "csv"),
    ("metrics", "--format", "html"),
    ("diagram",),
    ("diagram", "--format", "json", "--view", "services"),
    ("diagram", "--format", "dot", "--view", "packages"),
    ("diagram", "--view", "contract", "data"),
    pytest.param(("diagram", "--output", "shown.svg"), marks=needs_dot),
    ("docs", "--output", "shown.md"),
    ("context",),
    ("context", "shop/web.py"),
    ("baseline", "--allow-growth", "--baseline", "shown.yaml"),
]
EDITS: list[Callable[[Project], object]] = [
    lambda _: None,
    lambda project: project.write("shop/db.py", DB.replace("Session()", "1")),
    lambda project: project.write("shop/db.py", f"import shop.web\nimport requests\n{DB}\nrequests.get('x')\n"),
    lambda project: project.write("stock/api.py", "import shop.db\nshop.db.make().commit()\n"),
    lambda project: project.write("shop/new.py", "from shop.db import make\nmake().commit()\n"),
    lambda project: (project.root / "stock/api.py").unlink(),
]


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two services, which break contracts; `used` lists whether runs could use stored results."""
    project.configure(CONTRACTS)
    project.write_all(FILES)
    used: list[bool] = []
    give = KeptRun.give
    monkeypatch.setattr(KeptRun, "give", lambda *arguments: used.append(give(*arguments)) or used[-1])
    monkeypatch.setattr(Project, "used", used, raising=False)
    return project


def told(project: Project, *arguments: str) -> tuple[str | bytes, ...]:
    """What a command says and writes."""
    run = project.call(*arguments)
    written = sorted(project.root.glob("shown.*"))
    contents = [file.read_bytes() for file in written]
    for file in written:
        file.unlink()
    return str(run.returncode), re.sub(r"in [\d.]+ s", "", run.stdout), run.stderr, *contents


def assert_same(project: Project, *arguments: str) -> None:
    """A command says with stored results what it says without."""
    assert told(project, *arguments) == told(project, *arguments, "--no-cache")


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("arguments", COMMANDS)
def test_after_a_check_and_an_edit_stored_results_are_used(
    shop: Project, arguments: tuple[str, ...], edit: Callable[[Project], object]
) -> None:
    shop.ask("check")
    edit(shop)

    assert_same(shop, *arguments)
    assert shop.used == [True]


def test_nothing_is_looked_at_again_where_nothing_has_changed(shop: Project) -> None:
    shop.ask("check")
    codebase, report = Cache(is_used=True, by_content=False).check(shop.config())

    assert report.violations
    assert codebase.results.batches == []


def test_an_explained_violation_comes_from_stored_results(shop: Project) -> None:
    found = re.search(r'"fingerprint": "(\w+)"', shop.ask("check", "--format", "json").stdout)
    shop.write("shop/db.py", f"# more\n{DB}")

    assert found
    assert_same(shop, "explain", found[1])
    assert shop.used == [True]


@pytest.mark.parametrize("first", [("metrics",), ("diagram",), ("docs", "--output", "shown.md")])
def test_the_first_run_stores_results_for_other_commands(shop: Project, first: tuple[str, ...]) -> None:
    told(shop, *first)
    shop.write("shop/db.py", DB.replace("Session()", "1"))
    assert_same(shop, "metrics")
    checked = [re.sub(r"in [\d.]+ s", "", shop.ask("check", *options).stdout) for options in ((), ("--no-cache",))]

    assert checked[0] == checked[1]
    assert shop.used == [True, True]


def test_a_check_after_an_edit_and_another_command_reads_only_the_edited_file(shop: Project) -> None:
    shop.ask("check")
    shop.write("shop/db.py", f"# more\n{DB}")
    told(shop, "metrics")
    shop.write("shop/web.py", f"# more\n{WEB}")
    checked = [re.sub(r"in [\d.]+ s", "", shop.ask("check", *options).stdout) for options in ((), ("--no-cache",))]

    assert checked[0] == checked[1]
    assert shop.used == [True, True]


@pytest.mark.parametrize("folder", ["results", "code"])
@pytest.mark.parametrize("damage", [lambda content: content[:-1] + b"?", lambda _: b"", lambda content: content[:99]])
def test_damaged_entries_are_silently_not_used(shop: Project, folder: str, damage: Callable[[bytes], bytes]) -> None:
    shop.ask("check")
    for entry in (shop.root / ".archguard_cache" / folder).iterdir():
        entry.write_bytes(damage(entry.read_bytes()))

    assert_same(shop, "metrics")
    assert_same(shop, "diagram")


def test_entries_of_another_version_are_not_used(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.ask("check")
    monkeypatch.setattr(sys, "version", f"{sys.version} (another one)")

    assert_same(shop, "metrics")
    assert shop.used == []


@pytest.mark.parametrize("arguments", COMMANDS)
def test_without_a_cache_nothing_is_stored(shop: Project, arguments: tuple[str, ...]) -> None:
    shop.call(*arguments, "--no-cache")

    assert not (shop.root / ".archguard_cache").exists()


@pytest.mark.parametrize("arguments", [("metrics",), ("diagram",)])
def test_nothing_is_stored_where_there_are_no_contracts(shop: Project, arguments: tuple[str, ...]) -> None:
    (shop.root / "archguard.yaml").unlink()
    shop.call(*arguments)

    assert not (shop.root / ".archguard_cache").exists()


@pytest.mark.parametrize(("option", "used"), [(("--checksum",), [True]), ((), [])])
def test_by_content_what_another_checkout_has_stored_is_used(
    shop: Project, option: tuple[str, ...], used: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop.ask("check", *option)
    other = Project(tmp_path_factory.mktemp("other") / "shop")
    shutil.copytree(shop.root, other.root, copy_function=shutil.copyfile)

    assert told(other, "metrics", *option) == told(shop, "metrics", "--no-cache")
    assert shop.used == used
