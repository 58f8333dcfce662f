"""Which files are the configuration, when nobody names them, and how several of them become one."""

from pathlib import Path

import pytest
from project import Project, broken

from archguard.config import find_configuration
from archguard.errors import ConfigError

FORBIDDEN = "contracts: [{{id: {0}, kind: forbidden, modules: shop.a, must_not_import: shop.b}}]\n"


@pytest.fixture(autouse=True)
def _code(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""})


def found(project: Project, below: str = ".") -> tuple[Path, list[str]]:
    root, files = find_configuration(project.root / below)
    return root, [file.relative_to(project.root).as_posix() for file in files]


@pytest.mark.parametrize("name", ["archguard.yaml", "archguard.yml"])
def test_the_configuration_is_found_from_a_folder_below(project: Project, name: str) -> None:
    project.configure(FORBIDDEN.format("x"), name)

    assert found(project, "shop") == (project.root, [name])


def test_the_nearest_configuration_wins(project: Project) -> None:
    project.configure(FORBIDDEN.format("x"))
    project.configure(FORBIDDEN.format("y"), "shop/archguard.yaml")

    assert found(project, "shop") == (project.root / "shop", ["shop/archguard.yaml"])


def test_the_search_ends_at_the_root_of_the_repository(project: Project) -> None:
    project.configure(FORBIDDEN.format("x"))
    (project.root / "shop/.git").mkdir()

    with pytest.raises(ConfigError, match="no configuration in shop or above it"):
        find_configuration(project.root / "shop")


def test_files_in_contracts_are_read_with_it(project: Project) -> None:
    project.configure(FORBIDDEN.format("x"))
    project.configure(FORBIDDEN.format("z"), "contracts/z.yml")
    project.configure(FORBIDDEN.format("y"), "contracts/y.yaml")

    assert found(project)[1] == ["archguard.yaml", "contracts/y.yaml", "contracts/z.yml"]
    assert [contract.id for contract in project.config().contracts] == ["x", "y", "z"]


def test_a_folder_of_contracts_alone_is_no_configuration(project: Project) -> None:
    project.configure(FORBIDDEN.format("y"), "contracts/y.yaml")

    with pytest.raises(ConfigError):
        find_configuration(project.root)


def test_pyproject_is_a_configuration_if_it_has_a_table(project: Project) -> None:
    project.configure('[tool.other]\nname = "archguard"\n', "pyproject.toml")

    with pytest.raises(ConfigError):
        find_configuration(project.root)

    project.configure("[tool.archguard]\n", "pyproject.toml")
    assert found(project)[1] == ["pyproject.toml"]


def test_a_broken_pyproject_that_speaks_of_archguard_is_reported(project: Project) -> None:
    project.configure("[tool.archguard\n", "pyproject.toml")

    with pytest.raises(ExceptionGroup) as raised:
        project.config()

    (error,) = raised.value.exceptions
    assert isinstance(error, ConfigError)
    assert str(error.location) == "pyproject.toml:1:16"


def test_a_contract_in_two_files_is_declared_twice(project: Project) -> None:
    project.configure(FORBIDDEN.format("x"))
    project.configure(FORBIDDEN.format("x"), "contracts/more.yaml")

    with pytest.raises(ExceptionGroup) as raised:
        project.config()

    (error,) = raised.value.exceptions
    assert isinstance(error, ConfigError)
    assert (str(error.location), error.message) == ("contracts/more.yaml:1:13", "'x' is declared twice")
    assert error.hint == "first at archguard.yaml:1:13"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("components: {c: shop.a}\n", "components: {c: shop.b}\n"),
        ("services: {c: {modules: shop.a}}\n", "services: {c: {modules: shop.b}}\n"),
        ("project: {packages: shop}\n", "project: {packages: shop}\n"),
    ],
)
def test_what_two_files_declare_must_not_be_the_same(project: Project, one: str, other: str) -> None:
    project.configure(one + FORBIDDEN.format("x"))
    project.configure(other, "contracts/more.yaml")

    with pytest.raises(ExceptionGroup) as raised:
        project.config()

    assert [str(error) for error in raised.value.exceptions if "declared twice" in str(error)]


def test_a_file_uses_the_components_of_another_one(project: Project) -> None:
    project.configure("components: {upper: shop.a, lower: shop.b}\n")
    project.configure("contracts: [{id: x, kind: layers, layers: [lower, upper]}]\n", "contracts/x.yaml")

    assert broken(project.check()) == [("shop.a", "shop.b", 1)]


def test_what_a_file_says_takes_precedence_over_what_it_extends(project: Project) -> None:
    project.configure("components: {c: shop.a}\nproject: {packages: nowhere}\n" + FORBIDDEN.format("x"), "base.yaml")
    project.configure("""\
        extends: base.yaml
        project: {packages: shop}
        components: {c: shop.b}
        contracts: [{id: x, kind: protected, modules: c, reason: new}, {id: y, kind: external, modules: c, deny: os}]
    """)

    config = project.config()

    assert [(contract.id, contract.kind) for contract in config.contracts] == [("x", "protected"), ("y", "external")]
    assert [str(pattern) for pattern in config.components["c"].modules] == ["shop.b"]
    assert [file.name for file in config.files] == ["archguard.yaml", "base.yaml"]


def test_a_file_that_two_others_extend_is_read_once(project: Project) -> None:
    project.configure(FORBIDDEN.format("x"), "base.yaml")
    project.configure("extends: base.yaml\n", "left.yaml")
    project.configure("extends: [left.yaml, base.yaml]\n" + FORBIDDEN.format("x"))

    assert [contract.id for contract in project.config().contracts] == ["x"]


def test_extends_is_relative_to_its_file(project: Project) -> None:
    project.configure(FORBIDDEN.format("x"), "rules/deep/base.yaml")
    project.configure("extends: deep/base.yaml\n", "rules/all.yaml")
    project.configure("extends: rules/all.yaml\n")

    assert broken(project.check()) == [("shop.a", "shop.b", 1)]


def test_a_circle_of_files_that_extend_each_other_is_reported(project: Project) -> None:
    project.configure("extends: b.yaml\n", "a.yaml")
    project.configure("extends: c.yaml\n", "b.yaml")
    project.configure("extends: a.yaml\n", "c.yaml")
    project.configure("extends: a.yaml\n" + FORBIDDEN.format("x"))

    with pytest.raises(ExceptionGroup) as raised:
        project.config()

    (error,) = raised.value.exceptions
    assert isinstance(error, ConfigError)
    assert str(error.location) == "c.yaml:1:10"


def test_a_pack_is_extended_and_one_of_its_contracts_changed(project: Project) -> None:
    project.write_all(
        {"shop/api/__init__.py": "", "shop/services/__init__.py": "", "shop/repositories/__init__.py": ""}
    )
    project.configure("""\
        extends: archguard:layered
        contracts: [{id: layered, kind: forbidden, modules: shop.a, must_not_import: shop.b, reason: ours}]
    """)

    contracts = {contract.id: contract.kind for contract in project.config().contracts}

    assert contracts["layered"] == "forbidden"


def test_named_files_are_relative_to_the_first_ones_folder(project: Project) -> None:
    project.configure(FORBIDDEN.format("x"), "rules.yaml")
    project.configure(FORBIDDEN.format("y"), "more.yaml")

    run = project.call("check", "--config", "rules.yaml", "--config", "more.yaml")

    assert run.returncode == 1
    assert "BROKEN  x (forbidden)" in run.stdout
    assert "BROKEN  y (forbidden)" in run.stdout


def test_without_a_configuration_there_is_a_sentence(project: Project) -> None:
    run = project.call("check")

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"error: no configuration in {project.root.name} or above it\n")
