import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import browsed
from tools import needs_browser

from archguard.model import Report
from archguard.reporters import html

VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """The elements of a page, each closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("name", ["report", "nasty", "empty"])
def test_every_element_is_closed_and_nothing_is_fetched(name: str, request: pytest.FixtureRequest) -> None:
    page = Page(html.render(request.getfixturevalue(name)))

    assert page.open == []
    assert not {"src", "srcset", "action", "style", "onclick"} & {name for name, _ in page.attributes}
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")


def test_text_of_users_stays_text(nasty: Report) -> None:
    page = Page(html.render(nasty))

    assert "b" not in page.elements
    assert page.elements.count("script") == 1
    assert "<b>&amp;\"' ]]>" in page.words


def test_only_the_two_pieces_of_archguard_may_run(report: Report) -> None:
    policy = next(value for name, value in Page(html.render(report)).attributes if value.startswith("default-src"))

    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[^' ]+'; script-src 'sha256-[^' ]+'", policy)


def test_new_and_known_violations_are_told_apart(report: Report) -> None:
    statuses = [value for name, value in Page(html.render(report)).attributes if name == "data-status"]

    assert statuses == ["new", "new", "known", "new"]


def test_the_caret_stands_below_its_column(report: Report) -> None:
    assert "<pre>  3 | def sell(:\n    |         ^</pre>" in html.render(report)


@needs_browser
@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("", "5 of 5"),
        ("#search=HELPERS+models", "1 of 5"),
        ("#contract=1", "2 of 5"),
        ("#status=known", "1 of 5"),
        ("#search=no-sql&status=new", "2 of 5"),
        ("#search=nothing+like+this", "0 of 5"),
    ],
)
def test_a_browser_filters(chosen: str, shown: str, report: Report, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(html.render(report), encoding="utf-8")

    page = browsed(f"{(tmp_path / 'report.html').as_uri()}{chosen}", tmp_path)

    assert f'<output id="shown">{shown}</output>' in page
    counts = re.findall(r'<article data-status="\w+" data-contracts="[\d ]+" data-count="(\d)">', page)
    assert sum(map(int, counts)) == int(shown[0])


@needs_browser
def test_a_browser_runs_nothing_that_users_wrote(nasty: Report, tmp_path: Path) -> None:
    broken = html.render(nasty).replace("</main>", "<script>document.title = 'owned'</script></main>")
    (tmp_path / "report.html").write_text(broken, encoding="utf-8")

    page = browsed((tmp_path / "report.html").as_uri(), tmp_path)

    assert "<title>owned" not in page
    assert '<output id="shown">2 of 2</output>' in page
