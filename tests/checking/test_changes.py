"""`--since`: only what changed since a revision, by checking both trees."""

from project import Project
from repository import commit, git


def test_what_was_there_at_the_revision_is_known(shop: Project) -> None:
    checked = shop.run("check", "--since", "HEAD")

    assert checked.returncode == 0
    assert "1 violation (0 new, 1 known)" in checked.stdout


def test_what_came_after_it_is_new(shop: Project) -> None:
    shop.write("shop/controllers.py", "from shop import repositories\nimport shop.repositories\n")

    checked = shop.run("check", "--since", "HEAD")

    assert checked.returncode == 1
    assert "2 violations (1 new, 1 known)" in checked.stdout


def test_what_is_gone_is_counted_as_fixed(shop: Project) -> None:
    shop.write("shop/controllers.py", "")

    assert "1 fixed" in shop.run("check", "--since", "HEAD").stdout


def test_a_violation_in_an_unchanged_file_by_a_change_elsewhere_is_new(project: Project) -> None:
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/helpers.py": ""})
    project.write("shop/web.py", "import shop.helpers\n")
    project.configure("contracts: [{id: db, kind: forbidden, modules: shop.web, must_not_import: shop.db}]\n")
    commit(project)

    project.write("shop/helpers.py", "import shop.db\n")

    checked = project.run("check", "--since", "HEAD")
    assert checked.returncode == 1
    assert "shop/web.py:1" in checked.stdout


def test_a_renamed_file_is_followed(shop: Project) -> None:
    shop.write("shop/controllers.py", "from shop import repositories\n" + "x = 1\n" * 20)
    shop.configure((shop.root / "archguard.yaml").read_text().replace("shop.controllers", "shop.c*"))
    commit(shop)

    git(shop, "mv", "shop/controllers.py", "shop/commands.py")

    assert shop.run("check", "--since", "HEAD").returncode == 0


def test_the_merge_base_of_a_branch_is_a_revision_too(shop: Project) -> None:
    git(shop, "switch", "--quiet", "--create", "feature")
    shop.write("shop/more.py", "")
    commit(shop)
    git(shop, "switch", "--quiet", "main")
    shop.write("shop/controllers.py", "")
    commit(shop)
    git(shop, "switch", "--quiet", "feature")

    assert shop.run("check", "--since-merge-base", "main").returncode == 0


def test_the_working_tree_is_not_touched(shop: Project) -> None:
    shop.write("shop/controllers.py", "import shop.repositories  # not committed\n")
    before = git(shop, "status", "--porcelain=v2", "--branch")

    shop.run("check", "--since", "HEAD")

    assert git(shop, "status", "--porcelain=v2", "--branch") == before
    assert "not committed" in (shop.root / "shop/controllers.py").read_text()


def test_a_missing_revision_is_a_clear_error(shop: Project) -> None:
    checked = shop.run("check", "--since", "v9.9")

    assert checked.returncode == 2
    assert "there is no revision 'v9.9' here" in checked.stderr


def test_a_shallow_clone_says_how_to_get_the_rest(shop: Project) -> None:
    commit(shop, "More")
    git(shop, "clone", "--quiet", "--depth=1", f"file://{shop.root}", "shallow")
    shallow = Project(shop.root / "shallow")

    checked = shallow.run("check", "--since", "HEAD~1")

    assert checked.returncode == 2
    assert "the clone is shallow" in checked.stderr


def test_a_project_without_git_is_a_clear_error(project: Project) -> None:
    (project.root / ".git").rmdir()
    project.write("shop/__init__.py")
    project.configure("contracts: [{id: a, kind: external, modules: shop, allow: stdlib}]\n")

    checked = project.run("check", "--since", "HEAD")

    assert checked.returncode == 2
    assert "there is no revision 'HEAD' here" in checked.stderr
