"""Whatever stands in a report, each format stays what it is: for texts that hypothesis finds."""

import json
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from archguard.model import (
    Checked,
    Location,
    Outcome,
    OutcomeStatus,
    Problem,
    Report,
    Severity,
    Step,
    Violation,
    ViolationStatus,
)
from archguard.reporters import BUILT_IN, reporter

MARKUP = "\n\r\t\0\x1b|<>&\"'`[]{}()#*_~$%\\:;,@!-+=.1 a😀\u2028\u202e\ud800"
TEXT = st.text(st.sampled_from(MARKUP) | st.characters(), max_size=12) | st.sampled_from(
    [
        "::error::x",
        "##vso[task.complete]",
        "##teamcity[x]",
        "]]>",
        "<!--",
        "-->",
        "</script>",
        "${{ x }}",
        "| a | b |",
        "```",
        "*a* _b_ ~~c~~ [d](e) ![f](g) <h@i.j>",
        "\\*a\\* \\_b\\_ \\[d](e) \\|",
    ]
)
anything = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


OF_A_COMMENT = names("h2 h3 p strong ul ol li code table thead tbody tr th td")
OF_THE_PAGE = OF_A_COMMENT | names(
    "html head meta title style body header h1 main div article span pre section form input select option output a "
    "footer details summary script"
)

PLACES = st.builds(Location, path=TEXT, line=st.integers(1, 99), column=st.integers(1, 99))
VIOLATIONS = st.builds(
    Violation,
    contract=TEXT,
    kind=TEXT,
    message=TEXT,
    location=PLACES,
    importer=TEXT,
    imported=TEXT,
    symbol=TEXT,
    chain=st.tuples(st.builds(Step, TEXT, TEXT, TEXT, st.integers(0, 1))),
    reason=TEXT,
    fix=st.tuples(TEXT, TEXT),
)
PROBLEMS = st.builds(
    Problem, severity=st.sampled_from(Severity), code=TEXT, message=TEXT, location=PLACES, hint=TEXT, excerpt=TEXT
)
OUTCOMES = st.builds(
    Outcome, TEXT, TEXT, TEXT, st.sampled_from(OutcomeStatus), st.builds(Checked), violations=st.integers(0, 9)
)
REPORTS = st.builds(
    Report, outcomes=st.tuples(OUTCOMES), violations=st.tuples(VIOLATIONS), problems=st.tuples(PROBLEMS)
)


class Elements(HTMLParser):
    """The names of the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.names.append(tag)


@anything
@given(REPORTS)
def test_every_format_is_printable_utf8(report: Report) -> None:
    for name in BUILT_IN:
        assert not set(reporter(name)(report).encode().decode()) & set("\0\x1b\r\x7f\u2028\u202e")


@anything
@given(REPORTS)
def test_json_stays_json_and_xml_stays_xml(report: Report) -> None:
    for name in ("json", "sarif", "gitlab"):
        json.loads(reporter(name)(report))
    for name in ("junit", "checkstyle"):
        ET.fromstring(reporter(name)(report).encode())  # noqa: S314 -- archguard wrote it


@anything
@given(REPORTS)
def test_a_log_line_is_a_command_of_ours_or_the_totals(report: Report) -> None:
    for name, command in (
        ("github", ("::error ", "::warning ", "::notice ")),
        ("azure", "##vso[task.logissue "),
        ("teamcity", "##teamcity["),
    ):
        *commands, totals = reporter(name)(report).split("\n")
        assert all(line.startswith(command) for line in commands)
        assert totals.startswith("Looked at")


@anything
@given(REPORTS)
def test_a_concise_report_has_a_line_for_each_finding_and_one_of_totals(report: Report) -> None:
    *findings, totals = reporter("concise")(report).split("\n")
    new = [violation for violation in report.violations if violation.status is ViolationStatus.NEW]
    assert len(findings) == len(new) + len(report.problems)
    assert totals.startswith(f"{len(report.outcomes)} contract")


@anything
@given(REPORTS)
def test_a_page_has_no_element_of_a_user(report: Report) -> None:
    assert set(Elements(reporter("html")(report)).names) <= OF_THE_PAGE


@anything
@given(REPORTS)
def test_markdown_has_no_element_of_a_user(report: Report) -> None:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")

    found = Elements(parser.render(reporter("markdown")(report))).names

    rows = len({*(violation.contract for violation in report.violations), *(one.id for one in report.outcomes)}) + 1
    assert set(found) <= OF_A_COMMENT
    assert found.count("tr") == rows
    assert found.count("td") == (rows - 1) * 6
