"""The pictures in the docs show what the examples do now. `ARCHGUARD_WRITE_PAGES=1` draws them again."""

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from archguard.cli import cli
from archguard.diagrams.views import VIEWS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/gallery.md").read_text(encoding="utf-8")
WRITING = bool(os.environ.get("ARCHGUARD_WRITE_PAGES"))

_COMMAND = re.compile(r"^archguard (diagram .*) --output (docs/images/\S+\.svg)$", re.MULTILINE)
_TEXT = re.compile(r"<(?:text|title)\b[^>]*>([^<]+)<")


@pytest.mark.parametrize(("command", "picture"), _COMMAND.findall(PAGE), ids=lambda it: Path(it).stem)
def test_a_picture_says_what_the_example_does(
    command: str, picture: str, drawn_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    drawn = CliRunner().invoke(cli, [*command.split(), "--format", "svg"], catch_exceptions=False)

    if WRITING and drawn_by == "graphviz-pure":  # which gives the same bytes on every machine
        (ROOT / picture).write_text(drawn.stdout, encoding="utf-8", newline="\n")
    # The text, and not where it stands: that is up to the program and its version.
    assert sorted(_TEXT.findall(drawn.stdout)) == sorted(_TEXT.findall((ROOT / picture).read_text(encoding="utf-8")))
    assert drawn.exit_code == 0


def test_the_page_shows_every_view() -> None:
    assert [view for view in VIEWS if f"`--view {view}" not in PAGE] == []


def test_the_page_shows_every_picture_that_it_tells_how_to_make() -> None:
    shown = re.findall(r"\]\(\.\./images/(\S+)\)", PAGE)

    assert {picture.removeprefix("docs/images/") for _, picture in _COMMAND.findall(PAGE)} <= set(shown)
    assert len(shown) == len(set(shown))
