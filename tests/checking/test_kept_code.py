"""The code base of an earlier run: edited files are put in its place, and nothing else is read."""

from collections.abc import Callable
from unittest import mock

import pytest
from project import Project

from archguard.checking import kept_code
from archguard.incremental.store import NAME

FILES = {
    "shop/__init__.py": "",
    "shop/web.py": "from shop.api import Order\n",
    "shop/api/__init__.py": "from shop.orders import Order\n",
    "shop/orders.py": "class Order: ...\n",
    "shop/db.py": "import sqlalchemy\n",
}
CONTRACTS = """
    contracts:
      - {id: layered, kind: layers, layers: [shop.web, shop.orders, shop.db]}
      - {id: calm, kind: external, modules: shop.orders, deny: [requests]}
      - {id: protected, kind: protected, modules: shop.db, only_imported_by: [shop.api]}
    """


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(FILES)
    project.configure(CONTRACTS)
    project.ask("check")
    return project


def reads_all(shop: Project) -> bool:
    """Whether a check reads all files; what it reports is the same as without a cache."""
    with mock.patch.object(kept_code, "read", wraps=kept_code.read) as read:
        told = shop.ask("check", "--format", "json")
    fresh = shop.ask("check", "--format", "json", "--no-cache")
    assert without_time(told.stdout) == without_time(fresh.stdout)
    return bool(read.call_count)


def without_time(report: str) -> list[str]:
    return [line for line in report.splitlines() if '"seconds"' not in line]


@pytest.mark.parametrize(
    "edit",
    [
        lambda shop: shop.write("shop/orders.py", "import requests, shop.web\nclass Order: ...\n"),
        lambda shop: shop.write("shop/web.py", "from shop import db\nfrom shop.api import Order, db\n"),
        lambda shop: shop.write("shop/api/__init__.py", "import os\nfrom shop.orders import Order\n"),
        lambda shop: shop.write("shop/db.py", "def load():\n    from shop.orders import Order\n"),
    ],
)
def test_after_an_edit_of_contents_the_edited_file_is_read(shop: Project, edit: Callable[[Project], None]) -> None:
    shop.ask("check", "--format", "json")
    edit(shop)

    assert not reads_all(shop)


@pytest.mark.parametrize(
    "edit",
    [
        lambda shop: shop.write("shop/api/__init__.py", "from shop.db import Order\n"),  # others import it from there
        lambda shop: shop.write("shop/db.py", "import shop.web\nx = = 1\n"),
        lambda shop: shop.write("shop/new.py", "from shop import web\n"),
        lambda shop: (shop.root / "shop/db.py").unlink(),
        lambda shop: (shop.root / "shop/web.py").rename(shop.root / "shop/site.py"),
        lambda shop: shop.configure(CONTRACTS.replace("requests", "sqlalchemy")),
    ],
)
def test_all_is_read_if_an_edit_concerns_other_files(shop: Project, edit: Callable[[Project], None]) -> None:
    shop.ask("check", "--format", "json")
    edit(shop)

    assert reads_all(shop)


def test_each_edit_is_compared_with_the_run_that_has_read_all(shop: Project) -> None:
    shop.ask("check", "--format", "json")
    for number in range(3):
        shop.write("shop/db.py", "import shop.web\n" * (number + 1))
        shop.write("shop/orders.py", "import requests\n" if number % 2 else FILES["shop/orders.py"])

        assert not reads_all(shop)


def test_an_entry_that_is_damaged_is_not_used(shop: Project) -> None:
    shop.ask("check", "--format", "json")
    (entry,) = (shop.root / NAME / "code").iterdir()
    entry.write_bytes(entry.read_bytes()[:-1])
    shop.write("shop/orders.py", "import requests\n")

    assert reads_all(shop)
    shop.write("shop/orders.py", "import shop.db\n")
    assert not reads_all(shop)


@pytest.mark.parametrize("option", [(), ("--checksum",)])
def test_an_entry_that_another_command_line_stored_without_a_file_is_not_used(
    shop: Project, option: tuple[str, ...]
) -> None:
    shop.write("shop/new.py", "import shop.web\n")
    shop.configure(CONTRACTS.replace("shop.orders, shop.db", "shop.orders, shop.db, shop.new"))
    told = [shop.ask("check", "--format", "json", *option).stdout]
    (shop.root / "shop/new.py").unlink()
    shop.ask("check", *option)
    shop.write("shop/new.py", "import shop.web\n")
    shop.write("shop/orders.py", "import json\nclass Order: ...\n")

    told += [shop.ask("check", "--format", "json", *options).stdout for options in (option, ("--no-cache",))]

    assert '"importer": "shop.new"' in told[0]
    assert without_time(told[1]) == without_time(told[2])


def test_an_entry_of_another_command_line_is_used_if_both_have_found_the_same_files(shop: Project) -> None:
    shop.ask("check", "--format", "json")
    shop.write("shop/db.py", "import sqlalchemy, requests\n")
    shop.ask("check", "--format", "markdown")
    shop.write("shop/orders.py", "import requests\n")

    assert not reads_all(shop)
