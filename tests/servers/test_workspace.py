"""A workspace answers each request for the configuration and the code that are on disk then."""

from pathlib import Path

import pytest
from project import Project
from repository import commit, git

from archguard.checking.session import Session
from archguard.errors import ConfigError
from archguard.servers.workspace import Workspace

CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - {id: data, kind: database, allowed_in: shop.db}
"""
CALL = "from shop import db\n\ndef show():\n    return db.session.execute('x')\n"
DB = "from sqlalchemy.orm import Session\n\nsession = Session()\n"


@pytest.fixture
def workspace(project: Project) -> Workspace:
    project.configure(CONTRACTS)
    project.write_all({"shop/__init__.py": "", "shop/api.py": "", "shop/db.py": DB})
    return Workspace(project.root / "shop")


def found(workspace: Workspace) -> list[str]:
    return [violation.importer for violation in workspace.report()[0].violations]


def test_the_configuration_is_found_from_the_folder_upwards(workspace: Workspace, project: Project) -> None:
    assert workspace.session().config.root == project.root
    assert found(workspace) == []


def test_an_edit_on_disk_is_seen_by_the_next_request(workspace: Workspace, project: Project) -> None:
    assert found(workspace) == []
    project.write("shop/api.py", CALL)
    assert found(workspace) == ["shop.api"]
    project.write("shop/api.py", "")
    assert found(workspace) == []


def test_a_new_file_and_one_that_is_gone_are_seen_by_the_next_request(workspace: Workspace, project: Project) -> None:
    assert found(workspace) == []
    project.write("shop/jobs.py", CALL)
    assert found(workspace) == ["shop.jobs"]
    (project.root / "shop/jobs.py").unlink()
    assert found(workspace) == []


def test_a_draft_is_compared_with_the_disk_as_it_is_now(workspace: Workspace, project: Project) -> None:
    assert [one.importer for one in workspace.check({Path("shop/api.py"): CALL}).new] == ["shop.api"]
    project.write("shop/api.py", CALL)
    assert workspace.check({Path("shop/api.py"): CALL}).new == ()
    assert [one.importer for one in workspace.check({Path("shop/api.py"): ""}).fixed] == ["shop.api"]


def test_nothing_is_checked_again_while_nothing_changes(workspace: Workspace) -> None:
    session = workspace.session()
    before = session.report
    assert workspace.session() is session
    assert session.report is before


def test_a_changed_configuration_is_read_again(workspace: Workspace, project: Project) -> None:
    project.write("shop/api.py", CALL)
    assert found(workspace) == ["shop.api"]
    project.configure(CONTRACTS.replace("shop.db", "shop.api"))
    assert set(found(workspace)) == {"shop.db"}


def test_a_configuration_that_comes_nearer_is_used(workspace: Workspace, project: Project) -> None:
    assert workspace.session().config.root == project.root
    project.write(
        "shop/archguard.yaml", "version: 1\nproject: {source_roots: ['..'], packages: [shop]}\ncontracts: []\n"
    )
    assert workspace.session().config.root == project.root / "shop"


def test_a_broken_configuration_is_an_error_until_it_is_mended(workspace: Workspace, project: Project) -> None:
    assert found(workspace) == []
    project.configure("contracts: {")
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            workspace.session()
    project.configure(CONTRACTS)
    assert found(workspace) == []


def test_a_package_that_is_gone_is_an_error_until_it_is_back(workspace: Workspace, project: Project) -> None:
    assert found(workspace) == []
    (project.root / "shop").rename(project.root / "away")
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            workspace.session()
    (project.root / "away").rename(project.root / "shop")
    project.write("shop/api.py", CALL)
    assert found(workspace) == ["shop.api"]


def test_a_folder_without_a_configuration_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(ConfigError):
        Workspace(tmp_path).session()


def test_what_the_baseline_lists_is_known(workspace: Workspace, project: Project) -> None:
    project.write("shop/api.py", CALL)
    assert project.call("baseline").returncode == 0
    assert [violation.status for violation in workspace.report()[0].violations] == ["known"]


def test_a_file_that_only_a_contract_reads_is_an_input_too(project: Project) -> None:
    project.configure("project: {packages: [shop]}\ncontracts: [{id: drawn, kind: diagram, diagram: shape.mmd}]")
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""})
    project.write("shape.mmd", "flowchart\n  a[shop.a] --> b[shop.b]\n")
    session = Session(project.config())
    before = len(session.report.violations)
    project.write("shape.mmd", "flowchart\n  b[shop.b] --> a[shop.a]\n")
    assert session.refresh()
    assert len(session.report.violations) > before


@pytest.fixture
def repository(tmp_path: Path) -> Project:
    repository = Project(tmp_path)
    git(repository, "init", "--quiet")
    repository.write_all({"shop/__init__.py": "", "shop/db.py": DB, "shop/api.py": CALL})
    return repository


def committed(project: Project) -> str:
    """The name of a commit with everything."""
    commit(project)
    return git(project, "rev-parse", "HEAD").strip()


def statuses(workspace: Workspace, revision: str) -> dict[str, str]:
    return {found.importer: found.status.value for found in workspace.report_since(revision)[0].violations}


def test_what_the_code_had_at_a_revision_is_known(repository: Project) -> None:
    repository.configure(CONTRACTS)
    first = committed(repository)
    workspace = Workspace(repository.root)

    repository.write("shop/more.py", CALL)
    assert statuses(workspace, first) == {"shop.api": "known", "shop.more": "new"}
    second = committed(repository)
    assert statuses(workspace, second) == {"shop.api": "known", "shop.more": "known"}
    assert statuses(workspace, first) == {"shop.api": "known", "shop.more": "new"}


def test_what_is_known_of_a_revision_follows_the_configuration(repository: Project) -> None:
    repository.configure(CONTRACTS.replace("shop.db}", "shop.*}"))
    first = committed(repository)
    workspace = Workspace(repository.root)
    assert statuses(workspace, first) == {}

    repository.configure(CONTRACTS)
    assert statuses(workspace, first) == {"shop.api": "known"}


def test_a_module_that_is_renamed_keeps_what_is_known_of_it(repository: Project) -> None:
    repository.configure(CONTRACTS)
    first = committed(repository)
    git(repository, "mv", "shop/api.py", "shop/pages.py")
    assert statuses(Workspace(repository.root), first) == {"shop.pages": "known"}
