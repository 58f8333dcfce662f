"""The folder of a configuration is found without reading the configuration."""

from pathlib import Path

import pytest

from archguard.incremental.project_folder import configured_folder, may_be_configured


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("archguard.yaml", "", True),
        ("archguard.yml", "", True),
        ("archguard.YAML", "", True),
        ("pyproject.toml", "[tool.archguard]\n", True),
        ("pyproject.toml", "[tool.importlinter]\n", True),
        ("pyproject.toml", "[tool.ruff]\n", False),
        ("setup.cfg", "[importlinter]\n", True),
        ("setup.cfg", "[metadata]\n", False),
        (".importlinter", "[importlinter]\n", True),
        ("tach.toml", "", True),
        ("other.yaml", "archguard", False),
    ],
)
def test_a_file_may_hold_a_configuration(tmp_path: Path, name: str, text: str, *, expected: bool) -> None:
    (tmp_path / name).write_text(text)

    assert may_be_configured(str(tmp_path)) is expected


def test_what_cannot_be_read_may_hold_one(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").mkdir()

    assert may_be_configured(str(tmp_path))


def test_a_link_that_leads_nowhere_counts_where_nothing_else_is_meant(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").symlink_to("nothing")
    assert not may_be_configured(str(tmp_path))

    (tmp_path / "archguard.yaml").symlink_to("nothing")
    assert may_be_configured(str(tmp_path))


def test_the_nearest_folder_up_to_the_root_of_the_repository_is_found(tmp_path: Path) -> None:
    repository, deep = tmp_path / "repository", tmp_path / "repository/shop/deep"
    deep.mkdir(parents=True)
    (repository / ".git").mkdir()
    (tmp_path / "archguard.yaml").write_text("")
    assert configured_folder(str(deep)) == str(deep)

    (repository / "archguard.yaml").write_text("")
    assert configured_folder(str(deep)) == str(repository)

    (repository / "shop/archguard.yml").write_text("")
    assert configured_folder(str(deep)) == str(repository / "shop")
