from dataclasses import replace
from io import StringIO
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from archguard.model import Location, OutcomeStatus, Problem, Report, Severity, Step, Violation, ViolationStatus
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


def test_causes_with_more_violations_come_first_then_the_order_of_the_contracts(report: Report) -> None:
    shown = text.render(report)

    assert shown.index("[no-sql]") < shown.index("[layered]")
    assert shown.index("shop/api.py:4:1") < shown.index("shop/models.py:2:1")


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
    problem = Problem(
        severity=Severity.ERROR,
        code="x",
        message="x",
        location=Location("a.py", 1, 11, 1, 14),
        excerpt="\tx = '漢字' + +",
    )

    lines = text.render(Report(problems=(problem,))).splitlines()

    assert lines[1:3] == ["  1 |     x = '漢字' + +", "    |                ^^^"]


def test_the_caret_of_a_missing_end_stands_behind_the_line() -> None:
    problem = Problem(severity=Severity.ERROR, code="x", message="x", location=Location("a.py", 1, 99), excerpt="f(")

    lines = text.render(Report(problems=(problem,))).splitlines()

    assert lines[1:3] == ["  1 | f(", "    |   ^"]


def test_a_line_of_ten_thousand_characters_is_cut_around_the_caret() -> None:
    excerpt = "a" * 5000 + "!" + "b" * 5000
    problem = Problem(
        severity=Severity.ERROR, code="x", message="x", location=Location("a.py", 1, 5001), excerpt=excerpt
    )

    _, shown, caret, *_ = text.render(Report(problems=(problem,))).splitlines()

    assert len(shown) < 200
    assert shown[caret.index("^")] == "!"


def test_a_terminal_shows_the_same_words_in_colour(report: Report) -> None:
    console = Console(file=StringIO(), width=20, force_terminal=True, color_system="standard", record=True)

    terminal.print_lines(text.lines(report), console)

    shown = console.export_text(clear=False)
    assert shown.rstrip("\n") == text.render(report)
    assert "\x1b[" in console.export_text(styles=True)


def test_a_terminal_takes_nothing_from_users_as_markup(nasty: Report) -> None:
    console = Console(file=StringIO(), width=20, force_terminal=True, record=True)

    terminal.print_lines(text.lines(nasty), console)

    assert "[red] :warning:" in console.export_text()


def test_a_place_links_to_its_file_if_the_root_is_known(report: Report) -> None:
    with_link, without = (Console(file=StringIO(), force_terminal=True) for _ in range(2))

    terminal.print_lines(text.lines(report), with_link, Path("/home/a shop"))
    terminal.print_lines(text.lines(report), without)

    assert ";file:///home/a%20shop/shop/api.py\x1b\\" in with_link.file.getvalue()  # type: ignore[attr-defined]
    assert "file://" not in without.file.getvalue()  # type: ignore[attr-defined]


def test_a_terminal_wraps_what_is_below_a_place_to_its_width(report: Report) -> None:
    reason = "Business rules stay testable without HTTP or SQL, in a worker, a command and a test alike."
    violations = tuple(replace(violation, reason=reason) for violation in report.violations[:1])

    lines = text.plain(text.lines(replace(report, violations=violations), width=50)).splitlines()

    assert lines[1:4] == [
        "    = why: Business rules stay testable without",
        "           HTTP or SQL, in a worker, a command and",
        "           a test alike.",
    ]


def test_in_a_window_that_is_too_narrow_to_read_lines_are_as_wide_as_in_one_of_forty_columns(report: Report) -> None:
    assert list(text.lines(report, width=5)) == list(text.lines(report, width=40))


def causes(number: int) -> Report:
    """As many violations, each of another module and line."""
    one = Violation(
        contract="layered",
        kind="layers",
        message="must not",
        location=Location("a.py", 1, 1, 1, 5),
        importer="a",
        imported="shop.b",
        reason="Because.",
        fix=("do without",),
        excerpt="import b",
    )
    violations = (
        replace(
            one, importer=f"shop.m{n:03}", message=f"m{n:03} must not", location=Location(f"m{n:03}.py", 1, 1, 1, 5)
        )
        for n in range(number)
    )
    return Report(violations=tuple(violations))


def test_what_fits_on_a_screen_is_shown_in_full() -> None:
    shown = text.render(causes(8))

    assert len(shown.splitlines()) == 38 < text.SCREEN
    assert shown.count("| import b") == 8
    assert "--all" not in shown


def test_what_does_not_fit_is_shown_in_a_line_each_behind_the_first_causes() -> None:
    shown = text.render(causes(9))

    assert len(shown.splitlines()) < text.SCREEN
    assert 3 < shown.count("| import b") < 9
    assert shown.count("must not") == 9
    assert "9 causes; `--all` shows all 9 violations with source, reason and fixes." in shown
    assert "BROKEN  layered" not in shown


def test_three_causes_are_shown_in_full_however_many_there_are() -> None:
    shown = text.render(causes(100))

    assert shown.count("| import b") == 3
    assert shown.count("must not") == 100


def test_a_contract_that_could_not_be_checked_keeps_its_line(report: Report) -> None:
    shown = text.render(replace(report, violations=causes(40).violations, outcomes=report.outcomes))

    assert "ERROR   outbound (gateway)" in shown
    assert "kept    apart" not in shown


def test_everything_shows_each_violation_with_its_source() -> None:
    shown = text.render(causes(100), everything=True)

    assert shown.count("| import b") == 100
    assert "BROKEN  layered" in shown


def test_the_same_reason_and_the_same_fix_are_told_once() -> None:
    shown = text.render(causes(100), everything=True)

    assert (shown.count("= why: Because."), shown.count("= help: do without")) == (1, 1)


def test_quiet_leaves_out_contracts_and_summary(report: Report, empty: Report) -> None:
    shown = text.render(report, quiet=True)

    assert "shop/api.py:4:1: error" in shown
    assert "shop/broken.py:3:9: error" in shown
    assert "Looked at" not in shown
    assert "kept    apart" not in shown
    assert text.render(empty, quiet=True) == ""


def test_a_long_chain_shows_where_it_begins_its_cause_and_where_it_ends() -> None:
    names = [f"shop.m{n}" for n in range(7)]
    chain = tuple(Step(*pair, f"{pair[0]}.py", 1) for pair in pairwise(names))
    violations = [
        replace(causes(1).violations[0], importer=start.importer, imported=start.imported, chain=(start, *chain[1:]))
        for start in (chain[0], Step("shop.x", "shop.m1", "shop.x.py", 1))
    ]
    first, second = (replace(v, location=Location(v.chain[0].path, 1, 1, 1, 5)) for v in violations)

    cause = text.render(Report(violations=(first, second)))
    alone = text.plain(text.violation_lines(first))

    assert [line.strip() for line in cause.splitlines() if "= then" in line] == [
        "= then: shop.m1 -> shop.m2 (shop.m1.py:1)",
        "= then: … 3 more imports",
        "= then: shop.m5 -> shop.m6 (shop.m5.py:1)",
    ]
    assert alone.count("= then") == 5
