"""`archguard check PATHS`: whose violations are reported."""

import json
import os

import pytest
from project import Project


@pytest.fixture
def shop(project: Project) -> Project:
    """Two packages, with a violation in each."""
    project.write_all({"shop/__init__.py": "", "shop/api.py": "import shop.db\n", "shop/db.py": ""})
    project.write_all({"stock/__init__.py": "", "stock/api.py": "import shop.db\n", "notes/plan.txt": ""})
    project.configure("contracts: [{id: c, kind: forbidden, modules: [shop.api, stock], must_not_import: shop.db}]\n")
    return project


def reported(project: Project, *paths: str, below: str = ".") -> list[str]:
    """The paths of the violations."""
    run = project.call("check", "--format", "json", *paths, below=below)
    return sorted({violation["path"] for violation in json.loads(run.stdout)["violations"]})


def test_a_path_by_its_own_name(shop: Project) -> None:
    assert reported(shop, "shop/api.py") == ["shop/api.py"]


def test_a_path_through_a_link_means_what_it_leads_to(shop: Project) -> None:
    (shop.root / "link").symlink_to("shop")
    (shop.root / "api.py").symlink_to("shop/api.py")

    assert reported(shop, "link") == ["shop/api.py"]
    assert reported(shop, "link/api.py") == ["shop/api.py"]
    assert reported(shop, "api.py") == ["shop/api.py"]
    assert reported(shop, "link/../stock") == ["shop/api.py"] or reported(shop, "link/../stock") == ["stock/api.py"]


def test_the_whole_project_through_a_link(shop: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "project"
    elsewhere.symlink_to(shop.root)

    assert reported(shop, str(elsewhere)) == ["shop/api.py", "stock/api.py"]
    assert reported(shop, str(elsewhere / "stock")) == ["stock/api.py"]


def test_a_linked_module_by_the_name_of_its_file(shop: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("elsewhere") / "x.py"
    file.write_text("import shop.db\n")
    (shop.root / "stock/x.py").symlink_to(file)

    assert reported(shop, str(file)) == ["stock/x.py"]


def test_a_folder_around_the_project_means_all_of_it(shop: Project) -> None:
    assert reported(shop, "..", below="shop") == ["shop/api.py", "stock/api.py"]
    assert reported(shop, str(shop.root.parent)) == ["shop/api.py", "stock/api.py"]


@pytest.mark.parametrize("how", ["absolute", "relative"])
def test_a_path_outside_of_the_project_is_an_error(
    shop: Project, tmp_path_factory: pytest.TempPathFactory, how: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.py").write_text("import shop.db\n")

    run = shop.call("check", str(outside) if how == "absolute" else os.path.relpath(outside / "x.py", shop.root))

    assert run.returncode == 2
    assert "is outside of the project" in run.stderr


def test_a_path_without_a_module_is_told_of(shop: Project) -> None:
    run = shop.call("check", "notes", "stock/api.py")

    assert run.returncode == 1
    assert "notes:1:1: info: holds no module that was read" in run.stdout
    assert "shop/api.py:1" not in run.stdout


def test_an_answer_is_not_kept_for_a_link_that_leads_elsewhere_now(shop: Project) -> None:
    link = shop.root / "link"
    link.symlink_to("shop")
    assert "shop/api.py:1" in shop.ask("check", "link").stdout

    link.unlink()
    link.symlink_to("stock")

    assert "stock/api.py:1" in shop.ask("check", "link").stdout
