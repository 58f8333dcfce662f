"""The version and the changelog agree, so that a release needs nothing but a tag."""

import re
import tomllib
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

_HEADING = re.compile(r"^## \[(?P<version>[^\]]+)\](?: - (?P<day>\S+))?$", re.MULTILINE)
_ORDER = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    first = next(_HEADING.finditer(CHANGELOG))

    assert (first["version"], first["day"]) == ("Unreleased", None)


def test_every_release_has_a_day_and_the_newest_is_first() -> None:
    released = [heading for heading in _HEADING.finditer(CHANGELOG) if heading["version"] != "Unreleased"]

    days = [date.fromisoformat(heading["day"]) for heading in released]
    versions = [tuple(map(int, heading["version"].split("."))) for heading in released]

    assert (days, versions) == (sorted(days, reverse=True), sorted(versions, reverse=True))


def test_the_version_is_the_newest_release_or_the_next_one() -> None:
    released = [heading["version"] for heading in _HEADING.finditer(CHANGELOG) if heading["version"] != "Unreleased"]
    unreleased = CHANGELOG.partition("## [Unreleased]")[2].partition("\n## [")[0]

    assert VERSION in released[:1] or f"What will be {VERSION}." in unreleased


def test_the_kinds_of_changes_stand_in_the_usual_order() -> None:
    for section in re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.+)$", section, re.MULTILINE)

        assert kinds == sorted(set(kinds), key=_ORDER.index)
