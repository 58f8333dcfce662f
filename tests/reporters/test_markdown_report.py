from dataclasses import replace
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from archguard.model import Location, Report
from archguard.reporters import markdown

OURS = {"h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "code"}


class Page(HTMLParser):
    """Which elements a page has, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.words = ""
        self.cells: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.elements.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        self.words += data
        if self.cells:
            self.cells[-1] += data.strip("\n")


def shown(text: str) -> Page:
    return Page(MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough").render(text))


def test_the_verdict_and_what_is_new_come_first(report: Report) -> None:
    verdict, _, delta, *_ = markdown.render(report).split("\n")

    assert verdict == "## ⚠️ archguard could not look at everything"
    assert delta == "**4 new violations**, 1 known, 2 problems."


def test_the_verdict_follows_the_report(report: Report, empty: Report) -> None:
    broken, held = replace(report, problems=()), replace(report, problems=(), violations=())

    assert markdown.render(broken).startswith("## ❌ archguard: the architecture is broken")
    assert markdown.render(held).startswith("## ✅ archguard: the architecture holds")
    assert markdown.render(empty).startswith("## ⚠️ archguard was asked to check no contract")


def test_there_is_a_row_for_each_contract(report: Report) -> None:
    page = shown(markdown.render(report))

    assert page.elements.count("tr") == len(report.outcomes) + 1
    assert page.elements.count("td") == len(report.outcomes) * 6


def test_known_violations_are_only_counted(report: Report) -> None:
    assert markdown.render(report).count("must not import shop.repositories") == 1


def test_text_of_users_stays_text(nasty: Report) -> None:
    page = shown(markdown.render(nasty))

    assert set(page.elements) <= OURS
    assert page.elements.count("tr") == 2
    assert page.cells[0].strip() == "❌"
    assert page.cells[1] == page.cells[2]
    assert page.cells[3:5] == ["1", "1"]
    assert page.words.count("<b>&amp;\"' ]]>") == 15


def test_text_that_looks_like_a_list_starts_none(report: Report) -> None:
    fixes = ("- a", "+ b", "3. c", "4) d", "> e", "# f", "* g", "---", "    h")
    listed = replace(report.violations[0], fix=fixes, chain=())

    page = shown(markdown.render(replace(report, violations=(listed,), problems=())))

    assert page.elements.count("li") == 1 + len(fixes)
    assert not {"h1", "hr", "pre", "blockquote"} & set(page.elements)


def test_nobody_is_notified_by_a_decorator(report: Report) -> None:
    decorated = replace(report.violations[0], message="@router.get stands in shop.services, see #12")

    text = markdown.render(replace(report, violations=(decorated,)))

    assert "@<!-- -->router.get stands in shop.services, see #<!-- -->12" in text


def test_a_cause_is_one_finding_and_everything_is_each_violation(report: Report) -> None:
    one = replace(report.violations[0], chain=())
    other = replace(one, location=Location("shop/api.py", 9, 1, 9, 5))
    twice = replace(report, violations=(one, other), problems=())

    assert "also: the same at line 9" in markdown.render(twice)
    assert markdown.render(twice).count("- `shop/") == 1
    assert markdown.render(twice, everything=True).count("- `shop/") == 2


def test_more_than_a_comment_takes_is_left_out_aloud(report: Report) -> None:
    one = replace(report.violations[0], chain=())
    places = (Location("shop/api.py", line) for line in range(1, 4001))
    violations = tuple(replace(one, location=place, imported=f"shop.m{place.line}") for place in places)
    crowd = replace(report, violations=violations)

    text = markdown.render(crowd)

    listed = text.count("- `shop/")
    assert len(text.encode()) <= markdown.COMMENT_SIZE
    assert len(text.encode()) > markdown.COMMENT_SIZE * 0.98
    assert f"**{4000 + 2 - listed} more findings** would not fit here" in text
