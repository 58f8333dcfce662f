"""The base of a comparison is what was committed, whatever attributes, links and settings say."""

from pathlib import Path

import pytest
from project import Project
from repository import commit, git
from tools import needs_bash

VIOLATION = "from shop import repositories\n"


def since(project: Project, revision: str = "HEAD") -> tuple[int, str]:
    """How a check since `revision` ends, and its last line."""
    done = project.call("check", "--no-cache", "--since", revision)
    assert "Traceback" not in done.stderr
    return done.returncode, (done.stdout or done.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize(
    "attributes",
    [
        "*.py export-ignore",
        "shop export-ignore",
        "*.py export-subst",
        "*.py text eol=crlf",
        "*.py ident",
        "*.py filter=gone",
        "*.py -text diff=gone merge=gone",
    ],
)
def test_attributes_change_nothing_of_the_base(shop: Project, attributes: str) -> None:
    shop.write("shop/more.py", "# $Id$ $Format:%nimport shop.repositories%n$\n")
    shop.configure(
        (shop.root / "archguard.yaml").read_text().replace("shop.controllers", "[shop.controllers, shop.more]")
    )
    shop.write(".git/info/attributes", f"{attributes}\n")
    commit(shop)
    shop.write(".gitattributes", f"{attributes}\n")
    commit(shop)

    assert since(shop) == (0, "1 contract: 1 kept, 0 broken; 1 violation (0 new, 1 known).")
    shop.write("shop/more.py", "# Now it does.\nimport shop.repositories\n")
    assert since(shop) == (1, "1 contract: 0 kept, 1 broken; 2 violations (1 new, 1 known).")


def test_attributes_that_are_not_committed_change_nothing_either(shop: Project) -> None:
    shop.write(".git/info/attributes", "*.py export-ignore\n")

    assert since(shop)[0] == 0


@pytest.mark.parametrize("option", ["--octopus", "-a", "--all", "-", "--output=stolen"])
@pytest.mark.parametrize("name", ["--since", "--since-merge-base"])
def test_an_option_of_git_is_no_revision(shop: Project, name: str, option: str) -> None:
    done = shop.call("check", f"{name}={option}")

    assert done.returncode == 2
    assert f"'{option}' is no revision" in done.stderr
    assert not (shop.root / "stolen").exists()


@pytest.mark.parametrize("revision", ["", "^HEAD", "HEAD..HEAD", "HEAD:shop", "HEAD^!", "--", "a b", "HEAD\nHEAD"])
def test_what_names_no_single_commit_is_refused(shop: Project, revision: str) -> None:
    assert shop.call("check", "--since", revision).returncode == 2
    assert shop.call("check", "--since-merge-base", revision).returncode == 2
    assert shop.call("trend", "--since", revision).returncode == 2


def test_two_bases_are_one_too_many(shop: Project) -> None:
    done = shop.call("check", "--since", "HEAD", "--since-merge-base", "main")

    assert done.returncode == 2
    assert "--since" in done.stderr


def test_a_link_leads_to_what_was_there_at_the_revision(shop: Project) -> None:
    (shop.root / "shop/controllers.py").rename(shop.root / "real.txt")
    (shop.root / "shop/controllers.py").symlink_to("../real.txt")
    commit(shop)

    assert since(shop)[0] == 0
    shop.write("real.txt", "")
    commit(shop)
    shop.write("real.txt", VIOLATION)
    assert since(shop)[0] == 1


def test_a_link_out_of_the_folder_is_followed_within_the_repository(project: Project) -> None:
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all(
        {"libs/common/__init__.py": "", "libs/common/db.py": "", "libs/common/web.py": "import common.db\n"}
    )
    rule = "contracts: [{id: db, kind: forbidden, modules: common.web, must_not_import: common.db}]\n"
    project.write("app/archguard.yaml", f"version: 1\nproject: {{packages: [common]}}\n{rule}")
    (project.root / "app/common").symlink_to("../libs/common")
    commit(project)
    app = Project(project.root / "app")

    done = app.call("check", "--since", "HEAD")

    assert (done.returncode, "(0 new, 1 known)" in done.stdout) == (0, True), done.stdout + done.stderr


def test_links_that_lead_nowhere_in_circles_or_outside_are_no_fault(
    shop: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    for name, target in {
        "nowhere": "missing",
        "circle": "circle",
        "root.txt": ".",
        "up.txt": "../../../../../../../../dev/null",
        "outside": str(outside),
        "inside": str(shop.root / "shop"),
    }.items():
        (shop.root / name).symlink_to(target)
    commit(shop)

    assert since(shop)[0] == 0
    assert [*outside.iterdir()] == []


@needs_bash  # `git submodule` is a shell script
def test_a_submodule_is_as_it_was(shop: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Project(tmp_path_factory.mktemp("other"))
    git(other, "init", "--quiet", "--initial-branch=main")
    other.write("orders.py", "import shop.repositories\n")
    other.write("__init__.py", "")
    commit(other)
    git(shop, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "shop/part")
    shop.configure(
        (shop.root / "archguard.yaml").read_text().replace("shop.controllers", "[shop.controllers, shop.part]")
    )
    commit(shop)

    assert since(shop) == (0, "1 contract: 1 kept, 0 broken; 2 violations (0 new, 2 known).")
    shop.write("shop/part/more.py", "import shop.repositories\n")
    assert since(shop) == (1, "1 contract: 0 kept, 1 broken; 3 violations (1 new, 2 known).")


def test_a_submodule_without_the_commit_is_an_error(shop: Project) -> None:
    part = Project(shop.root / "shop/part")
    part.write("__init__.py", "")
    git(part, "init", "--quiet", "--initial-branch=main")
    commit(part)
    commit(shop)
    git(part, "commit", "--quiet", "--amend", "--message", "Another")
    git(part, "reflog", "expire", "--expire=now", "--all")
    git(part, "gc", "--quiet", "--prune=now")

    assert since(shop)[0] == 2


def test_a_submodule_that_is_not_checked_out_is_empty(shop: Project) -> None:
    git(shop, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},shop/part")
    git(shop, "commit", "--quiet", "--message", "Part")

    assert since(shop)[0] == 0


def test_a_folder_that_was_not_there_yet_is_an_error(shop: Project) -> None:
    shop.write("app/archguard.yaml", "contracts: [{id: a, kind: external, modules: b, allow: stdlib}]\n")
    shop.write("app/b.py", "")

    done = Project(shop.root / "app").call("check", "--since", "HEAD")

    assert done.returncode == 2
    assert "there are no files in 'app' at 'HEAD'" in done.stderr


def test_a_folder_that_is_laid_out_like_a_repository_brings_no_history_of_its_own(shop: Project) -> None:
    shop.write("shop/controllers.py", "")
    commit(shop)
    fake = Project(shop.root / "app")
    fake.write("shop/__init__.py", "")
    fake.write("shop/repositories.py", "")
    fake.write("shop/controllers.py", VIOLATION)
    fake.write("archguard.yaml", (shop.root / "archguard.yaml").read_text())
    git(fake, "init", "--quiet", "--initial-branch=main")
    commit(fake)
    for inner in (fake.root / ".git").iterdir():
        inner.rename(fake.root / inner.name)
    (fake.root / ".git").rmdir()

    assert fake.call("check", "--since", "HEAD").returncode == 2


def test_settings_that_point_elsewhere_do_not_move_the_base(
    shop: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop.write("below/archguard.yaml", (shop.root / "archguard.yaml").read_text())
    for name in ("__init__", "repositories", "controllers"):
        shop.write(f"below/shop/{name}.py", (shop.root / f"shop/{name}.py").read_text())
    commit(shop)
    shop.write("shop/controllers.py", "")
    commit(shop)
    git(shop, "config", "core.worktree", str(tmp_path_factory.mktemp("elsewhere")))

    assert since(Project(shop.root / "below"))[0] == 0
    shop.write("shop/controllers.py", VIOLATION)
    assert since(shop)[0] == 1


def test_replaced_objects_do_not_count(shop: Project) -> None:
    with_violation = git(shop, "rev-parse", "HEAD").strip()
    shop.write("shop/controllers.py", "")
    commit(shop)
    git(shop, "replace", git(shop, "rev-parse", "HEAD").strip(), with_violation)
    shop.write("shop/controllers.py", VIOLATION)

    assert since(shop)[0] == 1


def test_a_partial_clone_says_what_it_lacks(shop: Project) -> None:
    shop.write("shop/controllers.py", "")
    commit(shop)
    git(shop, "config", "uploadpack.allowFilter", "true")
    git(shop, "clone", "--quiet", "--filter=blob:none", f"file://{shop.root}", "partial")
    partial = Project(shop.root / "partial")

    done = partial.call("check", "--since", "HEAD~1")

    assert done.returncode == 2
    assert "is not in this clone" in done.stderr
    assert "`--filter`" in done.stderr


def test_names_that_lead_out_of_the_folder_are_refused(shop: Project, tmp_path: Path) -> None:
    blob = git(shop, "rev-parse", "HEAD:shop/controllers.py").strip()
    raw = b"".join(
        f"{mode} {name}\0".encode() + bytes.fromhex(blob)
        for mode, name in (("100644", "../../escaped.py"), ("100644", "x"))
    )
    (shop.root / ".git/raw").write_bytes(raw)
    tree = git(shop, "hash-object", "-t", "tree", "-w", "--literally", ".git/raw").strip()
    made = git(shop, "commit-tree", "-m", "Odd", tree).strip()

    assert since(shop, made)[0] == 2
