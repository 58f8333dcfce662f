"""GitHub, Azure and TeamCity read commands out of the log: what a user wrote must not become one."""

import re
from dataclasses import replace

import pytest

from archguard.model import Report, Severity
from archguard.reporters import azure, github, phrases, reporter, teamcity

COMMAND = {
    "github": re.compile(r"::(error|warning|notice) [^:\r\n]*::[^\r\n]*"),
    "azure": re.compile(r"##vso\[task\.logissue [^\]\r\n]*\][^\r\n]*"),
    "teamcity": re.compile(r"##teamcity\[\w+( \w+='([^|'\[\]\r\n]|\|['|\[\]nr]|\|0x[0-9A-F]{4})*')+\]"),
}


def undone(text: str, *escapes: tuple[str, str]) -> str:
    for escape, character in escapes:
        text = text.replace(escape, character)
    return text


@pytest.mark.parametrize("name", COMMAND)
@pytest.mark.parametrize("kind", ["report", "nasty", "empty"])
def test_each_line_is_one_command_but_for_the_totals(name: str, kind: str, request: pytest.FixtureRequest) -> None:
    *commands, totals = reporter(name)(request.getfixturevalue(kind)).split("\n")

    assert all(COMMAND[name].fullmatch(command) for command in commands)
    assert totals.startswith("Looked at ")


@pytest.mark.parametrize("name", COMMAND)
def test_known_violations_are_only_counted(name: str, report: Report) -> None:
    rendered = reporter(name)(report)

    assert "5 violations (4 new, 1 known)" in rendered
    assert rendered.count("must not import shop.repositories") == 1


def test_github_gets_the_whole_message_back(nasty: Report) -> None:
    command = github.render(nasty).split("\n")[0]

    message = undone(command.split("::", 2)[2], ("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
    assert message == phrases.full_text(nasty.violations[0])


def test_github_gets_columns_only_where_both_ends_stand_in_one_line(report: Report) -> None:
    direct, indirect, several, *_ = github.render(report).split("\n")

    assert direct.startswith(
        "::error file=shop/api.py,line=4,endLine=4,col=1,endColumn=38,title=archguard%3A layered::"
    )
    assert indirect.startswith("::error file=shop/models.py,line=2,col=1,title=")
    assert several.startswith("::error file=shop/api.py,line=19,endLine=20,title=")


def test_github_calls_information_a_notice(report: Report) -> None:
    informed = replace(report, violations=(replace(report.violations[0], severity=Severity.INFO),), problems=())

    assert github.render(informed).startswith("::notice file=")


def test_azure_gets_the_whole_message_back(nasty: Report) -> None:
    command = azure.render(nasty).split("\n")[0]

    message = undone(command.partition("]")[2], ("%0D", "\r"), ("%0A", "\n"), ("%AZP25", "%"))
    assert message == phrases.full_text(nasty.violations[0])


def test_azure_knows_errors_and_warnings_only(report: Report) -> None:
    informed = replace(report, violations=(replace(report.violations[0], severity=Severity.INFO),), problems=())

    assert azure.render(informed).startswith("##vso[task.logissue type=warning;sourcepath=shop/api.py;linenumber=4;")


def test_teamcity_has_a_type_for_each_contract_and_a_build_problem_for_each_error(report: Report) -> None:
    names = re.findall(r"##teamcity\[(\w+)", teamcity.render(report))

    assert names == [
        *("inspectionType", "inspection", "inspection"),
        *("inspectionType", "inspection", "inspection"),
        *("inspectionType", "inspectionType", "buildProblem", "message"),
    ]


def test_teamcity_gets_no_more_than_it_takes(report: Report) -> None:
    long = replace(report.violations[0], contract="c" * 300, message="m" * 5000)

    rendered = teamcity.render(replace(report, outcomes=(), violations=(long,), problems=()))

    assert f"id='{'c' * 254}|0x2026'" in rendered
    assert f"message='{'m' * 3999}|0x2026'" in rendered
