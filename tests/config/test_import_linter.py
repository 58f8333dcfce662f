"""Configurations of import-linter, which run as they are and can be migrated."""

import json
import os
import subprocess
import sys

import pytest
from project import Project

SHOP = {
    "shop/__init__.py": "",
    "shop/web.py": "import shop.services\nimport json\n",
    "shop/services.py": "import shop.db\n",
    "shop/db.py": "import shop.web\nimport sqlite3\n",
    "shop/tools/__init__.py": "",
    "shop/tools/dates.py": "",
    "shop/scripts/run.py": "import shop.db\n",
}

CONTRACTS = {
    "layers": "type = layers\nlayers =\n    shop.web\n    shop.services\n    shop.db\n",
    "layers in a container": "type = layers\ncontainers = shop\nlayers =\n    web\n    (cli) | services\n    db\n",
    "an exhaustive container": (
        "type = layers\ncontainers = shop\nexhaustive = True\nexhaustive_ignores =\n    tools\n"
        "layers =\n    web\n    services\n    db\n"
    ),
    "siblings together": "type = layers\nlayers =\n    shop.web : shop.services : shop.db\n",
    "a single layer": "type = layers\nlayers = shop.web\n",
    "layers that are not there": "type = layers\nlayers =\n    (shop.cli)\n    (shop.api)\n",
    "everything forbidden to everything": "type = forbidden\nsource_modules = shop\nforbidden_modules = shop.db\n",
    "one that is independent": "type = independence\nmodules = shop.web\n",
    "protected from nobody": "type = protected\nprotected_modules = shop.db\nallowed_importers = shop\n",
    "an ancestor without children": "type = acyclic_siblings\nancestors = shop.web\n",
    "forbidden": "type = forbidden\nsource_modules = shop.web\nforbidden_modules = shop.db\n",
    "forbidden but for the way round": (
        "type = forbidden\nsource_modules = shop.web\nforbidden_modules = shop.db\nallow_indirect_imports = True\n"
    ),
    "an external package": "type = forbidden\nsource_modules = shop.services\nforbidden_modules = sqlite3\n",
    "modules without what is below": (
        "type = forbidden\nsource_modules = shop\nforbidden_modules = shop.db\nas_packages = False\n"
    ),
    "wildcards": "type = forbidden\nsource_modules = shop.*\nforbidden_modules = shop.**.dates\n",
    "independence": "type = independence\nmodules =\n    shop.services\n    shop.tools\n",
    "protected": "type = protected\nprotected_modules = shop.db\nallowed_importers = shop.services\n",
    "protected from others": "type = protected\nprotected_modules = shop.db\nallowed_importers = shop.web\n",
    "acyclic siblings": "type = acyclic_siblings\nancestors = shop\n",
    "ignored imports": (
        "type = acyclic_siblings\nancestors = shop\n"
        "ignore_imports =\n    shop.db -> shop.*\n    shop.nothing -> shop.db\n"
        "unmatched_ignore_imports_alerting = warn\n"
    ),
}

OPTIONS = "[importlinter]\nroot_package = shop\ninclude_external_packages = True\n"


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(SHOP)
    return project


def _oracle(project: Project) -> str:
    """What import-linter itself says of the one contract: kept or broken."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(
        command, cwd=project.root, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": "."}
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return "kept" if done.returncode == 0 else "broken"


def _verdict(project: Project, *arguments: str) -> str:
    checked = project.run("check", "--format", "json", *arguments)
    (contract,) = json.loads(checked.stdout)["contracts"]
    return str(contract["status"])


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_has_the_verdict_of_import_linter_as_it_is_and_migrated(shop: Project, name: str) -> None:
    shop.write(".importlinter", f"{OPTIONS}[importlinter:contract:one]\nname = One\n{CONTRACTS[name]}")
    expected = _oracle(shop)

    as_it_is = _verdict(shop)
    migrated = shop.run("migrate")
    shop.write("archguard.yaml", migrated.stdout)

    assert (as_it_is, _verdict(shop)) == (expected, expected), migrated.stdout


def test_siblings_one_inside_of_another_run_as_they_did_in_import_linter_2_16(shop: Project) -> None:
    siblings = "type = layers\nlayers =\n    shop.web\n    shop.tools : shop.tools.dates : shop.db\n"
    shop.write(".importlinter", f"{OPTIONS}[importlinter:contract:one]\nname = One\n{siblings}")

    as_it_is = _verdict(shop)
    shop.write("archguard.yaml", shop.run("migrate").stdout)

    assert (as_it_is, _verdict(shop)) == ("broken", "broken")  # which 2.16 said, and 2.17 refuses to judge


def test_folders_that_import_linter_passes_over_are_left_out(shop: Project) -> None:
    shop.write(".importlinter", f"{OPTIONS}[importlinter:contract:one]\nname = One\n{CONTRACTS['acyclic siblings']}")

    report = json.loads(shop.run("check", "--format", "json").stdout)
    migrated = shop.run("migrate").stdout

    assert report["summary"]["modules"] == 6
    assert "exclude:\n  - shop.scripts" in migrated


def test_an_import_of_what_import_linter_does_not_see_leads_to_the_top_level_package(shop: Project) -> None:
    shop.write_all({"shop/__init__.py": "", "shop/db/__init__.py": "import sqlite3\n", "shop/db/wiring/start.py": ""})
    shop.write("shop/web.py", "from shop.db.wiring.start import connect\n")
    contract = "[importlinter:contract:x]\ntype = forbidden\nsource_modules = shop.web\nforbidden_modules = sqlite3\n"
    options = "[importlinter]\nroot_package = shop\ninclude_external_packages = True\n"
    shop.write(".importlinter", f"{options}{contract}name = x\n")

    assert shop.call("check").returncode == 0
    shop.write("archguard.yaml", shop.call("migrate").stdout)
    assert shop.call("check").returncode == 0


def test_an_option_of_the_session_that_is_none_is_passed_over_with_a_warning(shop: Project) -> None:
    contract = f"[importlinter:contract:one]\nname = One\n{CONTRACTS['layers']}"
    shop.write(".importlinter", f"{OPTIONS}show_imports = True\n{contract}")

    report = json.loads(shop.run("check", "--format", "json").stdout)

    (problem,) = report["problems"]
    assert (problem["severity"], problem["line"]) == ("warning", 4)
    assert problem["message"] == "import-linter's `show_imports` is passed over"
    assert report["contracts"][0]["status"] == _oracle(shop) == "broken"


def test_a_contract_that_no_code_could_break_is_kept_with_a_warning(shop: Project) -> None:
    shop.write(".importlinter", f"{OPTIONS}[importlinter:contract:one]\nname = One\n{CONTRACTS['a single layer']}")

    report = json.loads(shop.run("check", "--format", "json").stdout)

    (problem,) = report["problems"]
    assert (problem["severity"], problem["message"]) == ("warning", "can never apply: there is only one layer")
    assert report["passed"]


@pytest.mark.parametrize("name", ["importlinter.ini", ".import_linter_config", "imports.conf"])
def test_a_file_that_is_named_may_be_called_anything(shop: Project, name: str) -> None:
    shop.write(name, f"{OPTIONS}[importlinter:contract:one]\nname = One\n{CONTRACTS['layers']}")

    assert _verdict(shop, "--config", name) == "broken"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "setup.cfg",
            "[importlinter]\nroot_package = shop\n[importlinter:contract:one]\nname = One\n" + CONTRACTS["layers"],
        ),
        (
            "pyproject.toml",
            (
                '[tool.importlinter]\nroot_packages = ["shop"]\n[[tool.importlinter.contracts]]\nname = "One of them"\n'
                'type = "layers"\nlayers = ["shop.web", "shop.services", "shop.db"]\n'
            ),
        ),
    ],
)
def test_it_is_found_where_import_linter_finds_it(shop: Project, path: str, text: str) -> None:
    shop.write(path, text)

    assert _verdict(shop) == "broken"


def test_type_checking_imports_can_be_left_out_for_the_whole_session(shop: Project) -> None:
    shop.write("shop/db.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.web\n")
    contract = f"[importlinter:contract:one]\nname = One\n{CONTRACTS['layers']}"
    shop.write(".importlinter", f"{OPTIONS}exclude_type_checking_imports = True\n{contract}")

    assert _verdict(shop) == _oracle(shop) == "kept"


@pytest.mark.parametrize(
    ("contract", "says"),
    [
        ("type = layer\n", "archguard cannot say import-linter's contract type 'layer'"),
        ("type = layers\nlayers = shop.web\n  shop.db\nexaustive = True\n", "unknown option `exaustive`"),
        (
            "type = layers\nlayers = shop.web\n  shop.db\nexhaustive = True\n",
            "`exhaustive`: The exhaustive option is not supported",
        ),
        (
            "type = independence\nmodules =\n    shop.tools\n    shop.tools.dates\n",
            "shop.tools.dates is inside of shop.tools",
        ),
        (
            "type = forbidden\nsource_modules = shop.webb\nforbidden_modules = shop.db\n",
            "'shop.webb' matches no module",
        ),
        (
            "type = independence\nmodules =\n    shop.web\n    shop.db\nignore_imports = shop.x -> shop.y\n",
            "no import matches",
        ),
    ],
)
def test_what_cannot_be_said_is_an_error_with_a_place(shop: Project, contract: str, says: str) -> None:
    shop.write(".importlinter", f"{OPTIONS}[importlinter:contract:one]\nname = One\n{contract}")

    checked = shop.run("check")

    assert checked.returncode == 2
    assert says in checked.stdout + checked.stderr
    assert ".importlinter:" in checked.stdout + checked.stderr
    assert "Traceback" not in checked.stderr


def test_migrating_never_overwrites(shop: Project) -> None:
    shop.write(".importlinter", f"{OPTIONS}[importlinter:contract:one]\nname = One\n{CONTRACTS['layers']}")
    shop.write("archguard.yaml", "version: 1\n")

    migrated = shop.run("migrate", "--output", "archguard.yaml")

    assert migrated.returncode == 2
    assert (shop.root / "archguard.yaml").read_text() == "version: 1\n"
