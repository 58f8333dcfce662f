"""What is kept of files that have not changed: grimp is asked about the others only."""

from unittest import mock

import pytest
from project import Project

from archguard.codebase.imports import grimp_scanner

CONTRACTS = "contracts:\n  - {id: layered, kind: layers, layers: [shop.api, shop.db]}\n"


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Four modules and a violation, looked at once."""
    monkeypatch.setenv("ARCHGUARD_PURE_PYTHON", "1")  # else the compiled scanner reads the files, unless in doubt
    project.write_all({"shop/__init__.py": "", "shop/api.py": "", "shop/tax.py": "", "shop/db.py": "import shop.api\n"})
    project.configure(CONTRACTS)
    project.ask("check")
    return project


def asked(project: Project, *arguments: str) -> tuple[list[str], str]:
    """The modules that grimp is asked about by a check, and what the check says first."""
    with mock.patch.object(grimp_scanner, "scan_imports", wraps=grimp_scanner.scan_imports) as scan:
        told = project.ask("check", *arguments)
    files = [file.module.name for call in scan.call_args_list for file in call.args[0]]
    return sorted(files), told.stdout.splitlines()[0]


def test_an_edited_file_is_read_again_and_no_other(shop: Project) -> None:
    shop.write("shop/tax.py", "import shop.db\nimport shop.api\n")
    shop.write("shop/db.py", "# now below\nimport shop.api\n")

    assert asked(shop) == (["shop.db", "shop.tax"], FOUND.replace(":1:", ":2:"))
    shop.write("shop/db.py", "import shop.api\n")
    assert asked(shop) == (["shop.db"], FOUND)


def test_another_set_of_modules_is_asked_about_anew(shop: Project) -> None:
    shop.write("shop/new.py", "")

    assert asked(shop) == (["shop", "shop.api", "shop.db", "shop.new", "shop.tax"], FOUND)


def test_other_names_to_tell_apart_are_asked_about_anew(shop: Project) -> None:
    shop.configure(CONTRACTS + "  - {id: os, kind: external, modules: shop.tax, deny: [os.path]}\n")

    assert asked(shop) == (["shop", "shop.api", "shop.db", "shop.tax"], FOUND)


def test_other_contracts_about_the_same_names_ask_nothing(shop: Project) -> None:
    shop.configure(CONTRACTS.replace("shop.api, shop.db", "shop.db, shop.api"))

    files, first = asked(shop)

    assert (files, first) == ([], "kept    layered (layers): 2 modules, 1 import, 0 calls")


def test_with_contents_in_place_of_times_the_same_is_kept(shop: Project) -> None:
    shop.ask("check", "--checksum")
    shop.write("shop/db.py", "# now below\nimport shop.api\n")

    assert asked(shop, "--checksum") == (["shop.db"], FOUND.replace(":1:", ":2:"))


def test_nothing_is_asked_of_what_was_kept_when_it_is_not_wanted(shop: Project) -> None:
    shop.write("shop/tax.py", "import shop.db\n")

    assert asked(shop, "--no-cache") == (["shop", "shop.api", "shop.db", "shop.tax"], FOUND)


FOUND = "shop/db.py:1:8: error: shop.db must not import shop.api: shop.api is above shop.db [layered]"
