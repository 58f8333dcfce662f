"""One run tells every fault that can be known, in the order of the lines, and in whatever format was asked for."""

import json
from xml.etree import ElementTree as ET

import pytest
from project import Project

from archguard.reporters import BUILT_IN

SHOP = {"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""}
WRONG = """\
version: 1
project: {packages: [shop], exclde: [shop.b]}
contracts:
  - {id: one, kind: forbiden, modules: shop.a, must_not_import: shop.b, indirct: false}
  - {id: two, kind: forbidden, must_not_import: shop.b}
  - {id: two, kind: forbidden, modules: shop.a, must_not_import: shop.b}
  - {id: three, kind: layers, kind: forbidden, layers: [shop.a, shop.bb]}
  - a word
  - {id: four, kind: forbidden, modules: shop.zz, must_not_import: shop.b}
ignore:
  - {contract: one, import: shop.a -> shop.b, reason: later}
  - {contract: five, import: shop.a -> shop.b, reason: later}
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(SHOP)
    return project


def _places(project: Project, *arguments: str) -> list[str]:
    checked = project.call("check", *arguments)
    assert checked.returncode == 2
    return [line for line in checked.stderr.splitlines() if ": error: " in line]


def test_faults_of_all_sorts_are_told_together(shop: Project) -> None:
    shop.write("archguard.yaml", WRONG)

    assert [line.partition(": error: ")[2] for line in _places(shop)] == [
        "unknown key `exclde`",
        "unknown kind 'forbiden'",
        "unknown key `indirct`",
        "`modules` is missing",
        "'two' is declared twice",
        "`kind` stands twice in one mapping",
        "'shop.bb' matches no module",
        "`contracts.4`: input should be a mapping, not 'a word'",
        "'shop.zz' matches no module",
        "there is no contract 'five'",
    ]


def test_faults_of_several_files_are_told_together(shop: Project) -> None:
    shop.write("archguard.yaml", "version: 1\nversion: 1\nproject: {packages: [shop]}\n")
    shop.write("contracts/one.yaml", "contracts: [\n")
    shop.write("contracts/two.yaml", "contrcts: []\ncontracts: [{id: x, kind: layer, layers: [shop.a, shop.b]}]\n")

    assert [line.partition(": error: ")[0] for line in _places(shop)] == [
        "archguard.yaml:2:1",
        "contracts/one.yaml:1:12",
        "contracts/two.yaml:1:1",
        "contracts/two.yaml:2:27",
    ]


def test_a_package_that_is_gone_is_told_beside_an_unknown_key(shop: Project) -> None:
    shop.write(
        "archguard.yaml", "project: {packages: [shp], coverag: 1}\ncontracts: [{id: x, kind: lyers}]\nnonsense: 1\n"
    )

    told = [line.partition(": error: ")[2] for line in _places(shop)]

    assert told == [
        "package 'shp' is not there",
        "unknown key `coverag`",
        "unknown kind 'lyers'",
        "unknown key `nonsense`",
    ]


@pytest.mark.parametrize(
    "key", ["servces: {a: {root: shop}}", "project: {package: [shop]}", "projct: {packages: [shop]}"]
)
def test_the_code_is_not_looked_at_where_nobody_knows_which_is_meant(shop: Project, key: str) -> None:
    shop.write("archguard.yaml", f"{key}\ncontracts: [{{id: x, kind: layers, layers: [zz.a, zz.b]}}]\n")

    assert len(_places(shop)) == 1


@pytest.mark.parametrize("format_", [name for name in BUILT_IN if name != "text"])
def test_each_format_tells_the_faults_too(shop: Project, format_: str) -> None:
    shop.write("archguard.yaml", WRONG)

    checked = shop.call("check", "--format", format_)

    assert checked.returncode == 2
    assert "forbiden" in checked.stdout
    assert "archguard.yaml:4:" in checked.stderr
    match format_:
        case "json":
            report = json.loads(checked.stdout)
            assert not report["complete"]
            assert [problem["code"] for problem in report["problems"]] == ["configuration"] * 10
        case "sarif" | "gitlab":
            json.loads(checked.stdout)
        case "junit" | "checkstyle":
            ET.fromstring(checked.stdout)  # noqa: S314  # written by archguard itself


def test_a_format_for_a_file_is_written_and_nothing_stands_on_stdout(shop: Project) -> None:
    shop.write("archguard.yaml", WRONG)

    checked = shop.call("check", "--format", "text", "--format", "json:report.json", "--format", "text:report.txt")

    assert (checked.returncode, checked.stdout) == (2, "")
    assert json.loads((shop.root / "report.json").read_text())["problems"]
    assert "unknown kind 'forbiden'" in (shop.root / "report.txt").read_text()


@pytest.mark.parametrize("text", ["contracts: [\n", "", "contracts: [{id: x, kind: forbidden, modules: shop.a}]\n"])
def test_json_is_json_whatever_keeps_the_code_from_being_looked_at(shop: Project, text: str) -> None:
    shop.write("archguard.yaml", text)

    checked = shop.call("check", "--format", "json")

    assert checked.returncode == 2
    assert json.loads(checked.stdout)["problems"]


def test_json_is_json_without_a_configuration(shop: Project) -> None:
    checked = shop.call("check", "--format", "json")

    assert checked.returncode == 2
    assert "no configuration" in json.loads(checked.stdout)["problems"][0]["message"]


@pytest.mark.parametrize(
    "reason",
    [
        '"' + "[" * 300 + '"',
        "'" + "{" * 300 + "'",
        "a " + "[" * 300,
        "|\n      " + "[{" * 300,
        '"' + "]" * 300 + "[" * 300 + '"',
    ],
)
def test_brackets_in_a_reason_are_text(shop: Project, reason: str) -> None:
    contract = "  - id: x\n    kind: forbidden\n    modules: shop.b\n    must_not_import: shop.a\n    reason: "
    shop.write("archguard.yaml", f"# {'[' * 300}\ncontracts:\n{contract}{reason}\n")

    assert shop.call("check").returncode == 0


@pytest.mark.parametrize(("depth", "code"), [(99, 2), (100, 2), (5000, 2)])
def test_lists_inside_of_lists_are_a_fault_with_a_place_and_no_crash(shop: Project, depth: int, code: int) -> None:
    shop.write("archguard.yaml", f"# {']' * 20_000}\ncontracts: {'[' * depth}{']' * depth}\n")

    checked = shop.call("check")

    assert checked.returncode == code
    assert "archguard.yaml:2:" in checked.stderr
    assert ("nested" in checked.stderr) == (depth > 99)
