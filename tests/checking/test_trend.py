"""`archguard trend`: a point for each commit, gaps where there is none, and whether it got worse."""

import contextlib
import csv
import io
import json
import os
import pty
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from browser import browsed
from jsonschema import Draft202012Validator
from project import Project
from repository import commit, git
from tools import needs_browser

from archguard.history import trend as under_test
from archguard.reporters.trend.json import trend_schema


@pytest.fixture
def history(shop: Project) -> Project:
    """Four commits: one violation, two, a package that is not there, and three in a cycle. The third has a tag."""
    shop.configure((shop.root / "archguard.yaml").read_text() + "project: {packages: [shop]}\n")
    shop.write("shop/controllers.py", "import shop.repositories\nimport shop.repositories as again\n")
    commit(shop, "Two")
    git(shop, "mv", "shop", "store")
    commit(shop, "Gone")
    git(shop, "tag", "v1")
    git(shop, "mv", "store", "shop")
    shop.write("shop/repositories.py", "import shop.controllers\n")
    shop.write("shop/controllers.py", "import shop.repositories\n" * 3)
    commit(shop, "Three")
    return shop


def points(project: Project, *arguments: str) -> list[dict[str, Any]]:
    """The points that the JSON tells of."""
    found: list[dict[str, Any]] = _document(project, *arguments)["points"]
    return found


def _document(project: Project, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        project.call("trend", "--since", "HEAD~3", "--format", "json", *arguments).stdout
    )
    return document


def test_there_is_a_point_for_each_commit_and_a_gap_where_the_code_cannot_be_checked(history: Project) -> None:
    first, second, gap, last = points(history)

    Draft202012Validator(trend_schema()).validate(_document(history))
    assert [point["violations"] for point in (first, second, gap, last)] == [1, 2, None, 3]
    assert (first["propagation_cost"], last["propagation_cost"]) == (pytest.approx(4 / 9), pytest.approx(5 / 9))
    assert (first["largest_tangle"], last["largest_tangle"]) == (0, 2)
    assert last["violations_per_thousand_imports"] == 750
    assert gap["gap"].startswith("package 'shop' is not there")
    assert gap["tags"] == ["v1"]


def test_the_working_tree_and_git_are_left_alone(history: Project) -> None:
    history.write("shop/controllers.py", "import shop.repositories\n" * 9)
    before = git(history, "status", "--porcelain"), git(history, "stash", "list"), git(history, "reflog")

    last = points(history)[-1]

    assert last["violations"] == 3
    assert (git(history, "status", "--porcelain"), git(history, "stash", "list"), git(history, "reflog")) == before


def test_what_is_known_of_a_commit_is_not_computed_again(history: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    computed = []
    check_it = under_test.checked_commit
    monkeypatch.setattr(
        under_test, "checked_commit", lambda config, one, files: computed.append(one.id) or check_it(config, one, files)
    )

    before = points(history)
    git(history, "commit", "--quiet", "--allow-empty", "--message", "Four")
    shown = history.call("trend", "--since", "HEAD~4", "--format", "json").stdout

    gap, last = git(history, "rev-parse", "v1").strip(), git(history, "rev-parse", "HEAD").strip()
    assert computed[4:] == [gap, last]  # a gap is looked at again
    assert json.loads(shown)["points"][:4] == before


def test_other_contracts_are_computed_anew(history: Project) -> None:
    before = [point["violations"] for point in points(history)]
    history.configure((history.root / "archguard.yaml").read_text().replace("shop.repositories", "sqlite3"))

    after = [point["violations"] for point in points(history)]

    assert (before, after) == ([1, 2, None, 3], [0, 0, None, 0])


def test_a_damaged_cache_is_done_without(history: Project) -> None:
    before = points(history)
    for file in (history.root / ".archguard_cache/trend").glob("*/*"):
        file.write_text('{"figures": ')

    assert points(history) == before


def drawn(project: Project) -> ET.Element:
    """The SVG."""
    return ET.fromstring(project.call("trend", "--since", "HEAD~3", "--format", "svg").stdout)  # noqa: S314  # our own


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (["--every", "2"], [0, 2, 3]),
        (["--every", "3"], [0, 3]),
        (["--every", "9"], [0, 3]),
        (["--tags"], [0, 2, 3]),
    ],
)
def test_some_commits_can_be_left_out_but_never_the_first_and_the_last(
    arguments: list[str], seen: list[int], history: Project
) -> None:
    every = [point["commit"] for point in points(history)]

    assert [point["commit"] for point in points(history, *arguments)] == [every[index] for index in seen]


def test_a_contract_that_could_not_be_checked_then_is_told_and_the_others_count(history: Project) -> None:
    added = "  - {id: late, kind: forbidden, modules: shop.late, must_not_import: shop.repositories}\n"
    text = (history.root / "archguard.yaml").read_text().replace("project:", added + "project:")
    history.configure(text)
    history.write("shop/late.py", "import shop.repositories\n")
    commit(history, "Late")

    first, *_, last = points(history)
    line = history.call("trend", "--since", "HEAD~4").stdout.splitlines()[1]

    assert first["contracts"] == {"layered": 2, "late": None}
    assert last["contracts"]["late"] == 1
    assert line.endswith("not checked: late")


def test_code_that_does_not_fit_the_exceptions_of_today_is_read_all_the_same(history: Project) -> None:
    history.write("shop/controllers.py", "import shop.repositories  # archguard: ignore[gone] No more\n")
    commit(history, "Ignored")
    text = (history.root / "archguard.yaml").read_text()
    history.configure(
        text.replace("project:", "ignore: [{contract: layered, import: shop.x -> shop.y, reason: soon}]\nproject:")
    )

    first, *_, last = json.loads(history.call("trend", "--since", "HEAD~4", "--format", "json").stdout)["points"]

    assert (first["unread_files"], last["unread_files"]) == (0, 0)


def test_the_gate_fails_with_both_numbers_and_compares_what_was_checked_at_both_ends(history: Project) -> None:
    first = git(history, "rev-parse", "--short=8", "HEAD~3").strip()
    last = git(history, "rev-parse", "--short=8", "HEAD").strip()

    done = history.call("trend", "--since", "HEAD~3", "--fail-if-worse", "violations, cyclicity,nccd")

    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [
        f"error: violations got worse, from 1 at {first} to 3 at {last}",
        f"error: cyclicity got worse, from 0 at {first} to 0.6667 at {last}",
        f"error: NCCD got worse, from 0.8000 at {first} to 1 at {last}",
    ]


def test_the_gate_is_content_with_what_stays(history: Project) -> None:
    history.write("shop/repositories.py", "")
    history.write("shop/controllers.py", "import shop.repositories\n")
    commit(history, "Mended")

    assert history.call("trend", "--since", "HEAD~4", "--fail-if-worse", "violations,nccd").returncode == 0


def test_the_gate_does_not_pass_where_it_cannot_know(history: Project) -> None:
    done = history.call("trend", "--since", "v1", "--fail-if-worse", "violations")

    assert done.returncode == 2
    assert "violations at v1 is not known" in done.stderr
    assert "package 'shop' is not there" in done.stderr


def test_the_last_commit_must_be_checked(history: Project) -> None:
    git(history, "mv", "shop", "store")
    commit(history, "Gone again")

    assert history.call("trend", "--since", "HEAD~2").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--since", "nowhere"], "there is no revision 'nowhere' here"),
        (["--since", "--all"], "'--all' is no revision"),
        (["--since", "HEAD", "--fail-if-worse", "modules"], "'modules' is none of violations, "),
        (["--since", "HEAD", "--tags", "--every", "2"], "--every and --tags say two things"),
        (["--since", "side"], "HEAD does not come from 'side'"),
    ],
)
def test_what_cannot_be_asked_is_said(arguments: list[str], sentence: str, history: Project) -> None:
    git(history, "checkout", "--quiet", "--orphan", "side")
    commit(history, "Apart")
    git(history, "checkout", "--quiet", "main")

    done = history.call("trend", *arguments)

    assert done.returncode == 2
    assert sentence in done.stderr


def test_without_a_repository_there_is_no_trend(project: Project) -> None:
    project.write("shop/orders.py", "")

    done = project.call("trend", "--since", "HEAD")

    assert done.returncode == 2
    assert "there is no git repository here" in done.stderr


def test_a_shallow_clone_says_how_to_get_the_rest(history: Project) -> None:
    start = git(history, "rev-parse", "HEAD~3").strip()
    git(history, "clone", "--quiet", "--depth", "1", history.root.as_uri(), "clone")

    done = history.call("trend", "--since", start, below="clone")

    assert done.returncode == 2
    assert "git fetch --unshallow" in done.stderr


def test_a_project_below_the_root_of_the_repository_has_a_trend(history: Project) -> None:
    git(history, "rm", "-r", "-q", "shop", "archguard.yaml")
    history.write_all(
        {"a/archguard.yaml": "project: {packages: [app]}\n", "a/app/x.py": "import app.y\n", "a/app/y.py": ""}
    )
    commit(history, "Moved")

    done = history.call("trend", "--since", "HEAD~1", "--format", "json", below="a")

    first, last = json.loads(done.stdout)["points"]
    assert first["gap"]
    assert (last["modules"], last["imports"], last["violations"]) == (3, 1, None)


def test_the_csv_has_a_line_for_each_commit(history: Project) -> None:
    rows = list(csv.DictReader(io.StringIO(history.call("trend", "--since", "HEAD~3", "--format", "csv").stdout)))

    assert [(row["violations"], row["tags"]) for row in rows] == [("1", ""), ("2", ""), ("", "v1"), ("3", "")]
    assert rows[2]["note"].startswith("package 'shop' is not there")


def test_the_svg_has_a_panel_for_each_number_with_a_line_up_to_the_gap(history: Project) -> None:
    drawing = drawn(history)

    names = [element.get("class") for element in drawing.iter()]
    assert names.count("title") == 6
    assert names.count("line") == 2 * 6
    assert names.count("gap") == 6
    assert names.count("dot") == 3 * 6


def test_names_of_tags_stay_text_in_the_drawing(history: Project) -> None:
    git(history, "tag", "<b>&'")

    drawing = drawn(history)

    assert any("<b>&'" in (element.text or "") for element in drawing.iter())


@needs_browser
def test_a_browser_shows_the_chart_and_the_numbers(history: Project) -> None:
    history.call("trend", "--since", "HEAD~3", "--format", "html", "--output", "trend.html")

    page = browsed((history.root / "trend.html").as_uri(), history.root)

    assert page.count('<circle class="dot') == 18
    assert page.count('<th scope="row"') == 4
    assert "package 'shop' is not there" in page


def test_what_an_installed_package_of_the_same_name_is_like_does_not_matter(history: Project) -> None:
    history.configure("project: {packages: [pytest]}\n")

    done = history.call("trend", "--since", "HEAD")

    assert done.returncode == 2
    assert "is not part of this revision" in done.stderr


def test_a_terminal_shows_how_far_it_is_and_a_pipe_nothing(history: Project) -> None:
    terminal, stderr = pty.openpty()
    command = [sys.executable, "-m", "archguard", "trend", "--since", "HEAD~3"]
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | {"TERM": "xterm"}
    process = subprocess.Popen(command, cwd=history.root, env=environment, stdout=subprocess.DEVNULL, stderr=stderr)
    os.close(stderr)
    shown = b""
    with contextlib.suppress(OSError):  # a terminal that nobody writes to any more
        while chunk := os.read(terminal, 4096):
            shown += chunk

    assert process.wait() == 0
    assert b"100%" in shown
    assert "%" not in history.run("trend", "--since", "HEAD~3").stderr


def test_the_cache_is_out_of_the_sight_of_git(history: Project) -> None:
    points(history)

    assert ".archguard_cache" not in git(history, "status", "--porcelain")
    assert (history.root / ".archguard_cache/CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f")
