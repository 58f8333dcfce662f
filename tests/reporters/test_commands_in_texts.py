"""What a CI system would take for a command is none, wherever a user can write it."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from project import Project

from archguard.model import Location, Outcome, OutcomeStatus, Problem, Report, Severity, Step, Violation
from archguard.model.log import inert, inert_json
from archguard.model.report import Checked
from archguard.reporters import BUILT_IN, reporter

EVIL = (
    "##vso[task.complete result=Succeeded;]",
    "x ##VSO[task.setvariable variable=a]b",
    "##[error]x",
    "###[group]x",
    "##teamcity[buildStatus status='SUCCESS']",
    "::error::x",
    "  ::add-mask::x",
    "\n::stop-commands::x\n##vso[a]",
)
OWN = {
    "azure": re.compile(r"^##vso\[task\.logissue "),
    "teamcity": re.compile(r"^##teamcity\["),
    "github": re.compile(r"^::(error|warning|notice) "),
}
OBEYED = re.compile(r"##[\w.-]*\[|^\s*::", re.IGNORECASE)


def evil_report(text: str) -> Report:
    """A report that says `text` in every place."""
    place = Location(f"{text}.py", 1, 1)
    violation = Violation(
        contract=text,
        kind=text,
        message=text,
        location=place,
        importer=text,
        imported=text,
        symbol=text,
        chain=(Step(text, text, text, 1),),
        reason=text,
        fix=(text,),
        severity=Severity.ERROR,
    )
    problem = Problem(
        severity=Severity.ERROR, code=text, message=text, location=place, hint=text, excerpt=f"    {text}"
    )
    nowhere = Problem(severity=Severity.WARNING, code=text, message=text, hint=text)
    outcome = Outcome(text, text, text, OutcomeStatus.BROKEN, Checked(), 1)
    return Report(outcomes=(outcome,), violations=(violation,), problems=(problem, nowhere))


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("name", BUILT_IN)
def test_no_format_holds_a_command_that_a_user_wrote(name: str, text: str) -> None:
    rendered = reporter(name)(evil_report(text))

    for line in rendered.splitlines():
        own = OWN[name].match(line) if name in OWN else None
        assert not OBEYED.search(line[own.end() :] if own else line), line


@pytest.mark.parametrize("text", EVIL)
def test_formats_for_programs_still_say_it(text: str) -> None:
    report = evil_report(text)

    assert json.loads(reporter("json")(report))["violations"][0]["message"] == text
    assert inert(text).replace("# #", "##").replace(": :", "::") == text
    ET.fromstring(reporter("junit")(report))  # noqa: S314  # our own


@pytest.mark.parametrize("text", ["", "#", "a ## b", "# [x]", "service::module", "C:: x", "## heading", "#[x]"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert inert(text) == text
    assert json.loads(inert_json(json.dumps(text))) == text


def test_commands_of_other_answers_are_none_either(project: Project) -> None:
    reason = "Read this. ##vso[task.complete result=Succeeded;] ##[section]"
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/web.py": "import shop.db\n"})
    project.configure(
        f"""\
        components:
          web: {{modules: shop.web, description: "{reason}"}}
        contracts:
          - id: apart
            kind: forbidden
            reason: "{reason}"
            modules: web
            must_not_import: shop.db
            ignore: [{{import: shop.web -> shop.db, reason: "{reason}"}}]
        """
    )
    asked = (
        ("explain", "apart"),
        ("list", "components"),
        ("list", "contracts"),
        ("ignores",),
        ("where", "shop.web"),
        ("why", "shop.web", "shop.db"),
        ("diagram", "--format", "mermaid"),
        ("diagram", "--format", "json"),
    )

    for arguments in asked:
        for more in ((), ("--format", "json")) if arguments[0] != "diagram" else ((),):
            done = project.call(*arguments, *more)
            assert "##vso[" not in done.stdout + done.stderr, arguments
            assert "##[" not in done.stdout + done.stderr, arguments
