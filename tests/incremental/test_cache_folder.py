"""What is kept between runs: where, for whom, and when it is not used."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from project import Project
from repository import commit, git

from archguard.incremental import store
from archguard.incremental.fingerprint import digest
from archguard.incremental.input_recorder import recording, today
from archguard.incremental.request_key import request_key, roots, targets
from archguard.incremental.secret import VARIABLE, key_file, secret
from archguard.incremental.tracked import is_tracked


def test_a_stored_entry_is_loaded_again(tmp_path: Path) -> None:
    store.save(str(tmp_path), ("answers", "one"), "text")

    assert store.load(str(tmp_path), "answers", "one") == "text"
    assert store.load(str(tmp_path), "answers", "two") is None


def test_an_entry_is_not_loaded_under_another_name(tmp_path: Path) -> None:
    store.save(str(tmp_path), ("answers", "one"), "text")

    Path(store.place(str(tmp_path), "answers", "one")).rename(store.place(str(tmp_path), "answers", "two"))

    assert store.load(str(tmp_path), "answers", "two") is None


def test_the_newest_entries_stay(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "older", "oldest")):
        store.save(str(tmp_path), ("answers", name), name)
        os.utime(store.place(str(tmp_path), "answers", name), (1000 - age, 1000 - age))

    store.prune(str(tmp_path), ("answers",), 2)

    left = Path(store.place(str(tmp_path), "answers")).iterdir()
    assert sorted(entry.name for entry in left) == ["new", "older"]


def test_nothing_is_deleted_behind_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("")
    root = tmp_path / "project"
    root.mkdir()
    store.save(str(root), ("answers", "one"), "text")
    Path(store.place(str(root), "others")).symlink_to(elsewhere)

    store.prune(str(root), ("others",), 0)

    assert (elsewhere / "precious").exists()


@pytest.mark.parametrize(("size", "is_used"), [(31, False), (32, True), (33, False)])
def test_a_key_of_another_size_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, *, is_used: bool
) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    file = tmp_path / "home/archguard/key"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"k" * size)
    file.chmod(0o600)

    assert secret(str(tmp_path / "project")) == (b"k" * size if is_used else None)


def test_a_key_that_others_may_read_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    file = tmp_path / "home/archguard/key"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"k" * 32)
    file.chmod(0o640)

    assert secret(str(tmp_path / "project")) is None


def test_a_key_is_made_once_for_this_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))

    first, second = secret(str(tmp_path / "project")), secret(str(tmp_path / "other"))

    assert first is not None
    assert first == second
    assert (tmp_path / "home/archguard/key").stat().st_mode & 0o777 == 0o600


def test_a_key_inside_of_the_project_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))

    assert secret(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("arguments", "is_replayed"),
    [
        (["check"], True),
        (["check", "--format", "json"], True),
        (["list"], False),
        ([], False),
        (["check", "--format", "json", "--no-cache"], False),
        (["check", "--profile"], False),
        (["check", "--since=HEAD~1", "--format", "json"], False),
    ],
)
def test_what_asks_for_a_full_run_is_not_replayed(arguments: list[str], *, is_replayed: bool) -> None:
    assert (request_key(arguments) is not None) == is_replayed


def test_a_key_is_of_one_folder_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = request_key(["check"])
    monkeypatch.setenv("ARCHGUARD_NEW", "1")
    with_variable = request_key(["check"])
    monkeypatch.setenv("UNRELATED", "1")
    with_another = request_key(["check"])
    monkeypatch.chdir(tmp_path)

    assert here != with_variable
    assert with_variable == with_another != request_key(["check"])


def test_the_secret_is_not_written_into_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "hush")

    assert "hush" not in (request_key(["check"]) or "")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["check"], [None]),
        (["check", "--format", "json"], [None]),
        (["check", "--format", "text", "--format", "json:a.json"], [None, "a.json"]),
        (["check", "--format=json", "--output", "b.json"], ["b.json"]),
        (["check", "--output=b.json", "--format", "json:a.json", "--format", "text"], ["a.json", "b.json"]),
        (["check", "--config", "--format", "--contract", "--output"], [None]),
        (["check", "--", "--format", "json:a.json"], [None]),
        (["check", "--format"], [None]),
    ],
)
def test_the_files_of_the_reports_are_those_of_the_request(arguments: list[str], expected: list[str | None]) -> None:
    assert targets(request_key(arguments) or "") == expected


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_a_folder_that_git_tracks_is_found_in_every_version_of_the_index(project: Project, version: str) -> None:
    (project.root / ".git").rmdir()
    git(project, "init", "--quiet")
    longest = "/".join(["y" * 200] * 3)  # of the next name, the index cuts off more than one byte can say
    project.write_all({"a.py": "", "cache/entry": "", "cached.py": "", longest: "", "z/deep/file": ""})
    commit(project)
    git(project, "update-index", "--index-version", version)

    tracked = [name for name in ("cache", "a.py", "z", "deep", "cach", "entr", "nothing") if _is_tracked(project, name)]

    assert tracked == ["cache", "a.py", "z", "deep"]


def _is_tracked(project: Project, name: str) -> bool:
    return is_tracked(str(project.root), name)


def test_a_link_to_itself_counts_as_a_file(tmp_path: Path) -> None:
    for name in ("link", "file", "folder"):
        (tmp_path / name).mkdir()
    (tmp_path / "link/it").symlink_to("it")
    (tmp_path / "file/it").write_text("")
    (tmp_path / "folder/it").mkdir()

    link, file, folder = (digest(str(tmp_path / name)) for name in ("link", "file", "folder"))

    assert link == file != folder


@pytest.mark.parametrize("key", [None, "question"])
def test_today_is_the_day_where_the_user_is(key: str | None) -> None:
    now = date.today()  # noqa: DTZ011  # the day where the user is

    with recording(key, by_content=False, before=None):
        found = today([now - timedelta(3), now, now + timedelta(9), None])

    assert found == now


def test_a_part_of_an_entry_is_read_alone(tmp_path: Path) -> None:
    store.save(str(tmp_path), ("answers", "one"), "some text\nof two lines")

    assert store.load_part(str(tmp_path), ("answers", "one"), 5, 7) == b"text\nof"
    assert store.load_part(str(tmp_path), ("answers", "two"), 5, 7) == b""


def test_a_folder_of_entries_is_hidden_from_git_and_from_backups(tmp_path: Path) -> None:
    store.save(str(tmp_path), ("answers", "one"), "text")

    assert Path(store.place(str(tmp_path), ".gitignore")).read_text() == "*\n"
    assert Path(store.place(str(tmp_path), "CACHEDIR.TAG")).read_text().startswith("Signature: ")
    assert [entry.name for entry in Path(store.place(str(tmp_path), "answers")).iterdir()] == ["one"]


def test_nothing_is_kept_in_what_git_tracks(project: Project) -> None:
    (project.root / ".git").rmdir()
    git(project, "init", "--quiet")
    project.write(f"{store.NAME}/answers/one")
    commit(project)

    store.save(str(project.root), ("answers", "one"), "text")
    store.prune(str(project.root), ("answers",), 0)

    assert store.is_refused(str(project.root))
    assert store.load(str(project.root), "answers", "one") is None
    assert store.load_part(str(project.root), ("answers", "one"), 0, 9) == b""
    assert (project.root / store.NAME / "answers/one").read_text() == ""


@pytest.mark.parametrize("linked", [(), ("answers",), ("answers", "one")])
def test_nothing_is_read_or_written_through_a_link(tmp_path: Path, linked: tuple[str, ...]) -> None:
    root = str(tmp_path / "project")
    store.save(root, ("answers", "one"), "text")
    (tmp_path / "project").mkdir(exist_ok=True)
    store.save(root, ("answers", "one"), "text")
    place = Path(store.place(root, *linked))
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    before = sorted(path.name for path in tmp_path.rglob("*"))

    assert store.load(root, "answers", "one") is None
    assert store.load_part(root, ("answers", "one"), 0, 4) == b""

    if linked != ("answers", "one"):
        store.save(root, ("answers", "two"), "text")
        assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_folder_may_hold_the_cache_up_to_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, outer = tmp_path / "repository/shop/deep", tmp_path / "repository"
    for folder in (inner, outer, tmp_path):
        (folder / store.NAME).mkdir(parents=True)
    (outer / ".git").mkdir()
    monkeypatch.chdir(inner)

    assert [*roots(["check"])] == [str(inner), str(outer)]
    for arguments in (["--config", "../archguard.yaml"], ["--config=../archguard.yaml"]):
        assert [*roots(["check", *arguments])] == [str(outer)]


@pytest.mark.parametrize(("home", "expected"), [("/caches", "/caches/archguard/key"), ("caches", "/home/x/.cache")])
def test_the_key_is_in_the_cache_of_the_user(monkeypatch: pytest.MonkeyPatch, home: str, expected: str) -> None:
    monkeypatch.setenv("HOME", "/home/x")
    monkeypatch.setenv("XDG_CACHE_HOME", home)

    assert (key_file() or "").startswith(expected)
