from dataclasses import replace
from io import StringIO

from rich.console import Console

from archguard.model import Location, OutcomeStatus, Problem, Report, Severity, ViolationStatus
from archguard.reporters import terminal, text


def test_an_empty_report_says_that_nothing_was_looked_at(empty: Report) -> None:
    shown = text.render(empty)

    assert "Looked at 0 modules, 0 imports and 0 calls in 0 files" in shown
    assert "0 contracts: 0 kept, 0 broken; 0 violations (0 new, 0 known)." in shown


def test_known_violations_are_counted_but_not_listed(report: Report) -> None:
    known = replace(report, violations=tuple(replace(v, status=ViolationStatus.KNOWN) for v in report.violations))

    shown = text.render(known)

    assert "must not" not in shown
    assert "5 violations (0 new, 5 known)" in shown


def test_violations_stand_together_by_contract_in_the_order_of_the_contracts(report: Report) -> None:
    shuffled = replace(report, violations=report.violations[::-1])

    shown = text.render(shuffled)

    assert shown.index("[layered]") < shown.rindex("[layered]") < shown.index("[no-sql]")


def test_a_violation_of_a_contract_that_has_no_outcome_is_listed_too(report: Report) -> None:
    assert "shop/api.py:19:5" in text.render(replace(report, outcomes=()))


def test_a_kept_contract_tells_of_its_known_violations(report: Report) -> None:
    kept = replace(report.outcomes[0], status=OutcomeStatus.KEPT)
    known = tuple(replace(v, status=ViolationStatus.KNOWN) for v in report.violations[:3])

    shown = text.render(replace(report, outcomes=(kept,), violations=known))

    assert "kept    layered (layers): 3 violations (0 new, 3 known); 12 modules, 34 imports, 0 calls" in shown


def test_text_of_users_cannot_add_lines_or_move_the_cursor(nasty: Report) -> None:
    shown = text.render(nasty)

    assert not set(shown) & set("\x00\x1b\x7f\r\u2028\u202e\udcff")
    assert len(shown.split("\n")) == len(list(text.lines(nasty)))
    assert shown.encode("utf-8")


def test_the_caret_stands_below_its_column_behind_tabs_and_wide_characters() -> None:
    excerpt = "\tx = '漢字' + +"
    problem = Problem(
        severity=Severity.ERROR, code="x", message="x", location=Location("a.py", 1, 11, 1, 14), excerpt=excerpt
    )

    lines = text.render(Report(problems=(problem,))).splitlines()

    assert lines[1:3] == [f"    {excerpt}", "    \t           ^^^"]


def test_the_caret_of_a_missing_end_stands_behind_the_line() -> None:
    problem = Problem(severity=Severity.ERROR, code="x", message="x", location=Location("a.py", 1, 99), excerpt="f(")

    lines = text.render(Report(problems=(problem,))).splitlines()

    assert lines[1:3] == ["    f(", "      ^"]


def test_a_line_of_ten_thousand_characters_is_cut_around_the_caret() -> None:
    excerpt = "a" * 5000 + "!" + "b" * 5000
    problem = Problem(
        severity=Severity.ERROR, code="x", message="x", location=Location("a.py", 1, 5001), excerpt=excerpt
    )

    _, shown, caret, *_ = text.render(Report(problems=(problem,))).splitlines()

    assert len(shown) < 200
    assert shown[caret.index("^")] == "!"


def test_a_terminal_shows_the_same_words_in_colour_and_wraps_none(report: Report) -> None:
    console = Console(file=StringIO(), width=20, force_terminal=True, color_system="standard", record=True)

    terminal.print_rich(report, console)

    shown = console.export_text(clear=False)
    assert shown.rstrip("\n") == text.render(report)
    assert "\x1b[" in console.export_text(styles=True)


def test_a_terminal_takes_nothing_from_users_as_markup(nasty: Report) -> None:
    console = Console(file=StringIO(), width=20, force_terminal=True, record=True)

    terminal.print_rich(nasty, console)

    assert "[red] :warning:" in console.export_text()


def test_rich_text_is_the_plain_text_with_styles(report: Report) -> None:
    assert terminal.rich_text(report).plain == text.render(report)
