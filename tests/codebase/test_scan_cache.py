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


def test_edited_files_are_parsed_and_none_is_scanned(shop: Project) -> None:
    shop.write("shop/tax.py", "import shop.db\nimport shop.api\n")
    shop.write("shop/db.py", "# now below\nimport shop.api\n")

    assert asked(shop) == ([], FOUND.replace(":1:", ":2:"))
    shop.write("shop/db.py", "import shop.api\n")
    assert asked(shop) == ([], FOUND)


def test_of_another_set_of_modules_only_those_are_scanned_whose_imports_may_lead_elsewhere(shop: Project) -> None:
    """By content: within two seconds, the states of files are digests, and later no more."""
    shop.write("shop/tax.py", "from shop import new\n")
    asked(shop, "--checksum")
    shop.write("shop/new.py", "import shop.api\n")

    assert asked(shop, "--checksum") == (
        ["shop", "shop.new", "shop.tax"],
        FOUND,
    )  # `shop.tax` has imported `shop` until now
    assert "shop.tax -> shop.new" in shop.ask("why", "shop.tax", "shop.api").stdout
    (shop.root / "shop/new.py").unlink()
    assert asked(shop, "--checksum") == (["shop", "shop.tax"], FOUND)


def test_a_module_that_becomes_a_package_may_re_export_what_others_import(shop: Project) -> None:
    shop.write("shop/tax.py", "from shop.rates import vat\n")
    shop.write("shop/rates.py", "")
    asked(shop, "--checksum")
    (shop.root / "shop/rates.py").unlink()
    shop.write("shop/rates/__init__.py", "from shop.api import vat\n")

    assert asked(shop, "--checksum")[0] == ["shop", "shop.rates", "shop.tax"]
    assert "shop.tax -> shop.api" in shop.ask("why", "shop.tax", "shop.api").stdout


def test_a_file_that_cannot_be_parsed_has_no_scan_to_keep(shop: Project) -> None:
    shop.configure(CONTRACTS + "  - {id: cloud, kind: external, modules: shop.tax, deny: [google.cloud.storage]}\n")
    shop.write("shop/tax.py", "import google\nx = = 1\n")
    shop.ask("check", "--checksum")
    shop.write("shop/new.py", "")

    assert "is not valid Python" in shop.ask("check", "--checksum").stdout


def test_other_names_to_tell_apart_are_asked_about_anew(shop: Project) -> None:
    shop.configure(CONTRACTS + "  - {id: os, kind: external, modules: shop.tax, deny: [os.path]}\n")

    assert asked(shop) == (["shop", "shop.api", "shop.db", "shop.tax"], FOUND)


def test_when_other_modules_are_left_out_all_are_scanned_anew(shop: Project) -> None:
    shop.write("shop/old.py", "")
    asked(shop, "--checksum")

    shop.configure("project: {exclude: [shop.old]}\n" + CONTRACTS)

    assert asked(shop, "--checksum") == (["shop", "shop.api", "shop.db", "shop.tax"], FOUND)


def test_other_contracts_about_the_same_names_ask_nothing(shop: Project) -> None:
    shop.configure(CONTRACTS.replace("shop.api, shop.db", "shop.db, shop.api"))

    files, first = asked(shop)

    assert (files, first) == ([], "kept    layered (layers): 2 modules, 1 import, 0 calls")


def test_with_contents_in_place_of_times_the_same_is_kept(shop: Project) -> None:
    shop.ask("check", "--checksum")
    shop.write("shop/db.py", "# now below\nimport shop.api\n")

    assert asked(shop, "--checksum") == ([], FOUND.replace(":1:", ":2:"))


def test_nothing_is_asked_of_what_was_kept_when_it_is_not_wanted(shop: Project) -> None:
    shop.write("shop/tax.py", "import shop.db\n")

    assert asked(shop, "--no-cache") == (["shop", "shop.api", "shop.db", "shop.tax"], FOUND)


FOUND = "shop/db.py:1:8: error: shop.db must not import shop.api: shop.api is above shop.db [layered]"
