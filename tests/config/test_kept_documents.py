"""A configuration file that was parsed before is taken from the cache, with the places of all that it says."""

from pathlib import Path

import pytest
from project import Project

CONTRACTS = """\
contracts:
  - id: apart
    kind: forbidden
    modules: shop.web
    must_not_import: [shop.db, shop.orders]
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all({"shop/__init__.py": "", "shop/web.py": "", "shop/db.py": "", "shop/orders.py": ""})
    project.configure(CONTRACTS)
    assert project.run("check").returncode == 0
    return project


def documents(project: Project) -> list[Path]:
    return sorted((project.root / ".archguard_cache/documents").iterdir())


def both(project: Project) -> tuple[str, str]:
    """What a run with the cache says, and one without."""
    runs = [project.run("check", "--format", "concise", *options) for options in ((), ("--no-cache",))]
    return runs[0].stdout + runs[0].stderr, runs[1].stdout + runs[1].stderr


def test_an_error_has_the_same_place(shop: Project) -> None:
    (shop.root / "shop/orders.py").unlink()

    kept, parsed = both(shop)

    assert "archguard.yaml:5:32" in kept
    assert kept == parsed
    assert len(documents(shop)) == 1


def test_an_edited_file_is_parsed(shop: Project) -> None:
    shop.configure(CONTRACTS.replace("shop.web", "shop.shelves"))

    kept, parsed = both(shop)

    assert "shop.shelves" in kept
    assert kept == parsed
    assert len(documents(shop)) == 2


def test_a_file_with_faults_is_not_kept(shop: Project) -> None:
    shop.configure(CONTRACTS + "contracts: []\n")

    kept, parsed = both(shop)

    assert "`contracts` stands twice" in kept
    assert kept == parsed
    assert len(documents(shop)) == 1


def test_a_damaged_entry_is_parsed_again(shop: Project) -> None:
    [entry] = documents(shop)
    entry.write_bytes(entry.read_bytes()[:-3])
    shop.write("shop/web.py", "import shop.db\n")

    kept, parsed = both(shop)

    assert "shop/web.py:1:" in kept
    assert kept == parsed
