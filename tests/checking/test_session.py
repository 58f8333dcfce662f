"""A session tells what drafts would change, before they are written."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest
from project import Project

from archguard import Codebase, Source, Violation
from archguard.checking.session import Session
from archguard.codebase.file_results import PROGRAM
from archguard.effects import semantic_model
from archguard.kinds.per_file import Checker, PerFileContract
from archguard.model import Location
from archguard.semantics import SemanticModel

CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - {id: layered, kind: layers, layers: [shop.api, shop.db]}
      - {id: data, kind: database, allowed_in: shop.db}
      - {id: quiet, kind: structure, rules: [{functions: "*", must_not: {call: print}}]}
"""
API = "from shop import db\n\ndef show():\n    return db.session.execute('x')\n"
DB = "from sqlalchemy.orm import Session\n\nsession = Session()\n"


@pytest.fixture
def session(project: Project) -> Session:
    project.configure(CONTRACTS)
    project.write_all({"shop/__init__.py": "", "shop/api.py": API, "shop/db.py": DB})
    return Session(project.config())


def rules(violations: tuple[object, ...]) -> list[tuple[str, str]]:
    return [(found.contract, found.importer) for found in violations]


def test_a_draft_that_breaks_a_contract_has_a_new_violation(session: Session) -> None:
    result = session.check({Path("shop/db.py"): "from shop import api\n" + DB})
    assert rules(result.new) == [("layered", "shop.db")]
    assert rules(result.unchanged) == rules(session.report.violations)
    assert not result.fixed


def test_a_draft_that_mends_a_violation_has_it_fixed(session: Session) -> None:
    result = session.check({Path("shop/api.py"): "from shop import db\n"})
    assert ("data", "shop.api") in rules(result.fixed)
    assert not result.new


def test_a_draft_may_change_what_is_found_in_another_file(session: Session) -> None:
    result = session.check({Path("shop/db.py"): "session = 1\n"})
    assert ("data", "shop.api") in rules(result.fixed)


def test_what_a_draft_has_changed_elsewhere_is_forgotten_with_it(project: Project) -> None:
    project.configure(CONTRACTS)
    get, use = "from shop.db import session\n\ndef get():\n    return session\n", "from shop.get import get\n"
    project.write_all({"shop/__init__.py": "", "shop/db.py": DB, "shop/get.py": get, "shop/api.py": use})
    session = Session(project.config())
    query = {Path("shop/api.py"): f"{use}get().execute('x')\n"}
    assert rules(session.check(query).new) == [("data", "shop.api")]

    assert not session.check({**query, Path("shop/db.py"): "session = 1\n"}).new

    assert rules(session.check(query).new) == [("data", "shop.api")]


def test_what_is_read_between_checks_is_not_remembered(session: Session) -> None:
    semantic_model(session.codebase).resolver.resolve_in_module("shop.db", "session")
    recorder = session.codebase.results.recorder
    assert recorder.frame

    session.refresh()

    assert not recorder.frame


def test_the_whole_report_with_a_draft_comes_along(session: Session) -> None:
    result = session.check({Path("shop/api.py"): "def f(:\n"})
    assert [problem.code for problem in result.report.problems] == ["syntax"]
    assert [outcome.id for outcome in result.report.outcomes] == ["layered", "data", "quiet"]


def test_a_file_that_cannot_be_checked_is_told_although_it_is_as_broken_on_disk(project: Project) -> None:
    project.configure(CONTRACTS)
    project.write_all({"shop/__init__.py": "", "shop/api.py": "def f(:\n", "shop/db.py": "def g(:\n"})
    result = Session(project.config()).check({Path("shop/api.py"): "import shop.db\ndef f(:\n"})
    assert [problem.location and problem.location.path for problem in result.problems] == ["shop/api.py"]


def test_lines_that_move_are_no_change(session: Session) -> None:
    result = session.check({Path("shop/api.py"): "# more\n\n\n" + API})
    assert not result.new
    assert not result.fixed


def test_a_new_file_is_checked_before_it_exists(session: Session, project: Project) -> None:
    result = session.check({Path("shop/jobs.py"): API})
    assert ("data", "shop.jobs") in rules(result.new)
    assert not (project.root / "shop/jobs.py").exists()


def test_a_removed_file_takes_its_violations_along(session: Session) -> None:
    result = session.check({Path("shop/api.py"): None})
    assert ("data", "shop.api") in rules(result.fixed)


def test_a_draft_that_cannot_be_parsed_is_neither_a_pass_nor_a_violation(session: Session) -> None:
    result = session.check({Path("shop/db.py"): "def broken(:\n"})
    assert [problem.code for problem in result.problems] == ["syntax"]


def test_after_a_refresh_drafts_are_compared_with_what_is_on_disk_then(session: Session, project: Project) -> None:
    draft = "from shop import api\n" + DB
    project.write("shop/db.py", draft)
    session.refresh()
    assert not session.check({Path("shop/db.py"): draft}).new


def test_a_session_starts_from_the_results_of_an_earlier_run(session: Session, project: Project) -> None:
    computed = {result.module for batch in session.codebase.results.batches for result in batch.results}
    project.write("shop/api.py", API.replace("show", "see"))
    later = Session(project.config())
    again = {result.module for batch in later.codebase.results.batches for result in batch.results}
    assert computed > again - {PROGRAM} == {"shop.api"}
    assert rules(later.report.violations) == rules(session.report.violations)


def test_an_exception_is_lost_once_the_function_that_it_is_passed_to_logs_no_more(project: Project) -> None:
    rule = "{must_not: {catch: {exceptions: Exception, unless: log}}}"
    project.configure(f"project: {{packages: [shop]}}\ncontracts: [{{id: lost, kind: structure, rules: [{rule}]}}]")
    report = "import logging\n\ndef report(error):\n    logging.error(error)\n"
    pay = "from shop.log import report\n\ntry:\n    pay()\nexcept Exception as error:\n    report(error)\n"
    project.write_all({"shop/__init__.py": "", "shop/log.py": report, "shop/pay.py": pay})
    session = Session(project.config())

    result = session.check({Path("shop/log.py"): report.replace("logging.error(error)", "return str(error)")})

    assert not session.report.violations
    assert rules(result.new) == [("lost", "shop.pay")]


def test_a_draft_outside_of_the_project_is_told(session: Session) -> None:
    result = session.check({Path("shop/notes.txt"): "x", Path("elsewhere/api.py"): API, Path("shop/not-one.py"): API})
    assert [(problem.code, str(problem.location).partition(":")[0]) for problem in result.problems] == [
        ("no-module", "shop/notes.txt"),
        ("no-module", "elsewhere/api.py"),
        ("no-module", "shop/not-one.py"),
    ]


def test_a_new_file_that_the_configuration_excludes_is_no_module(project: Project) -> None:
    project.configure(CONTRACTS.replace("packages: [shop]", "packages: [shop], exclude: [shop.generated]"))
    project.write_all({"shop/__init__.py": "", "shop/api.py": API, "shop/db.py": DB, "shop/generated/old.py": API})
    drafts = {Path("shop/generated/new.py"): API, Path("shop/generated/old.py"): "x = 1\n"}
    result = Session(project.config()).check(drafts)
    assert not result.new
    assert [problem.code for problem in result.problems] == ["no-module", "no-module"]


def test_a_contract_that_a_draft_leaves_without_modules_is_told(session: Session) -> None:
    result = session.check({Path("shop/db.py"): None})
    assert "shop.db" in " ".join(problem.message for problem in result.problems)


def test_a_new_file_in_a_new_folder_can_be_imported(session: Session) -> None:
    more = {Path("shop/more/api.py"): "from shop import api\n"}
    result = session.check({Path("shop/db.py"): f"from shop.more import api\n{DB}", **more})
    assert ("layered", "shop.db") in rules(result.new)


@dataclass(frozen=True, kw_only=True)
class ShortProject(PerFileContract):
    """A kind of a plug-in that reads files by itself: no module while another one is empty."""

    kind: ClassVar[str] = "short"

    def checker(self, codebase: Codebase) -> Checker:
        def check(source: Source) -> Iterator[Violation]:
            if not codebase.sources["shop.db"].content:
                yield self.violation("shop.db is empty", Location(source.display_path), source.module)

        return check

    def names(self, codebase: Codebase) -> SemanticModel:
        return semantic_model(codebase)

    def scope(self, codebase: Codebase) -> frozenset[str]:
        return codebase.modules

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        return codebase.modules


def test_contracts_of_plug_ins_are_checked_as_a_whole(session: Session) -> None:
    own = Session(replace(session.config, contracts=(*session.config.contracts, ShortProject(id="short"))))
    assert ("short", "shop.api") in rules(own.check({Path("shop/db.py"): ""}).new)
