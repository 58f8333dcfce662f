"""Where the web shows a file, as the remote of a repository tells."""

import pytest
from project import Project
from repository import commit, git

from archguard.history.git import address


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("https://github.com/acme/shop.git", "https://github.com/acme/shop/blob/{commit}/{path}#L{line}"),
        ("https://ada:secret@github.com/acme/shop", "https://github.com/acme/shop/blob/{commit}/{path}#L{line}"),
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop/blob/{commit}/{path}#L{line}"),
        ("ssh://git@code.acme.io:2222/shop.git", "https://code.acme.io/shop/blob/{commit}/{path}#L{line}"),
        ("git@gitlab.acme.io:a/b/shop.git", "https://gitlab.acme.io/a/b/shop/-/blob/{commit}/{path}#L{line}"),
        ("https://bitbucket.org/acme/shop/", "https://bitbucket.org/acme/shop/src/{commit}/{path}#lines-{line}"),
        ("/srv/git/shop.git", ""),
        ("../shop", ""),
        ("file:///srv/git/shop.git", ""),
        (r"C:\git\shop", ""),
    ],
)
def test_a_remote_says_where_its_files_are_read(project: Project, remote: str, shown: str) -> None:
    git(project, "init", "--quiet")
    git(project, "remote", "add", "origin", remote)
    commit(project)

    head = git(project, "rev-parse", "HEAD").strip()
    assert address(project.root) == shown.replace("{commit}", head)


def test_a_project_below_the_root_of_its_repository_has_its_folder_in_the_address(project: Project) -> None:
    git(project, "init", "--quiet")
    git(project, "remote", "add", "origin", "git@github.com:acme/shop.git")
    project.write("services/my orders/app.py")
    commit(project)

    head = git(project, "rev-parse", "HEAD").strip()
    found = address(project.root / "services/my orders")
    assert found == f"https://github.com/acme/shop/blob/{head}/services/my%20orders/{{path}}#L{{line}}"


def test_without_a_repository_or_a_commit_there_is_no_address(project: Project) -> None:
    assert address(project.root) == ""

    git(project, "init", "--quiet")
    git(project, "remote", "add", "origin", "git@github.com:acme/shop.git")
    assert address(project.root) == ""
