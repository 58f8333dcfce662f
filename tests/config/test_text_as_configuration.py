"""`read_config` takes the text of a configuration in place of files."""

import pytest
from project import Project

from archguard import ConfigError, check, read_config

CONTRACT = "{id: no-db, kind: forbidden, modules: shop.web, must_not_import: shop.db}"


@pytest.fixture
def shop(project: Project) -> Project:
    """A module that imports another one."""
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/web.py": "import shop.db\n"})
    return project


def test_a_text_is_checked_like_a_file(shop: Project) -> None:
    config = read_config(
        f"""
        contracts:
          - {CONTRACT}
        """,
        shop.root,
    )

    assert [violation.contract for violation in check(config).violations] == ["no-db"]
    assert config.files == ()


def test_a_file_of_the_project_plays_no_part(shop: Project) -> None:
    shop.configure("contracts: [\n")

    assert len(read_config(f"contracts: [{CONTRACT}]", shop.root).contracts) == 1


def test_a_text_extends_files_relative_to_the_root(shop: Project) -> None:
    shop.write("rules/base.yaml", f"contracts: [{CONTRACT}]\n")

    config = read_config("extends: rules/base.yaml", shop.root)

    assert [contract.id for contract in config.contracts] == ["no-db"]
    assert config.files == (shop.root / "rules/base.yaml",)


def test_faults_in_a_text_have_a_place(shop: Project) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        read_config("contracts:\n  - {id: no-db, kind: acyclik}\n", shop.root)

    (error,) = raised.value.exceptions
    assert isinstance(error, ConfigError)
    assert f"{error.location}: {error}" == "<text>.yaml:2:23: unknown kind 'acyclik'"


def test_a_path_that_is_given_as_text_is_no_configuration(shop: Project) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        read_config("archguard.yaml", shop.root)

    (error,) = raised.value.exceptions
    assert isinstance(error, ConfigError)
    assert "give its path as a `Path`" in error.hint
