"""`archguard trend --by-authorship`: what changes written with an assistant did to the architecture, and others.

The pages of a shop are golden files; `ARCHGUARD_WRITE_GOLDEN=1 pytest tests/history` writes them anew.
"""

import csv
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from browser import browsed
from jsonschema import Draft202012Validator
from project import Project
from repository import commit_on, git
from tools import needs_browser

from archguard.history import trend as checks
from archguard.history.authorship import trend as under_test
from archguard.reporters import tool_info
from archguard.reporters.authorship.json import authorship_schema

GOLDEN = Path(__file__).parent / "golden"
ASSISTED = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
CONFIG = """\
version: 1
project: {packages: [shop]}
contracts:
  - id: layered
    kind: layers
    layers: [shop.web, shop.db]
"""


@pytest.fixture
def shop(project: Project) -> Project:
    """A shop without violations."""
    return begun(project)


def begun(project: Project) -> Project:
    """The shop, committed on the first of January."""
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"archguard.yaml": CONFIG, "shop/__init__.py": "", "shop/web.py": "", "shop/db.py": ""})
    commit_on(project, "2026-01-01", "Begin")
    git(project, "tag", "start")
    return project


def trend(shop: Project, *arguments: str, since: str = "start") -> dict[str, Any]:
    """The trend by authorship, as JSON."""
    done = shop.call("trend", "--since", since, "--by-authorship", "--format", "json", *arguments)
    assert done.stdout, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def groups(shop: Project, *arguments: str, since: str = "start") -> dict[str, dict[str, Any]]:
    """The figures of each group."""
    return {group["group"]: group for group in trend(shop, *arguments, since=since)["groups"]}


def figure(shop: Project, name: str) -> dict[str, Any]:
    """One figure of the groups, where it is not zero."""
    return {group: figures[name] for group, figures in groups(shop).items() if figures[name]}


def lines(count: int, text: str = "value_{} = {}") -> str:
    """So many lines of code, no two alike."""
    return "".join(text.format(number, number) + "\n" for number in range(count))


def days(first: str = "2026-01-02") -> Iterator[str]:
    """One day after the other."""
    start = date.fromisoformat(first)
    return ((start + timedelta(days=number)).isoformat() for number in range(10_000))


# Who wrote a change.


@pytest.mark.parametrize(
    "message",
    [
        "Work\n\nCo-Authored-By: Claude <noreply@anthropic.com>",
        "Work\n\nco-authored-by: Claude Opus 4.5 (1M context) <noreply@anthropic.com>",
        "Work\n\nCo-authored-by: Copilot <223556219+Copilot@users.noreply.github.com>",
        "Work\n\nCo-authored-by: Cursor <cursoragent@cursor.com>",
        "Work\n\nCo-authored-by: aider (gpt-5) <noreply@aider.chat>",
        "Work\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)",
        "Work\n\nMade-with: Cursor",
        "Work\n\nGenerated-by: OpenCode:big-model",
        "Work\n\nAssisted-by: Anything:model-1 [lint]",
        "Squashed (#1)\n\n* One\n\nCo-authored-by: Claude <noreply@anthropic.com>\n\n* Two",
    ],
)
def test_a_change_is_assisted_if_its_message_has_a_mark(message: str, shop: Project) -> None:
    commit_on(shop, "2026-01-02", message)

    assert figure(shop, "changes") == {"assisted": 1}


@pytest.mark.parametrize(
    "message",
    [
        "Ask Claude <noreply@anthropic.com> for help",
        "Work\n\nCo-authored-by: Claude Monet <claude@monet.example.org>",
        "Work\n\nCo-authored-by: Claude <claude@example.org>",
        "Work\n\nSigned-off-by: Claude <noreply@anthropic.com>",
        "Generated with protoc",
        "Generate with Claude Code what was generated before",
        "Generated with Claudette",
        "Work\n\nAssisted-by:",
        "Revert what was Generated with Claude Code",
    ],
)
def test_a_change_is_not_assisted_if_a_person_or_a_sentence_only_resembles_a_mark(message: str, shop: Project) -> None:
    commit_on(shop, "2026-01-02", message)

    assert figure(shop, "changes") == {"other": 1}


@pytest.mark.parametrize(
    ("author", "group"),
    [
        ("copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>", "assisted"),
        ("devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@users.noreply.github.com>", "assisted"),
        ("Ada (aider) <ada@example.org>", "assisted"),
        ("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", "other"),
        ("devin-ai-integrationb <devin@example.org>", "other"),
    ],
)
def test_a_change_by_the_account_of_an_assistant_is_assisted(author: str, group: str, shop: Project) -> None:
    commit_on(shop, "2026-01-02", "Work", author)

    assert figure(shop, "changes") == {group: 1}


def test_a_configuration_adds_marks_of_its_own(shop: Project) -> None:
    shop.write("archguard.yaml", CONFIG + "assistants: {names: Acme Bot, addresses: '*@agents.acme.example'}\n")
    commit_on(shop, "2026-01-02", "One\n\nCo-authored-by: Acme Bot <x@y.z>")
    commit_on(shop, "2026-01-03", "Two", "Seven <seven@agents.acme.example>")
    commit_on(shop, "2026-01-04", "Three" + ASSISTED)
    commit_on(shop, "2026-01-05", "Four\n\nCo-authored-by: Acme Bottom <x@y.z>")

    assert figure(shop, "changes") == {"assisted": 3, "other": 1}


def test_an_unknown_sort_of_mark_is_a_fault_of_the_configuration(shop: Project) -> None:
    shop.write("archguard.yaml", CONFIG + "assistants: {adresses: '*@agents.acme.example'}\n")

    done = shop.call("trend", "--since", "start", "--by-authorship")

    assert done.returncode == 2
    assert "did you mean 'addresses'?" in done.stderr


# Merges.


def merge_branch(shop: Project, day: str, messages: Sequence[str], message: str = "Merge") -> None:
    """Merge a branch with a commit for each of `messages`, the first of which adds a violation."""
    git(shop, "switch", "--quiet", "--create", f"branch-{day}")
    shop.write("shop/db.py", "import shop.web\n")
    for text in messages:
        commit_on(shop, day, text)
    git(shop, "switch", "--quiet", "main")
    git(shop, "merge", "--quiet", "--no-ff", "--no-commit", f"branch-{day}")
    commit_on(shop, day, message)


@pytest.mark.parametrize(
    ("messages", "message", "group"),
    [
        (["One" + ASSISTED, "Two" + ASSISTED], "Merge", "assisted"),
        (["One", "Two"], "Merge", "other"),
        (["One", "Two"], "Merge" + ASSISTED, "other"),
        (["One", "Two" + ASSISTED], "Merge", "mixed"),
    ],
)
def test_a_merge_is_one_change_of_those_who_wrote_its_branch(
    messages: list[str], message: str, group: str, shop: Project
) -> None:
    merge_branch(shop, "2026-01-02", messages, message)

    assert figure(shop, "changes") == {group: 1}
    assert figure(shop, "violations_introduced") == {group: 1}


def test_what_a_branch_merges_from_the_main_line_is_not_its_own(shop: Project) -> None:
    git(shop, "switch", "--quiet", "--create", "side")
    commit_on(shop, "2026-01-02", "On the side")
    git(shop, "switch", "--quiet", "main")
    commit_on(shop, "2026-01-03", "On main" + ASSISTED)
    git(shop, "switch", "--quiet", "side")
    git(shop, "merge", "--quiet", "--no-ff", "main")
    git(shop, "switch", "--quiet", "main")
    git(shop, "merge", "--quiet", "--no-ff", "--no-edit", "side")

    assert figure(shop, "changes") == {"assisted": 1, "other": 1}


def test_commits_between_two_that_are_checked_are_compared_as_one(shop: Project) -> None:
    for day, message in zip(days(), ["A" + ASSISTED, "B" + ASSISTED, "C", "D" + ASSISTED, "E", "F"], strict=False):
        commit_on(shop, day, message)

    found = groups(shop, "--every", "2")

    assert {name: it["changes"] for name, it in found.items()} == {"assisted": 2, "other": 2, "mixed": 2}


def test_a_revision_to_begin_with_may_be_on_a_branch_that_was_merged(shop: Project) -> None:
    merge_branch(shop, "2026-01-02", ["One" + ASSISTED])
    commit_on(shop, "2026-01-03", "Two")

    found = trend(shop, since="branch-2026-01-02")

    assert {it["group"]: it["changes"] for it in found["groups"]} == {"assisted": 0, "other": 2, "mixed": 0}


# Violations, exceptions and cycles.


def test_violations_are_counted_for_those_who_introduce_and_remove_them(shop: Project) -> None:
    shop.write("shop/db.py", "import shop.web\n" * 3)
    commit_on(shop, "2026-01-02", "Add three" + ASSISTED)
    shop.write("shop/db.py", "import shop.web\n")
    commit_on(shop, "2026-01-03", "Remove two")

    assert figure(shop, "violations_introduced") == {"assisted": 3}
    assert figure(shop, "violations_removed") == {"other": 2}
    assert [point["open_violations"] for point in trend(shop)["points"]] == [
        {"assisted": 0, "other": 0, "mixed": 0, "earlier": 0},
        {"assisted": 3, "other": 0, "mixed": 0, "earlier": 0},
        {"assisted": 1, "other": 0, "mixed": 0, "earlier": 0},
    ]


def test_violations_of_the_first_commit_are_introduced_by_nobody(shop: Project) -> None:
    shop.write("shop/db.py", "import shop.web\n")
    commit_on(shop, "2026-01-02", "Before" + ASSISTED)
    git(shop, "tag", "later")
    shop.write("shop/db.py", "")
    commit_on(shop, "2026-01-03", "Fix")

    found = groups(shop, since="later")

    assert found["assisted"]["violations_introduced"] == 0
    assert (found["other"]["violations_removed"], found["other"]["fixed"]) == (1, 0)
    assert trend(shop, since="later")["points"][0]["open_violations"]["earlier"] == 1


def test_a_module_that_is_renamed_keeps_its_violations_and_cycles(shop: Project) -> None:
    shop.write("archguard.yaml", CONFIG.replace("shop.db", "shop.db*"))
    shop.write_all({"shop/db.py": "import shop.web\n" + lines(9), "shop/web.py": "import shop.db\n"})
    commit_on(shop, "2026-01-02", "Break" + ASSISTED)
    git(shop, "mv", "shop/db.py", "shop/dbase.py")
    shop.write("shop/web.py", "import shop.dbase\n")
    commit_on(shop, "2026-01-03", "Rename")

    assert figure(shop, "violations_introduced") == {"assisted": 1}
    assert figure(shop, "violations_removed") == {}
    assert figure(shop, "cycles_opened") == {"assisted": 1}
    assert figure(shop, "cycles_closed") == {}
    assert figure(shop, "still_open") == {"assisted": 1}


def test_cycles_count_for_those_who_open_and_close_them(shop: Project) -> None:
    shop.write_all({"shop/a.py": "import shop.b\n", "shop/b.py": "import shop.a\n"})
    commit_on(shop, "2026-01-02", "Open" + ASSISTED)
    shop.write_all({"shop/b.py": "import shop.c\n", "shop/c.py": "import shop.a\n"})
    commit_on(shop, "2026-01-03", "Grow")
    shop.write("shop/c.py", "")
    commit_on(shop, "2026-01-04", "Close")

    assert figure(shop, "cycles_opened") == {"assisted": 1, "other": 1}
    assert figure(shop, "cycles_closed") == {"other": 1}


def test_ignores_in_contracts_and_comments_and_the_baseline_are_compared(shop: Project) -> None:
    shop.write("shop/db.py", "import shop.web  # archguard: ignore[layered] later\nimport shop.web as web\n")
    shop.call("baseline")
    commit_on(shop, "2026-01-02", "Accept" + ASSISTED)
    shop.write("archguard.yaml", CONFIG + "    ignore: [shop.db -> shop.web]\n")
    shop.call("baseline", "--prune")
    commit_on(shop, "2026-01-03", "Ignore instead")

    assert figure(shop, "ignores_added") == {"assisted": 1, "other": 1}
    assert figure(shop, "baseline_added") == {"assisted": 1}
    assert figure(shop, "baseline_removed") == {"other": 1}


def test_the_baseline_that_comes_with_the_first_configuration_is_no_growth(project: Project) -> None:
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"shop/__init__.py": "", "shop/web.py": "", "shop/db.py": "import shop.web\n"})
    commit_on(project, "2026-01-01", "Begin")
    git(project, "tag", "start")
    project.write("archguard.yaml", CONFIG)
    project.call("baseline")
    commit_on(project, "2026-01-02", "Adopt archguard")

    found = groups(project)["other"]

    assert (found["baseline_added"], found["ignores_added"]) == (None, None)


# Gaps.


def test_a_commit_that_cannot_be_read_is_a_gap_that_the_next_one_is_compared_across(shop: Project) -> None:
    shop.write("shop/db.py", "import shop.web\n")
    commit_on(shop, "2026-01-02", "Violate" + ASSISTED)
    shop.write("shop/db.py", "import shop.web\n\ndef (:\n")
    commit_on(shop, "2026-01-03", "Break")
    shop.write("shop/db.py", "import shop.web\n")
    commit_on(shop, "2026-01-04", "Mend")

    found = trend(shop)

    Draft202012Validator(authorship_schema()).validate(found)
    assert [point["gap"] for point in found["points"]] == ["", "", "1 file could not be read", ""]
    assert found["points"][2]["open_violations"] == {}
    assert figure(shop, "violations_introduced") == {"assisted": 1}
    assert figure(shop, "violations_removed") == {}
    assert "1 commit could not be checked in full: the next one is compared across them" in found["notes"]


def test_changes_across_a_gap_by_both_groups_are_mixed(shop: Project) -> None:
    git(shop, "mv", "shop", "store")
    commit_on(shop, "2026-01-02", "Rename" + ASSISTED)
    git(shop, "mv", "store", "shop")
    shop.write("shop/db.py", "import shop.web\n")
    commit_on(shop, "2026-01-03", "Rename back")

    assert figure(shop, "changes") == {"mixed": 2}
    assert figure(shop, "violations_introduced") == {"mixed": 1}


def test_nothing_is_compared_before_the_first_commit_that_can_be_checked(shop: Project) -> None:
    git(shop, "mv", "shop", "store")
    commit_on(shop, "2026-01-02", "Away")
    git(shop, "tag", "away")
    git(shop, "mv", "store", "shop")
    shop.write("shop/db.py", "import shop.web\n")
    commit_on(shop, "2026-01-03", "Back" + ASSISTED)

    found = trend(shop, since="away")

    assert {it["group"]: it["changes"] for it in found["groups"]} == {"assisted": 0, "other": 0, "mixed": 0}
    assert "1 change up to the first commit that could be checked in full: not compared" in found["notes"]
    assert found["points"][-1]["open_violations"]["earlier"] == 1


def test_what_a_contract_finds_when_it_can_first_be_checked_is_introduced_by_nobody(shop: Project) -> None:
    shop.write("shop/db.py", "import shop.web\n")
    commit_on(shop, "2026-01-02", "Known")
    shop.write("shop/late.py", "import shop.web\n")
    commit_on(shop, "2026-01-03", "Late" + ASSISTED)
    shop.write("shop/late.py", "import shop.web\nimport shop.web as again\n")
    commit_on(shop, "2026-01-04", "Later" + ASSISTED)
    shop.write(
        "archguard.yaml", CONFIG + "  - {id: late, kind: forbidden, modules: shop.late, must_not_import: shop.web}\n"
    )

    found = trend(shop)

    assert figure(shop, "violations_introduced") == {"assisted": 1, "other": 1}
    assert "contract late: not compared at 2 commits, since it could not be checked there or before" in found["notes"]


def test_violations_of_a_contract_that_can_no_longer_be_checked_are_not_fixed(shop: Project) -> None:
    shop.write("shop/late.py", "")
    commit_on(shop, "2026-01-02", "Late")
    shop.write("shop/late.py", "import shop.web\n")
    commit_on(shop, "2026-01-03", "Violate" + ASSISTED)
    (shop.root / "shop/late.py").unlink()
    commit_on(shop, "2026-01-05", "Delete")
    shop.write(
        "archguard.yaml", CONFIG + "  - {id: late, kind: forbidden, modules: shop.late, must_not_import: shop.web}\n"
    )

    assert figure(shop, "violations_introduced") == {"assisted": 1}
    assert figure(shop, "violations_removed") == {}
    assert (figure(shop, "fixed"), figure(shop, "still_open")) == ({}, {"assisted": 1})


def test_a_configuration_that_cannot_be_read_leaves_only_the_exceptions_unknown(shop: Project) -> None:
    shop.write("archguard.yaml", "contracts: [\n")
    shop.write("shop/db.py", "import shop.web\n")
    commit_on(shop, "2026-01-02", "Break the configuration" + ASSISTED)
    shop.write("archguard.yaml", CONFIG + "    ignore: [shop.db -> shop.web]\n")
    shop.write("shop/db.py", "import shop.web\nimport shop.web as web\n")
    commit_on(shop, "2026-01-03", "Mend it")
    shop.write("archguard.yaml", CONFIG)

    found = trend(shop)

    assert figure(shop, "violations_introduced") == {"assisted": 1, "other": 1}
    assert figure(shop, "ignores_added") == {"mixed": 1}
    assert "ignores and baseline: not known at 1 commit, whose configuration cannot be read" in found["notes"]


def test_a_gap_at_head_is_an_error(shop: Project) -> None:
    git(shop, "mv", "shop", "store")
    commit_on(shop, "2026-01-02", "Away")

    assert shop.call("trend", "--since", "start", "--by-authorship").returncode == 2


def test_without_changes_there_is_nothing_to_compare(shop: Project) -> None:
    found = trend(shop)

    assert found["notes"] == ["no changes could be compared"]
    assert [point["gap"] for point in found["points"]] == [""]


def test_the_merged_commits_that_a_shallow_clone_lacks_are_asked_for(shop: Project) -> None:
    git(shop, "switch", "--quiet", "--create", "old")
    for day in ("2026-01-02", "2026-01-03", "2026-01-04"):
        commit_on(shop, day, "On the side" + ASSISTED)
    git(shop, "switch", "--quiet", "main")
    commit_on(shop, "2026-01-05", "On main")
    git(shop, "merge", "--quiet", "--no-ff", "--no-edit", "old")
    start = git(shop, "rev-parse", "HEAD~1").strip()
    git(shop, "clone", "--quiet", "--depth", "2", shop.root.as_uri(), "clone")

    done = shop.call("trend", "--since", start, "--by-authorship", below="clone")

    assert done.returncode == 2
    assert "git fetch --unshallow" in done.stderr


def test_a_history_that_is_too_long_says_how_to_check_less(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "MOST_COMMITS", 4)
    for day, number in zip(days(), range(3), strict=False):
        commit_on(shop, day, f"Work {number}")

    assert len(trend(shop)["points"]) == 4
    commit_on(shop, "2026-02-01", "One more")
    done = shop.call("trend", "--since", "start", "--by-authorship")
    assert done.returncode == 2
    assert "5 commits are too many to check: 4 at most" in done.stderr
    assert "check fewer with --every 2" in done.stderr
    assert len(trend(shop, "--every", "2")["points"]) == 3


def test_the_gate_works_as_for_every_trend(shop: Project) -> None:
    shop.write("shop/db.py", "import shop.web\n")
    commit_on(shop, "2026-01-02", "Violate" + ASSISTED)

    done = shop.call("trend", "--since", "start", "--by-authorship", "--fail-if-worse", "violations")

    assert done.returncode == 1
    assert "violations got worse, from 0 at start to 1 at " in done.stderr


def test_each_commit_is_checked_once_for_both_sorts_of_trend(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    check_it = checks.checked_commit
    monkeypatch.setattr(
        checks, "checked_commit", lambda config, one, files: checked.append(one.id) or check_it(config, one, files)
    )
    commit_on(shop, "2026-01-02", "Work")

    before = trend(shop)
    shop.call("trend", "--since", "start")

    assert trend(shop) == before
    assert len(checked) == 2


# Days until a violation is fixed.


def enough_changes(shop: Project, count: int = 20) -> None:
    """So many changes of an assistant on the 2nd of January that each add a line."""
    for number in range(1, count + 1):
        shop.write("shop/small.py", lines(number, "small_{} = {}"))
        commit_on(shop, "2026-01-02", f"{number}" + ASSISTED)


def open_and_fix(shop: Project, opened: int, fixed: Sequence[str]) -> None:
    """An assistant adds so many violations on the 2nd of January, and others fix one on each of the days."""
    shop.write("shop/db.py", "import shop.web\n" * opened)
    commit_on(shop, "2026-01-02", "Violate" + ASSISTED)
    enough_changes(shop, count=19)
    for number, day in enumerate(fixed, start=1):
        shop.write("shop/db.py", "import shop.web\n" * (opened - number))
        commit_on(shop, day, "Fix")


def test_the_median_counts_violations_that_are_still_open(shop: Project) -> None:
    open_and_fix(shop, 6, ["2026-01-04", "2026-01-08", "2026-01-14"])

    found = groups(shop)["assisted"]

    assert (found["fixed"], found["still_open"], found["median_days_to_fix"]) == (3, 3, 12.0)


def test_there_is_no_median_while_more_than_half_are_open(shop: Project) -> None:
    open_and_fix(shop, 6, ["2026-01-04", "2026-01-08"])

    found = trend(shop)

    assert found["groups"][0]["median_days_to_fix"] is None
    assert "assisted: 4 of 6 introduced violations are still open: no median of days" in found["notes"]


@pytest.mark.parametrize(("opened", "median"), [(5, 2.0), (4, None)])
def test_a_median_needs_five_violations(opened: int, median: float | None, shop: Project) -> None:
    open_and_fix(shop, opened, ["2026-01-04"] * opened)

    assert groups(shop)["assisted"]["median_days_to_fix"] == median


# Lines.


@pytest.mark.parametrize(("count", "rate"), [(1000, 2.0), (999, None)])
def test_a_rate_needs_a_thousand_changed_lines(count: int, rate: float | None, shop: Project) -> None:
    enough_changes(shop)
    shop.write("shop/db.py", "import shop.web\nimport shop.web as web\n")
    shop.write("shop/many.py", lines(count - 22))
    commit_on(shop, "2026-01-02", "Many" + ASSISTED)

    found = trend(shop)

    assert found["groups"][0]["changed_lines"] == count
    assert found["groups"][0]["introduced_per_thousand_lines"] == rate
    assert ("assisted: 999 changed lines, too few for a rate: it needs 1,000" in found["notes"]) is (rate is None)


@pytest.mark.parametrize(("count", "rate"), [(20, 1.0), (19, None)])
def test_a_rate_needs_twenty_changes(count: int, rate: float | None, shop: Project) -> None:
    enough_changes(shop, count=count - 1)
    shop.write("shop/db.py", "import shop.web\n")
    shop.write("shop/many.py", lines(1000 - count))
    commit_on(shop, "2026-01-02", "Many" + ASSISTED)
    commit_on(shop, "2026-01-02", "Nothing" + ASSISTED)

    found = trend(shop)

    assert found["groups"][0]["introduced_per_thousand_lines"] == rate
    told = "assisted: 19 changes of code, too few to say something: rates need 20" in found["notes"]
    assert told is (rate is None)


def churn(shop: Project) -> tuple[int, int]:
    """The lines of the assistant that were observed, and how many of them were rewritten."""
    found = groups(shop)["assisted"]
    return found["lines_observed"], found["lines_rewritten"]


@pytest.mark.parametrize(("time", "rewritten"), [("2026-01-16T12:00:00Z", 3), ("2026-01-16T12:00:01Z", 0)])
def test_lines_that_others_rewrite_within_14_days_are_churn(time: str, rewritten: int, shop: Project) -> None:
    shop.write("shop/many.py", lines(10))
    commit_on(shop, "2026-01-02", "Add ten" + ASSISTED)
    shop.write("shop/many.py", lines(7) + "other = 1\nanother = 2\n")
    commit_on(shop, time, "Change two and delete one")

    assert churn(shop) == (10, rewritten)


@pytest.mark.parametrize(("time", "observed"), [("2026-01-16T12:00:00Z", 10), ("2026-01-16T11:59:59Z", 0)])
def test_lines_count_when_their_14_days_are_over(time: str, observed: int, shop: Project) -> None:
    shop.write("shop/many.py", lines(10))
    commit_on(shop, "2026-01-02", "Add ten" + ASSISTED)
    commit_on(shop, time, "Later")

    assert churn(shop) == (observed, 0)


@pytest.mark.parametrize(("count", "share"), [(1000, 0.01), (999, None)])
def test_a_share_of_lines_needs_a_thousand_lines(count: int, share: float | None, shop: Project) -> None:
    enough_changes(shop)
    shop.write("shop/many.py", lines(count - 20))
    commit_on(shop, "2026-01-02", "Many" + ASSISTED)
    shop.write("shop/many.py", lines(count - 30))
    commit_on(shop, "2026-01-03", "Fewer")
    commit_on(shop, "2026-02-03", "Later")

    assert groups(shop)["assisted"]["churn"] == share


@pytest.mark.parametrize(
    ("before", "after", "rewritten"),
    [
        ("a = 1\nb = 2\n", "if a:\n    a = 1\n    b = 2\n", 0),
        ("a = 1\nb = 2\n", "b = 2\na = 1\n", 0),
        ("a = 1\n\n\nb = 2\n", "a = 1\nb = 2\n", 0),
        ("a = 1\nb = 2\n", "a = 1\nb = 3\n", 1),
        ("a = 1", "a = 1\n", 0),
        ('"""\na = 1\n-- b = 2\n++ c = 3\n"""\n', '"""\na = 1\n"""\n', 2),
    ],
    ids=["indented", "moved", "blank lines", "changed", "end of file", "lines that look like headers"],
)
def test_moved_and_indented_lines_are_not_rewritten(before: str, after: str, rewritten: int, shop: Project) -> None:
    shop.write("shop/many.py", before)
    commit_on(shop, "2026-01-02", "Write" + ASSISTED)
    shop.write("shop/many.py", after)
    commit_on(shop, "2026-01-03", "Edit")
    commit_on(shop, "2026-02-03", "Later")

    assert churn(shop)[1] == rewritten


def test_lines_that_move_to_another_file_keep_their_age(shop: Project) -> None:
    shop.write("shop/many.py", lines(10))
    commit_on(shop, "2026-01-02", "Write" + ASSISTED)
    git(shop, "mv", "shop/many.py", "shop/straße.py")
    commit_on(shop, "2026-01-03", "Rename")
    (shop.root / "shop/straße.py").unlink()
    shop.write("shop/last.py", "first = 1\n" + lines(10))
    commit_on(shop, "2026-01-04", "Move")
    shop.write("shop/last.py", "first = 1\n" + lines(4))
    commit_on(shop, "2026-01-16", "Delete six")
    commit_on(shop, "2026-02-16", "Later")

    assert churn(shop) == (10, 6)
    assert figure(shop, "changed_lines") == {"assisted": 10, "other": 7}


def test_only_the_code_that_is_checked_counts(shop: Project) -> None:
    shop.write_all({"README.md": lines(9), "setup.py": lines(9), "tests/test_it.py": lines(9), "shop/new.py": lines(3)})
    commit_on(shop, "2026-01-02", "Write" + ASSISTED)

    assert figure(shop, "changed_lines") == {"assisted": 3}


def test_attributes_of_the_repository_hide_no_lines(shop: Project) -> None:
    shop.write_all({".gitattributes": "*.py -diff binary\n", "shop/new.py": lines(3)})
    commit_on(shop, "2026-01-02", "Write" + ASSISTED)

    assert figure(shop, "changed_lines") == {"assisted": 3}


def test_a_project_below_the_root_of_the_repository_counts_its_own_lines(shop: Project) -> None:
    shop.write("a/archguard.yaml", "project: {packages: [app]}\n")
    shop.write_all({"a/app/x.py": lines(2), "b/app/x.py": lines(5)})
    commit_on(shop, "2026-01-02", "Begin")
    shop.write_all({"a/app/x.py": lines(4), "b/app/x.py": lines(9)})
    commit_on(shop, "2026-01-03", "Write" + ASSISTED)

    done = shop.call("trend", "--since", "HEAD~1", "--by-authorship", "--format", "json", below="a")

    assert json.loads(done.stdout)["groups"][0]["changed_lines"] == 2


# Formats.


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Sixty days: an assistant is quick and breaks more, others fix, and one commit cannot be read."""
    shop = begun(Project(tmp_path_factory.mktemp("shop")))
    for number, day in zip(range(60), days(), strict=False):
        by_assistant = number % 5 in (0, 2)
        broken = 1 + number // 6 - number // 9
        shop.write("shop/db.py", "import shop.web\n" * broken)
        shop.write(f"shop/part_{number}.py", lines(60, f"value_{number}_{{}} = {{}}"))
        if number % 4 == 3:
            shop.write(f"shop/part_{number - 3}.py", lines(50, f"value_{number - 3}_{{}} = {{}}"))
        shop.write("shop/draft.py", "def (:\n" if number == 30 else "")
        author = "Bob <bob@example.org>" if number % 3 else "Ada <ada@example.org>"
        commit_on(shop, day, f"Change {number}" + (ASSISTED if by_assistant else ""), author)
    return shop


@pytest.mark.parametrize(("format_", "ending"), [("text", "txt"), ("json", "json"), ("csv", "csv"), ("svg", "svg")])
def test_the_formats_are_golden(story: Project, format_: str, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool_info, "version", lambda: "1.2.3")

    done = story.call("trend", "--since", "start", "--by-authorship", "--format", format_)

    assert done.returncode == 0, done.stderr
    file = GOLDEN / f"authorship.{ending}"
    if os.environ.get("ARCHGUARD_WRITE_GOLDEN"):
        file.write_text(done.stdout, encoding="utf-8")
    assert done.stdout == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("format_", ["text", "json", "csv", "svg", "html"])
def test_no_format_names_a_person(shop: Project, format_: str) -> None:
    message = f"Work{ASSISTED}\nSigned-off-by: Grace <grace@example.org>"
    commit_on(shop, "2026-01-02", message, "Edsger <e@example.org>")

    shown = shop.call("trend", "--since", "start", "--by-authorship", "--format", format_).stdout

    assert re.findall(r"Ada|Grace|Edsger|example|Claude", shown) == []


def test_figures_of_one_person_are_called_so(shop: Project) -> None:
    commit_on(shop, "2026-01-02", "One" + ASSISTED)
    commit_on(shop, "2026-01-03", "Two", "Bob <bob@example.org>")
    commit_on(shop, "2026-01-04", "Three")

    notes = trend(shop)["notes"]

    assert "assisted: all changes come from one author, so the figures are those of a person" in notes
    assert not any(note.startswith("other: all changes") for note in notes)


def test_the_csv_has_a_line_for_each_group(shop: Project) -> None:
    commit_on(shop, "2026-01-02", "Work" + ASSISTED)

    text = shop.call("trend", "--since", "start", "--by-authorship", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))

    assert [(row["group"], row["changes"], row["churn"]) for row in rows] == [
        ("assisted", "1", ""),
        ("other", "0", ""),
        ("mixed", "0", ""),
    ]
    assert {(it["project"], it["first_day"], it["last_day"]) for it in rows} == {("shop", "2026-01-01", "2026-01-02")}


@needs_browser
def test_a_browser_shows_the_page_with_project_revision_and_date(story: Project) -> None:
    story.call("trend", "--since", "start", "--by-authorship", "--format", "html", "--output", "trend.html")

    page = browsed((story.root / "trend.html").as_uri(), story.root)

    assert f"Revision {git(story, 'rev-parse', 'HEAD').strip()} of 2026-03-02" in page
    assert "shop, start (2026-01-01) to " in page
    assert page.count('class="gap"') == 1
    assert re.findall(r"(?:src|href)=", page) == []
