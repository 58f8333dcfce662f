"""A cache that somebody else made says nothing, and nothing is written where it leads."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from zlib import crc32

import pytest
from project import Project
from repository import commit, git

from archguard.incremental import store
from archguard.incremental.secret import key_file, secret
from archguard.incremental.tracked import is_tracked

CACHE = ".archguard_cache"


@pytest.fixture
def green(project: Project) -> Project:
    """A shop that keeps its contract, checked once with a cache, in a repository."""
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/web.py": ""})
    project.configure("contracts: [{id: apart, kind: forbidden, modules: shop.web, must_not_import: shop.db}]\n")
    commit(project)
    assert project.run("check", "--checksum").returncode == 0
    return project


def snapshot_file(project: Project) -> Path:
    (file,) = (project.root / CACHE / "reports").iterdir()
    return file


def forged(text: str, **changes: object) -> str:
    """A snapshot that holds whatever the files say."""
    nothing: dict[str, object] = {
        "stamps": {},
        "digests": {},
        "kinds": {},
        "links": {},
        "outlines": {},
        "days": ["", ""],
    }
    return json.dumps(json.loads(text) | nothing | changes)


def break_it(project: Project) -> None:
    project.write("shop/web.py", "import shop.db\n")


def forge_as_this_user(project: Project, **changes: object) -> None:
    """Put a snapshot there that bears the right code, as no repository can."""
    file = snapshot_file(project)
    text = store.load(str(project.root), "reports", file.name)
    assert text
    store.save(str(project.root), ("reports", file.name), forged(text, **changes))


def test_an_entry_without_the_code_of_this_user_says_nothing(green: Project) -> None:
    file = snapshot_file(green)
    text = forged(file.read_text().partition("\n")[2])
    break_it(green)
    for code in ("", "archguard ", f"archguard {crc32(text.encode()):08x}", file.read_text().partition("\n")[0]):
        file.write_text(f"{code}\n{text}")

        assert green.run("check", "--checksum").returncode == 1, code


def test_an_entry_of_another_user_says_nothing(green: Project) -> None:
    forge_as_this_user(green)
    break_it(green)

    assert green.run("check", "--checksum").returncode == 0  # only who knows the secret can do that
    assert green.run("check", "--checksum", ARCHGUARD_CACHE_KEY="of somebody else").returncode == 1


def test_an_entry_of_another_project_or_of_another_name_says_nothing(green: Project) -> None:
    store.save(str(green.root), ("reports", "a"), "text")
    folder = green.root / CACHE / "reports"
    shutil.copy(folder / "a", folder / "b")
    other = green.root / "other"
    shutil.copytree(green.root / CACHE, other / CACHE)

    assert store.load(str(green.root), "reports", "a") == "text"
    assert store.load(str(green.root), "reports", "b") is None
    assert store.load(str(other), "reports", "a") is None


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_a_cache_that_git_tracks_is_not_used_even_if_this_user_made_it(green: Project, version: str) -> None:
    forge_as_this_user(green)
    break_it(green)
    git(green, "config", "index.version", version)
    for neighbour in (".archguard_cachd", ".archguard_cacha/x", ".archguard_cache.yaml"):
        green.write(neighbour, "")
    git(green, "add", "--all")
    assert not is_tracked(str(green.root), CACHE)
    git(green, "add", "--force", CACHE)
    git(green, "update-index", "--index-version", version)

    checked = green.run("check", "--checksum")

    assert checked.returncode == 1
    assert f"{CACHE} came with the project, and is not used" in checked.stderr


def test_a_split_index_hides_nothing(green: Project) -> None:
    git(green, "add", "--force", CACHE)
    git(green, "update-index", "--split-index")
    git(green, "add", "shop")

    assert is_tracked(str(green.root), CACHE)


def test_a_linked_working_tree_has_an_index_of_its_own(green: Project) -> None:
    git(green, "worktree", "add", "--quiet", "linked")
    linked = Project(green.root / "linked")
    linked.write(f"{CACHE}/x", "")

    assert not is_tracked(str(linked.root), CACHE)
    git(linked, "add", "--force", CACHE)
    assert is_tracked(str(linked.root), CACHE)
    assert not is_tracked(str(green.root), CACHE)


@pytest.mark.parametrize("content", [b"", b"DIRC\0\0\0\x04\0\0\0\x09short"])
def test_an_index_that_cannot_be_read_counts_as_one_that_tracks_it(green: Project, content: bytes) -> None:
    (green.root / ".git/index").write_bytes(content)

    assert is_tracked(str(green.root), CACHE) == bool(content)


def test_nothing_is_written_read_or_removed_through_links(
    green: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for number in range(40):
        (elsewhere / f"mine-{number}").write_text("mine")
    before = sorted(elsewhere.iterdir())
    cache = green.root / CACHE

    shutil.rmtree(cache)
    cache.symlink_to(elsewhere)
    assert green.run("check").returncode == 0
    cache.unlink()
    cache.mkdir()
    for name in ("reports", "imports", "edits"):
        (cache / name).symlink_to(elsewhere)
    for name in ("CACHEDIR.TAG", ".gitignore"):
        (cache / name).symlink_to(elsewhere / "new")
    assert green.run("check").returncode == 0
    for name in ("reports", "imports", "edits"):
        (cache / name).unlink()
    assert green.run("check").returncode == 0

    assert sorted(elsewhere.iterdir()) == before


def test_what_is_kept_cannot_say_where_it_is_written(green: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    stolen = tmp_path_factory.mktemp("elsewhere") / "stolen"
    file = snapshot_file(green)
    outputs = [[str(stolen), "poison"]]
    forge_as_this_user(green, outputs=outputs)

    checked = green.run("check", "--checksum")

    assert not stolen.exists()
    assert checked.stdout == "poison"
    forge_as_this_user(green, outputs=[*outputs, *outputs])
    assert green.run("check", "--checksum").returncode == 0
    assert not stolen.exists()
    assert file.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--output", "a"),
        ("--output=a",),
        ("--format", "json:a", "--format", "text"),
        ("--format=json", "--output", "a", "--contract", "apart"),
        ("--contract", "apart", "--format", "sarif:b/a", "--fail-on=info"),
        ("--output", "a", "shop"),
        ("--format", "json:c:d", "--", "shop"),
    ],
)
def test_a_kept_answer_goes_where_the_first_one_went(green: Project, arguments: tuple[str, ...]) -> None:
    (green.root / "b").mkdir()
    shutil.rmtree(green.root / CACHE)

    def files() -> dict[str, bytes]:
        found = {
            path.name: path.read_bytes()
            for path in (*green.root.iterdir(), *(green.root / "b").iterdir())
            if path.is_file()
        }
        for name in ("a", "c:d"):
            for folder in (green.root, green.root / "b"):
                (folder / name).unlink(missing_ok=True)
        return found

    first, written = green.run("check", *arguments), files()
    again, rewritten = green.run("check", *arguments), files()

    assert (again.stdout, again.returncode, rewritten) == (first.stdout, first.returncode, written)


def test_the_secret_is_not_written_down_with_what_it_signs(green: Project) -> None:
    green.run("check", ARCHGUARD_CACHE_KEY="hush-hush")

    assert not any(b"hush-hush" in path.read_bytes() for path in (green.root / CACHE).rglob("*") if path.is_file())


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a secret."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.delenv("ARCHGUARD_CACHE_KEY")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


def test_the_secret_of_a_user_is_made_once_and_for_nobody_else_to_read(home: Path, tmp_path: Path) -> None:
    first = secret(str(tmp_path))

    assert first
    assert secret(str(tmp_path)) == first
    assert stat.S_IMODE((home / "archguard/key").stat().st_mode) == 0o600


@pytest.mark.parametrize("how", ["readable", "short", "link", "folder", "pipe"])
def test_a_secret_that_somebody_else_may_know_is_none(home: Path, tmp_path: Path, how: str) -> None:
    secret(str(tmp_path))
    file = home / "archguard/key"
    match how:
        case "readable":
            file.chmod(0o644)
        case "short":
            file.write_bytes(b"short")
        case "link":
            file.rename(home / "moved")
            file.symlink_to(home / "moved")
        case "folder":
            file.unlink()
            file.mkdir()
        case "pipe":
            file.unlink()
            os.mkfifo(file, 0o600)

    assert secret(str(tmp_path)) is None


def test_a_secret_in_the_project_is_none(home: Path, green: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.exists()
    monkeypatch.setenv("XDG_CACHE_HOME", str(green.root / ".cache"))
    key = green.write(".cache/archguard/key", b"k" * 32)
    key.chmod(0o600)

    assert key_file() == str(key)
    assert secret(str(green.root)) is None


def test_without_a_place_for_a_secret_nothing_is_kept_and_all_is_checked(green: Project, home: Path) -> None:
    shutil.rmtree(green.root / CACHE)
    (home / "archguard").write_text("in the way")

    done = [green.run("check", XDG_CACHE_HOME=str(home)) for _ in range(2)]

    assert [each.returncode for each in done] == [0, 0]
    assert not (green.root / CACHE / "reports").exists()


def test_work_of_git_does_not_make_a_kept_answer_stale(green: Project) -> None:
    green.write("notes.txt", "")
    shutil.rmtree(green.root / CACHE)
    green.run("check", "--checksum")
    first = snapshot_file(green).read_bytes()
    subprocess.run(["git", "-C", green.root, "add", "archguard.yaml"], check=True)
    git(green, "commit", "--quiet", "--allow-empty", "--message", "More")

    green.run("check", "--checksum")

    assert snapshot_file(green).read_bytes() == first
