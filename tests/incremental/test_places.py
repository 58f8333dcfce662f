"""Paths are stored relative to the project and to Python; whether a text shows the path of the project."""

import sys
from pathlib import Path

import pytest

from archguard.incremental.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "one/.git").mkdir(parents=True)
    return Places(str(tmp_path / "one"))


def test_a_path_of_the_project_leads_to_the_same_file_in_another_checkout(places: Places, tmp_path: Path) -> None:
    (tmp_path / "two/.git").mkdir(parents=True)

    stored = places.stored(str(tmp_path / "one/shop/db.py"))

    assert stored == "{project}/shop/db.py"
    assert Places(str(tmp_path / "two")).restored(stored) == str(tmp_path / "two/shop/db.py")


def test_a_path_of_python_is_relative_to_it(places: Places) -> None:
    assert places.stored(f"{sys.prefix}/bin/python") == "{environment}/bin/python"


@pytest.mark.parametrize("path", ["one-more/db.py", "db.py", ""])
def test_a_path_beside_the_project_stays_absolute(places: Places, tmp_path: Path, path: str) -> None:
    whole = str(tmp_path / path)

    assert places.stored(whole) == whole == places.restored(whole)


def test_a_path_that_begins_like_one_that_was_stored_stays_as_it_is(places: Places) -> None:
    assert places.restored("{other}/db.py") == "{other}/db.py"


@pytest.mark.parametrize("before", ["", " ", "'", '"', "file://", "="])
def test_a_text_shows_the_path_of_the_project_after_whatever_ends_a_word(places: Places, before: str) -> None:
    assert places.is_shown_in(f"x {before}{places.project}/shop/db.py")


def test_a_text_may_show_the_path_of_python(places: Places) -> None:
    assert places.is_shown_in(f"'{sys.prefix}/lib' cannot be read")
    assert not places.is_shown_in("'lib' cannot be read")


@pytest.mark.parametrize("before", ["shop", "1", "_", "-", "."])
def test_a_relative_path_may_end_like_the_project(places: Places, before: str) -> None:
    assert not places.is_shown_in(f"x {before}{places.project}/shop/db.py")


@pytest.mark.parametrize("name", ["a b", "ä", "a%20b"])
def test_a_path_that_may_be_written_differently_counts_as_shown(tmp_path: Path, name: str) -> None:
    assert Places(str(tmp_path / name)).is_shown_in("nothing")


def test_a_digest_does_not_depend_on_the_folder_but_on_what_is_in_it(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"

    assert Places(str(one)).digest_of([one, one / "db.py"]) == Places(str(two)).digest_of([two, two / "db.py"])
    assert Places(str(one)).digest_of([one / "db.py"]) != Places(str(two)).digest_of([two / "web.py"])
    assert Places(str(one)).digest_of([one]) != Places(str(one)).digest_of([two])
