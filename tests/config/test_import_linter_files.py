"""What stands in a file of import-linter: each option, its place, and which file it is."""

import json
import os
import re
import subprocess
import sys

import pytest
from project import Project

SHOP = {
    "shop/__init__.py": "",
    "shop/api.py": "from shop.stock import _rows\nimport shop.stock._cells.deep\n",
    "shop/stock/__init__.py": "from shop.stock import _rows\n",
    "shop/stock/_rows.py": "",
    "shop/stock/_cells/__init__.py": "import shop.stock._rows\n",
    "shop/stock/_cells/deep.py": "from shop.stock._cells import _inner\n",
    "shop/stock/_cells/_inner.py": "",
    "shop/stock/count/__init__.py": "import shop.stock._cells\n",
    "shop/stock/count/all.py": "import shop.stock._cells._inner\n",
    "shop/__main__.py": "",
    "shop/start.py": "import shop.__main__\n",
}
OPTIONS = "[importlinter]\nroot_package = shop\n"


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(SHOP)
    return project


def _linter(project: Project, path: str = ".") -> tuple[int, str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": path, "COLUMNS": "200"}
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout


def _found(project: Project, *arguments: str) -> list[tuple[str, str]]:
    report = json.loads(project.call("check", "--format", "json", "--no-cache", *arguments).stdout)
    return sorted({(one["importer"], one["imported"]) for one in report["violations"]})


def _contract(options: str, name: str = "one") -> str:
    return f"[importlinter:contract:{name}]\nname = {name}\n{options}"


@pytest.mark.parametrize(
    ("packages", "count"),
    [
        ("", 3),
        ("packages_with_private_modules =\n", 3),
        ("packages_with_private_modules = shop.stock\n", 3),
        ("packages_with_private_modules =\n    shop.stock.*\n", 0),
        ("packages_with_private_modules = shop.stock.count\n", 0),
        ("ignore_imports =\n    shop.api -> shop.stock._rows\n    shop.api -> shop.stock._cells.*\n", 1),
    ],
)
def test_private_modules_are_those_of_import_linter(shop: Project, packages: str, count: int) -> None:
    shop.write(".importlinter", OPTIONS + _contract(f"type = private_modules\n{packages}"))
    code, said = _linter(shop)
    links = sorted(set(re.findall(r"- (\S+) -> (\S+) \(l", said)))

    as_it_is = _found(shop)
    shop.write("archguard.yaml", shop.call("migrate").stdout)

    if "Contracts:" in said:  # it refuses `shop.stock.*`, among which are private packages
        assert (as_it_is, _found(shop)) == (links, links)
    assert len(as_it_is) == count, (code, said)


@pytest.mark.parametrize("package", ["shop.stock._cells", "shop.stock.*", "shop.stock._cells.deep"])
def test_a_private_package_whose_private_modules_are_asked_for_is_an_error(shop: Project, package: str) -> None:
    shop.write(
        ".importlinter", OPTIONS + _contract(f"type = private_modules\npackages_with_private_modules = {package}\n")
    )

    checked = shop.call("check")

    assert checked.returncode == 2
    assert ".importlinter:6:" in checked.stdout + checked.stderr


def _toml(*names: str, extra: str = "") -> str:
    contract = 'type = "forbidden"\nsource_modules = ["shop.start"]\nforbidden_modules = ["shop.api"]\n'
    tables = (f'[[tool.importlinter.contracts]]\nname = "{name}"\n{contract}{extra}' for name in names)
    return '[tool.importlinter]\nroot_package = "shop"\n' + "".join(tables)


def _ids(project: Project) -> list[str]:
    report = json.loads(project.call("check", "--format", "json", "--no-cache").stdout)
    return [contract["id"] for contract in report["contracts"]]


def test_names_that_are_alike_have_ids_of_their_own_that_stay_when_another_contract_goes(shop: Project) -> None:
    shop.write("pyproject.toml", _toml("api > start", "api -> start", "API, start", "other"))
    ids = _ids(shop)
    shop.write("pyproject.toml", _toml("API, start", "new", "api -> start", "other"))
    later = _ids(shop)

    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"api-start-[0-9a-f]{6}", one) for one in ids[:3])
    assert [ids[2], ids[1], "other"] == [later[0], later[2], later[3]]


def test_equal_names_and_names_of_signs_only_have_ids_too(shop: Project) -> None:
    shop.write("pyproject.toml", _toml("same", "same", "same", "->", "...", "\N{GREEK SMALL LETTER ALPHA}"))

    ids = _ids(shop)

    assert len(set(ids)) == 6
    assert shop.call("check", "--contract", ids[1]).returncode == 0


def test_a_name_gives_way_to_an_id_that_is_written(shop: Project) -> None:
    shop.write("pyproject.toml", _toml("One") + _toml("Two", extra='id = "one"\n').split("\n", 2)[2])

    ids = _ids(shop)

    assert ids[1] == "one"
    assert re.fullmatch("one-[0-9a-f]{6}", ids[0])


@pytest.mark.parametrize("option", ["ignore_imports =", "ignore_imports =\n   \n", "broken_contract_guidance ="])
@pytest.mark.parametrize(
    "alerting", ["", "unmatched_ignore_imports_alerting =\n", "unmatched_ignore_imports_alerting = warn\n"]
)
def test_an_empty_option_says_nothing(shop: Project, option: str, alerting: str) -> None:
    kind = "type = forbidden\nsource_modules = shop.start\nforbidden_modules = shop.api\n"
    shop.write(".importlinter", OPTIONS + _contract(f"{kind}{option}\n{alerting}"))

    checked = shop.call("check")

    assert (checked.returncode, _linter(shop)[0]) == (0, 0), checked.stdout + checked.stderr


INI = """\
[importlinter]
root_packages =
    shop
    gone

[importlinter:contract:one]
name = shop.api and shop.start
type = forbidden
# shop.start is not held to it
source_modules =
    shop.start
forbidden_modules =
    shop.api
    shop.apy
ignore_imports =
    shop.start -> shop.api

[importlinter:contract:two]
name = Two
type = forbiden

[importlinter:contract:three]
name = Three
type = layers
layers =
    shop.start
    shop.a*
as_packages = maybe
exhaustive = yes

[importlinter:contract:four]
name = Four
type = acyclic_siblings
ancestors = shop
skip_descendants =
    shop
depth = -1
"""


def _told(project: Project) -> list[str]:
    checked = project.call("check")
    assert checked.returncode == 2
    return re.findall(r"^(\S+:\d+:\d+): error: (.*)$", checked.stdout + checked.stderr, re.MULTILINE)


def test_each_fault_stands_at_its_line(shop: Project) -> None:
    shop.write(".importlinter", INI)
    with_a_package_that_is_gone = _told(shop)
    shop.write(".importlinter", INI.replace("    gone\n", ""))

    assert (".importlinter:4:5", "package 'gone' is not there") in with_a_package_that_is_gone
    assert _told(shop) == [
        (".importlinter:13:5", "'shop.apy' matches no module"),
        (".importlinter:19:1", "archguard cannot say import-linter's contract type 'forbiden'"),
        (".importlinter:26:5", "'shop.a*' has a wildcard, which import-linter knows none of in `layers`"),
        (".importlinter:27:1", "unknown option `as_packages` of contract type layers"),
        (".importlinter:28:1", "import-linter refuses `exhaustive`: Could not parse a boolean from 'yes'."),
        (".importlinter:35:5", "'shop' is an ancestor, too"),
        (".importlinter:36:1", "import-linter refuses `depth`: Must be >= 0."),
    ]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("root_packages =\n    shop\n    gone", "root_package = nowhere", ".importlinter:2:16"),
        ("    gone\n", "    gone\n", ".importlinter:4:5"),
        ("[importlinter:contract:two]", "[importlinter:contract:one]", ".importlinter:17:"),
        ("type = forbidden\n", "type = forbidden\ntype = forbidden\n", ".importlinter:9:"),
        ("type = forbidden\n", "", ".importlinter:6:1"),
    ],
)
def test_what_the_file_as_a_whole_has_wrong_stands_at_its_line(shop: Project, old: str, new: str, place: str) -> None:
    plain = INI[: INI.index("[importlinter:contract:three]")].replace("forbiden", "independence\nmodules = shop.api")
    shop.write(".importlinter", plain.replace("    shop.apy\n", "").replace(old, new, 1))

    assert any(where.startswith(place) for where, _ in _told(shop)), _told(shop)


def test_a_fault_in_the_second_contract_of_a_pyproject_stands_there(shop: Project) -> None:
    shop.write("pyproject.toml", _toml("one") + _toml("two", extra='ignore_imports = [\n  "shop.a -> shop.b",\n]\n'))
    text = (shop.root / "pyproject.toml").read_text().replace('[tool.importlinter]\nroot_package = "shop"\n', "", 1)
    shop.write("pyproject.toml", text)
    line = text.splitlines().index('  "shop.a -> shop.b",') + 1

    assert _told(shop)[0][0] == f"pyproject.toml:{line}:4"


@pytest.mark.parametrize(
    "options",
    [
        "root_package = 3",
        "root_packages = 3",
        'root_package = "shop"\ncontracts = 3',
        'root_package = "shop"\ncontracts = [3]',
        'root_package = "shop"\n[[tool.importlinter.contracts]]\nname = "x"\ntype = "layers"\nlayers = [1, 2]',
        'root_package = "shop"\n[[tool.importlinter.contracts]]\nname = "x"\ntype = "layers"\nlayers = 3',
        'root_package = "shop"\n[[tool.importlinter.contracts]]\nname = "x"\ntype = "acyclic_siblings"\ndepth = {}',
        'root_package = "shop"\n[[tool.importlinter.contracts]]\nname = "x"\ntype = ["layers"]',
        'root_package = "shop"\n[[tool.importlinter.contracts]]\nid = "a:b"\nname = "x"\ntype = "layers"\nlayers = []',
        'root_package = "shop"\n[[tool.importlinter.contracts]]\ntype = "independence"\nmodules = ["shop.api"]',
        'root_package = "shop',
    ],
)
def test_values_of_the_wrong_sort_are_faults(shop: Project, options: str) -> None:
    shop.write("pyproject.toml", f"[tool.importlinter]\n{options}\n")

    assert _told(shop)


def test_a_contract_type_of_the_projects_own_is_not_taken_for_the_one_of_that_name(shop: Project) -> None:
    own = "contract_types =\n    forbidden: shop.linting.Mine\n"
    kind = "type = forbidden\nsource_modules = shop.start\nforbidden_modules = shop.api\n"
    shop.write(".importlinter", OPTIONS + own + _contract(kind))

    assert _told(shop) == [
        (
            ".importlinter:7:1",
            "archguard cannot say import-linter's contract type 'forbidden', which is one of your own",
        )
    ]


def test_the_file_that_import_linter_reads_is_read_and_the_others_are_told(shop: Project) -> None:
    forbidden = "type = forbidden\nsource_modules = shop.api\nforbidden_modules = shop.stock\n"
    kept = "type = forbidden\nsource_modules = shop.start\nforbidden_modules = shop.api\n"
    shop.write("setup.cfg", "[metadata]\nname = shop\n" + OPTIONS + _contract(kept, "kept"))
    shop.write(".importlinter", OPTIONS + _contract(forbidden, "broken"))
    shop.write("pyproject.toml", _toml("another"))

    checked = shop.call("check")

    assert (checked.returncode, _linter(shop)[0]) == (0, 0)
    assert "kept    kept (forbidden)" in checked.stdout
    for other in (".importlinter", "pyproject.toml"):
        assert f"{other}:1:1: warning: setup.cfg of import-linter is read, and what this file says" in checked.stdout
    assert shop.call("check", "--config", ".importlinter").returncode == 1


def test_several_files_at_once_are_refused_since_each_stands_for_itself(shop: Project) -> None:
    kept = "type = forbidden\nsource_modules = shop.start\nforbidden_modules = shop.api\n"
    shop.write("one.ini", OPTIONS + _contract(kept))
    shop.write("two.ini", OPTIONS + _contract(kept, "two"))

    checked = shop.call("check", "--config", "one.ini", "--config", "two.ini")

    assert checked.returncode == 2
    assert "two.ini:1:1: error: import-linter checks each of its files by itself" in checked.stderr


@pytest.mark.parametrize("root", ["lib", "python/packages", "a/b/c"])
def test_a_package_in_another_folder_is_found_where_the_path_of_python_would_lead(project: Project, root: str) -> None:
    project.write_all({f"{root}/{path}": text for path, text in SHOP.items()})
    project.write(f"build/x/{root}/shop/__init__.py")
    project.write(".importlinter", OPTIONS + _contract("type = private_modules\n"))

    found = _found(project)
    project.write("archguard.yaml", project.call("migrate").stdout)

    assert len(found) == 3
    assert _found(project) == found
    assert _linter(project, root)[0] == 1


def test_a_package_in_two_other_folders_is_a_fault(project: Project) -> None:
    project.write_all({"one/shop/__init__.py": "", "two/shop/__init__.py": ""})
    project.write(".importlinter", OPTIONS + _contract("type = private_modules\n"))

    assert (".importlinter:2:16", "package 'shop' is in several folders: one, two") in _told(project)


def test_a_package_inside_of_another_is_not_taken_for_the_root_package(project: Project) -> None:
    project.write_all({"tools/__init__.py": "", "tools/shop/__init__.py": ""})
    project.write(".importlinter", OPTIONS + _contract("type = private_modules\n"))

    assert _told(project)[0] == (".importlinter:2:16", "package 'shop' is not there")
