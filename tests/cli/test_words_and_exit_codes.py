"""What a report calls broken is what makes the run fail, in every format."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from project import Project

DOUBT = "def show(page):\n    return page.session.delete(page)\n"
SEVERITIES = ("error", "warning", "info")


def shop_with(project: Project, severity: str) -> Project:
    """A shop with one violation of that severity."""
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/web.py": "import shop.db\n"})
    project.configure(
        f"""\
        contracts:
          - {{id: apart, kind: forbidden, modules: shop.web, must_not_import: shop.db, severity: {severity}}}
        """
    )
    return project


@pytest.fixture
def doubtful(project: Project) -> Project:
    """A shop of which all that is found is merely possible."""
    project.write_all({"shop/__init__.py": "", "shop/web.py": DOUBT})
    project.configure("contracts: [{id: apart, kind: database, allowed_in: shop.db}]\n")
    project.write("shop/db.py", "")
    return project


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("fail_on", SEVERITIES)
def test_words_and_exit_code_agree(project: Project, severity: str, fail_on: str) -> None:
    shop = shop_with(project, severity)
    fails = SEVERITIES.index(severity) <= SEVERITIES.index(fail_on)

    formats = {
        name: shop.call("check", "--fail-on", fail_on, "--format", name)
        for name in ("text", "json", "markdown", "html", "junit", "sarif", "github", "azure", "teamcity")
    }

    assert {done.returncode for done in formats.values()} == {int(fails)}
    said = {name: done.stdout for name, done in formats.items()}
    assert ("BROKEN" in said["text"]) == fails
    assert ("which fail no run" in said["text"]) != fails
    for name in ("text", "github", "azure", "teamcity"):
        assert ("1 kept, 0 broken" in said[name], "0 kept, 1 broken" in said[name]) == (not fails, fails), name
    told = json.loads(said["json"])
    assert (told["passed"], told["fail_on"]) == (not fails, fail_on)
    assert told["contracts"][0]["status"] == ("broken" if fails else "kept")
    assert ("the architecture is broken" in said["markdown"]) == fails
    assert ("The architecture is broken" in said["html"]) == fails
    assert bool(ET.fromstring(said["junit"]).findall(".//failure")) == fails  # noqa: S314  # our own
    assert (
        json.loads(said["sarif"])["runs"][0]["tool"]["driver"]["rules"][0]["properties"]["status"]
        == told["contracts"][0]["status"]
    )


@pytest.mark.parametrize("fail_on", SEVERITIES)
def test_what_is_merely_possible_breaks_nothing_and_weighs_nothing(doubtful: Project, fail_on: str) -> None:
    text = doubtful.call("check", "--fail-on", fail_on)

    assert text.returncode == 0
    assert "(possible)" in text.stdout
    assert "info: " in text.stdout
    assert "error: " not in text.stdout
    assert "BROKEN" not in text.stdout
    assert "::error" not in doubtful.call("check", "--format", "github").stdout
    assert "type=error" not in doubtful.call("check", "--format", "azure").stdout


def test_a_possibility_beside_a_violation_does_not_hide_that_it_is_broken(doubtful: Project) -> None:
    doubtful.write("shop/web.py", f"import sqlalchemy\n{DOUBT}")

    checked = doubtful.call("check")

    assert checked.returncode == 1
    assert "0 kept, 1 broken" in checked.stdout


def test_a_saved_report_says_the_same_when_it_is_written_again(project: Project, tmp_path: Path) -> None:
    shop = shop_with(project, "warning")
    for fail_on in ("error", "warning"):
        saved = shop.call("check", "--fail-on", fail_on, "--format", "json").stdout
        file = shop.write("saved.json", saved)

        assert ("BROKEN" in shop.call("report", str(file)).stdout) == (fail_on == "warning")


def test_a_strict_baseline_that_fails_the_run_is_not_called_green(project: Project) -> None:
    shop = shop_with(project, "error")
    shop.call("baseline")
    shop.write("shop/web.py", "")

    text = shop.call("check", "--strict-baseline")

    assert text.returncode == 1
    assert "fails, since the baseline lists what is not there" in text.stdout
    assert json.loads(shop.call("check", "--strict-baseline", "--format", "json").stdout)["passed"] is False
    assert "❌" in shop.call("check", "--strict-baseline", "--format", "markdown").stdout
    assert json.loads(shop.call("check", "--format", "json").stdout)["passed"] is True


def test_explain_calls_broken_what_fails_a_run(project: Project) -> None:
    assert "Today it is broken: 1 violation;" in shop_with(project, "error").call("explain", "apart").stdout
    assert (
        "Today it is kept, with 1 violation that fail no run"
        in shop_with(project, "info").call("explain", "apart").stdout
    )


def test_sql_without_a_known_table_is_a_whole_sentence(project: Project) -> None:
    rows = (
        'def rows(run, name):\n    run(f"SELECT count(*) FROM {name}")\n    run(f"DELETE FROM {name} WHERE paid = 1")\n'
    )
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/web.py": rows})
    project.configure("contracts: [{id: apart, kind: database, allowed_in: shop.db, detect: [sql]}]\n")

    messages = [
        found["message"] for found in json.loads(project.call("check", "--format", "json").stdout)["violations"]
    ]

    assert [message.partition("SQL that ")[2] for message in messages] == ["reads a table", "writes a table"]
