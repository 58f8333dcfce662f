"""What one checkout has stored is used in another one, as in CI: another path, and all times new."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from project import Project
from repository import commit, git

from archguard.checking import kept_code
from archguard.incremental import store
from archguard.incremental.scan_rows import ScanRows

CACHE = ".archguard_cache"
DB = "from sqlalchemy.orm import Session\n\ndef make():\n    return Session()\n"
API = "from shop import db\n\ndef show():\n    return db.make().execute('x')\n"
CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - {id: apart, kind: forbidden, modules: shop.db, must_not_import: shop.api}
"""
QUERIES = "      - {id: data, kind: database, modules: shop, allowed_in: shop.db}\n"


@pytest.fixture(params=["", QUERIES], ids=["imports", "calls"])
def first(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    """A checkout in which everything was checked by content."""
    project = Project(tmp_path / "first" / "shop-of-mine")
    project.configure(CONTRACTS + request.param)
    project.write_all({"shop/__init__.py": "", "shop/api.py": API, "shop/db.py": DB, "shop/web.py": ""})
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write(".gitignore", f"{CACHE}\n")
    commit(project)
    project.run("check", "--checksum")
    return project


def checkout(project: Project, *folders: str) -> Project:
    """A new clone in another folder, into which the cache was restored."""
    other = Project(project.root.parent.parent.joinpath(*(folders or ("second", "place", "shop"))))
    other.root.parent.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", project.root, other.root], check=True)
    shutil.copytree(project.root / CACHE, other.root / CACHE, copy_function=shutil.copyfile)
    return other


def contents(project: Project) -> dict[str, bytes]:
    """The entries of the cache."""
    folder = project.root / CACHE
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def timeless(text: str) -> str:
    return re.sub(r'in [\d.]+ s|"seconds": [\d.]+', "", text)


def checked(project: Project, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The result with the cache, which is that of a run without one."""
    with_cache = project.run("check", "--checksum", *options, **environment)
    new = project.run("check", "--no-cache", *options, **environment)
    assert timeless(with_cache.stdout) == timeless(new.stdout)
    assert with_cache.returncode == new.returncode
    return with_cache


def mark(project: Project) -> None:
    """Sign a stored report that no run has written, so that it shows where it is used."""
    (file,) = (project.root / CACHE / "reports").iterdir()
    text = store.load(str(project.root), "reports", file.name)
    assert text
    changed = json.loads(text) | {"outputs": [[None, "from the cache\n"]]}
    store.save(str(project.root), ("reports", file.name), json.dumps(changed), anywhere=True)


def test_an_unchanged_checkout_replays_the_report(first: Project) -> None:
    mark(first)

    assert checkout(first).run("check", "--checksum").stdout == "from the cache\n"


def test_the_replayed_report_is_that_of_a_new_run(first: Project) -> None:
    other = checkout(first)
    before = contents(other)

    checked(other)

    assert contents(other) == before


def test_an_edit_there_is_found_and_all_else_is_reused(first: Project) -> None:
    other = checkout(first)
    before = contents(other)
    other.write("shop/db.py", f"{DB}\nimport shop.api\n")

    assert "shop.db must not import shop.api" in checked(other).stdout
    same = {name for name, content in contents(other).items() if before.get(name) == content}
    assert {name.partition("/")[0] for name in same} >= {"code", "documents"}


def test_only_the_edited_file_is_read(first: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    first.ask("check", "--checksum")
    other = checkout(first)
    other.write("shop/web.py", "import shop.api\n\ndef get():\n    return shop.api.show()\n")
    read = []
    with_edits = kept_code.with_edits
    monkeypatch.setattr(
        kept_code,
        "with_edits",
        lambda code, edited: read.append([it.file for it in edited]) or with_edits(code, edited),
    )
    shutil.rmtree(other.root / CACHE / "edits", ignore_errors=True)  # which would tell it without reading a code base

    other.ask("check", "--checksum")

    assert read == [[str(other.root / "shop/web.py")]]


def test_a_new_module_there_leaves_the_scans_of_all_others(first: Project) -> None:
    other = checkout(first)

    def rows() -> dict[str, bytes]:
        (file,) = (other.root / CACHE / "imports").iterdir()
        found = ScanRows.load(str(other.root), file.name)
        assert found
        return found.files

    before = rows()
    other.write("shop/new.py", "import shop.api\n")
    checked(other)

    assert before.items() <= rows().items()
    assert rows().keys() - before.keys() == {str(other.root / "shop/new.py")}


@pytest.mark.parametrize(
    ("path", "added"),
    [("archguard.yaml", "# more\n"), ("shop/api.py", "import shop.web\n"), ("shop/extra.py", ""), ("shop.py", "")],
)
def test_whatever_is_different_there_is_checked(first: Project, path: str, added: str) -> None:
    mark(first)
    other = checkout(first)
    file = other.root / path
    file.write_text(f"{file.read_text() if file.exists() else ''}{added}")

    assert "from the cache" not in checked(other).stdout


def test_with_another_secret_nothing_is_used(first: Project) -> None:
    mark(first)

    assert "from the cache" not in checked(checkout(first), ARCHGUARD_CACHE_KEY="of somebody else").stdout


@pytest.mark.parametrize("code", ["archguard anywhere ", "archguard "])
def test_an_entry_that_claims_to_be_valid_anywhere_needs_a_signature_that_says_so(first: Project, code: str) -> None:
    mark(first)
    other = checkout(first)
    (file,) = (other.root / CACHE / "reports").iterdir()
    signed, _, text = file.read_text().partition("\n")
    file.write_text(f"{code}{signed.rpartition(' ')[2]}\n{text}" if code == "archguard " else f"{code}{0:064x}\n{text}")

    assert "from the cache" not in checked(other).stdout


def test_what_is_told_by_times_is_used_nowhere_else(first: Project) -> None:
    shutil.rmtree(first.root / CACHE)
    first.run("check")

    assert not [name for name, content in contents(first).items() if content.startswith(b"archguard anywhere")]


def test_no_entry_says_where_the_project_is(first: Project) -> None:
    found = contents(first)

    assert {name.partition("/")[0] for name in found} >= {"code", "documents", "imports", "reports"}
    assert not [name for name, content in found.items() if first.root.parent.name.encode() + b"/" in content]


@pytest.mark.parametrize("format_", ["text", "json", "sarif"])
def test_a_report_of_absolute_paths_has_those_of_its_place(first: Project, format_: str) -> None:
    outside = first.root.parent / "rules.yaml"
    outside.write_text("contracts: [{id: wrong, kind: forbidden, modules: shop.gone, must_not_import: shop.api}]\n")
    first.write("archguard.yaml", f"extends: [{outside}]\n{(first.root / 'archguard.yaml').read_text()}")
    commit(first)
    first.run("check", "--checksum", "--format", format_)

    checked(checkout(first), "--format", format_)


def test_a_configuration_beside_the_checkout_is_another_one_elsewhere(first: Project) -> None:
    rule = "contracts: [{{id: more, kind: forbidden, modules: shop.{}, must_not_import: shop.db}}]\n"
    first.write("archguard.yaml", f"extends: [../rules.yaml]\n{(first.root / 'archguard.yaml').read_text()}")
    commit(first)
    (first.root.parent / "rules.yaml").write_text(rule.format("web"))
    first.run("check", "--checksum")
    other = checkout(first)
    (other.root.parent / "rules.yaml").write_text(rule.format("api"))

    assert "shop.api must not import shop.db" in checked(other).stdout


def test_the_name_of_a_checkout_that_is_a_package_counts(tmp_path: Path) -> None:
    first = Project(tmp_path / "a" / "shop")
    first.write_all({"__init__.py": "", "db.py": "", "web.py": "from . import db\n", ".gitignore": f"{CACHE}\n"})
    first.configure("contracts: [{id: apart, kind: forbidden, modules: '**.web', must_not_import: '**.db'}]\n")
    git(first, "init", "--quiet", "--initial-branch=main")
    commit(first)
    first.run("check", "--checksum")

    checked(checkout(first, "b", "store"))
