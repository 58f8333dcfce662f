"""Markdown for pull requests is what it looks like once GitHub's own parser has rendered it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options

TESTS = Path(__file__).parents[1]
PAGES = sorted([TESTS / "reporters/golden/report.md", *(TESTS / "history/golden").glob("*.md")])
VOID = {"br", "hr", "img", "input"}


class Page(HTMLParser):
    """The texts of a page by the element that they are in, and its elements by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[str] = []
        self.languages: list[str | None] = []
        self.prose: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag == "pre":
            self.languages.append(dict(attrs).get("lang"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"code", "pre"}.intersection(self.open):
            self.prose.append(data)


def rendered(markdown: str) -> Page:
    """The page, with the elements that GitHub lets through."""
    return Page(github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_nothing_of_the_markup_is_left_as_text(file: Path) -> None:
    page = rendered(file.read_text(encoding="utf-8"))

    assert not page.open
    text = "".join(page.prose)
    assert [mark for mark in ("**", "`", "](", "\\_", "| --", "|--", "<details", "<sub") if mark in text] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_what_is_written_as_a_table_a_list_or_a_heading_is_one(file: Path) -> None:
    markdown = file.read_text(encoding="utf-8")
    page = rendered(markdown)

    lines = markdown.splitlines()
    assert page.elements.count("table") == sum(bool(re.fullmatch(r"[|:\- ]*\|[|:\- ]*", line)) for line in lines)
    assert page.elements.count("h3") == sum(line.startswith("### ") for line in lines)
    assert page.elements.count("li") == sum(bool(re.match(r"\s*(?:-|\d+\.) ", line)) for line in lines)


def test_the_picture_of_a_change_is_a_block_that_github_draws() -> None:
    page = rendered((TESTS / "history/golden/dependencies.md").read_text(encoding="utf-8"))

    assert page.languages == ["mermaid"]


def test_markup_that_is_broken_is_noticed() -> None:
    page = rendered("**not closed and a cell | without\n\n| a | b |\n")

    assert "**" in "".join(page.prose)
    assert "table" not in page.elements
