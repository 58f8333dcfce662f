"""Contracts of kind `effects`: their keys, their faults, and what their violations say."""

import pytest
from effect_shops import SHOP
from project import Project

from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import ScopeFact
from archguard.incremental.dependencies import facts_in
from archguard.kinds import Effects
from archguard.model import Confidence, Report, Violation

QUERIES = """
from shop.store import load


def bill(db, keys):
    for key in keys:
        load(db, key)
"""


def report_on(project: Project, text: str, rules: str, more: str = "") -> Report:
    """The report on a contract with these rules, and `text` as `shop/service.py`."""
    project.write_all(SHOP)
    project.write("shop/service.py", text)
    project.configure(
        f"""
        version: 1
        project: {{packages: [shop]}}
        contracts:
          - {{id: effects, kind: effects, rules: [{rules}]{more}}}
        """
    )
    return project.check()


def test_a_violation_names_the_function_the_call_and_the_chain_down_to_the_effect(project: Project) -> None:
    report = report_on(project, QUERIES, "{in: loop, must_not: query}")

    (violation,) = report.violations
    assert violation.message == ("shop.service.bill must not query the database in a loop: it calls `shop.store.load`")
    assert [(step.importer, step.imported, step.path, step.line) for step in violation.chain] == [
        ("shop.service.bill", "shop.store.load", "shop/service.py", 7),
        ("shop.store.load", "sqlalchemy.orm.Session.get", "shop/store.py", 9),
    ]
    assert (violation.rule, violation.symbol) == ("in a loop must not query", "shop.store.load")
    assert violation.confidence is Confidence.CERTAIN


def test_a_direct_effect_has_no_chain(project: Project) -> None:
    text = "import time\n\n\nasync def wait():\n    time.sleep(1)\n"

    report = report_on(project, text, "{functions: {be: async}, must_not: blocking}")

    (violation,) = report.violations
    assert violation.message == "shop.service.wait must not block the event loop: it calls `time.sleep`"
    assert violation.chain == ()


def test_one_call_is_reported_once_for_all_its_effects(project: Project) -> None:
    text = "from shop.store import store\n\n\ndef keep(db, orders):\n    [store(db, order) for order in orders]\n"

    report = report_on(project, text, "{in: loop, must_not: [query, commit]}")

    assert [violation.message for violation in report.violations] == [
        "shop.service.keep must not write to the database and commit in a loop: it calls `shop.store.store`"
    ]


def test_the_identity_of_a_violation_depends_on_neither_its_line_nor_other_rules(project: Project) -> None:
    first = report_on(project, QUERIES, "{in: loop, must_not: query}").violations
    second = report_on(project, "\n\n" + QUERIES, "{in: transaction, must_not: http}, {in: loop, must_not: query}")

    assert [violation.fingerprint for violation in first] == [violation.fingerprint for violation in second.violations]


def test_a_module_under_except_is_neither_looked_at_nor_followed(project: Project) -> None:
    report = report_on(project, QUERIES, "{in: loop, must_not: query, except: shop.store}")

    assert not report.violations


def test_a_rule_looks_at_its_modules_only(project: Project) -> None:
    report = report_on(project, QUERIES, "{modules: shop.store, in: loop, must_not: query}")

    assert not report.violations


def test_a_rule_without_a_place_is_about_all_that_its_code_does(project: Project) -> None:
    text = "from shop.store import load\n\n\ndef show(db):\n    return load(db, 1)\n"

    followed = report_on(project, text, "{modules: shop.service, must_not: query, through: calls}")
    direct = report_on(project, text, "{modules: shop.service, must_not: query, through: nothing}")

    assert [violation.location.line for violation in followed.violations] == [5]
    assert not direct.violations


def test_functions_are_selected_by_their_decorators(project: Project) -> None:
    text = """
from fastapi import APIRouter

from shop.store import store

router = APIRouter()


@router.get("/")
def show(db, order):
    store(db, order)


@router.post("/")
def keep(db, order):
    store(db, order)
"""

    report = report_on(project, text, '{functions: {decorated_with: "*.get"}, must_not: write}')

    assert [violation.location.line for violation in report.violations] == [11]


def test_the_depth_limits_how_far_calls_are_followed(project: Project) -> None:
    text = """
from sqlalchemy.orm import Session

from shop.store import Orders


def bill(db: Session, keys):
    return [Orders(db).get(key) for key in keys]
"""

    assert not report_on(project, text, "{in: loop, must_not: query}", ", depth: 1").violations
    assert report_on(project, text, "{in: loop, must_not: query}", ", depth: 2").violations


def test_what_depends_on_an_unknown_argument_is_likely(project: Project) -> None:
    text = """
from shop.store import store


def keep(db, orders, commit):
    for order in orders:
        store(db, order, commit=commit)
"""

    (violation,) = report_on(project, text, "{in: loop, must_not: commit}").violations

    assert violation.confidence is Confidence.LIKELY


def test_what_only_one_of_several_implementations_does_is_possible(project: Project) -> None:
    text = """
from shop.models import Book


class Memory:
    def has(self, name):
        return False


class Table:
    def has(self, name):
        return Book.objects.filter(title=name).exists()


def store(fast: bool) -> Memory | Table:
    return Memory() if fast else Table()


def missing(names, fast):
    return [name for name in names if not store(fast).has(name)]
"""

    (violation,) = report_on(project, text, "{in: loop, must_not: query}").violations

    assert violation.confidence is Confidence.POSSIBLE


def test_a_comment_with_a_reason_exempts_a_place(project: Project) -> None:
    text = QUERIES.replace("load(db, key)\n", "load(db, key)  # archguard: ignore[effects] three keys at most\n")

    assert not report_on(project, text, "{in: loop, must_not: query}").violations


def test_a_gateway_of_the_project_can_be_declared(project: Project) -> None:
    text = """
from shop.bus import Bus


def tell(bus: Bus, orders):
    for order in orders:
        bus.publish(order)
"""
    project.write("shop/bus.py", "class Bus:\n    def publish(self, order): ...\n")

    report = report_on(
        project, text, "{in: loop, must_not: queue}", ", clients: {queue: {methods: {shop.bus.Bus: [publish]}}}"
    )

    assert [violation.location.line for violation in report.violations] == [7]


def test_calls_of_an_unknown_callee_are_counted(project: Project) -> None:
    report = report_on(project, "def show(page):\n    page.draw()\n    print(1)\n", "{in: loop, must_not: query}")

    (outcome,) = report.outcomes
    assert outcome.checked.unresolved >= 1
    assert outcome.checked.calls > outcome.checked.unresolved


@pytest.mark.parametrize(("limit", "is_broken"), [(49, True), (50, False)])
def test_too_many_calls_of_an_unknown_callee_break_the_contract(
    project: Project,
    limit: int,
    is_broken: bool,  # noqa: FBT001  # both sides of the limit
) -> None:
    text = "def show(page):\n    page.draw()\n    print(1)\n"

    report = report_on(
        project, text, "{modules: shop.service, in: loop, must_not: query}", f", max_unresolved: {limit}"
    )

    assert [violation.message for violation in report.violations] == [
        "the callee of 1 of 2 calls in shop.service is unknown, more than 49 %: what they do is not checked"
    ] * is_broken


@pytest.mark.parametrize(
    ("rules", "more", "expected"),
    [
        ("{in: loop, must_not: [quary]}", "", "there is no effect 'quary'"),
        ("{in: loop, must_not: []}", "", "forbids nothing"),
        ("{in: loop, must_not: query}", ", depth: 0", "must be from 1 to 10"),
        ("{in: loop, must_not: query}", ", depth: 11", "must be from 1 to 10"),
        ("{in: loop, must_not: query}", ", max_unresolved: 101", "must be a percentage from 0 to 100"),
        ("{modules: shop.store, except: shop.*, must_not: query}", "", "rule 1 looks at no module"),
        ("{in: lop, must_not: query}", "", "lop"),
        ("{in: loop, must_not: query, modules: shop.absent}", "", "shop.absent"),
    ],
)
def test_a_fault_of_the_configuration_is_told(project: Project, rules: str, more: str, expected: str) -> None:
    report = None
    try:
        report = report_on(project, QUERIES, rules, more)
    except ExceptionGroup as errors:
        texts = [str(error) for error in errors.exceptions]
    else:
        texts = [problem.message for problem in report.problems]

    assert any(expected in text for text in texts), texts
    assert report is None or not report.passed


def test_each_file_alone_has_the_violations_that_it_has_in_the_whole(project: Project) -> None:
    rules = "{in: loop, must_not: query}, {must_not: [write, commit, file]}"
    report = report_on(project, QUERIES, rules)
    (contract,) = project.config().contracts
    assert isinstance(contract, Effects)

    alone = [
        violation
        for module in sorted(project.codebase().sources, reverse=True)
        for violation in _check_alone(project, contract, module)
    ]

    assert {found.fingerprint for found in alone} == {found.fingerprint for found in report.violations}
    assert len(alone) == len(report.violations) > 3


def _check_alone(project: Project, contract: Effects, module: str) -> list[Violation]:
    codebase = project.codebase()
    return list(contract.checker(codebase)(codebase.sources[module]))


def test_a_result_depends_on_the_text_and_the_lines_of_what_a_call_leads_to(project: Project) -> None:
    project.write_all(SHOP)
    project.write("shop/service.py", QUERIES)
    report_on(project, QUERIES, "{in: loop, must_not: query}")
    (contract,) = project.config().contracts
    codebase = project.codebase()
    recorder = codebase.results.recorder
    recorder.is_recording = True
    assert isinstance(contract, Effects)

    with recorder.root() as frame:
        assert list(contract.checker(codebase)(codebase.sources["shop.service"]))

    read = {(fact.scope.name, fact.reading) for fact in facts_in(frame) if isinstance(fact, ScopeFact)}
    assert {("shop.store.load", Reading.TEXT), ("shop.store.load", Reading.LINES)} <= read
    assert ("shop.store.describe", Reading.TEXT) not in read


def test_a_second_file_depends_on_what_the_first_one_has_asked_for(project: Project) -> None:
    report_on(project, QUERIES, "{in: loop, must_not: query}")
    project.write("shop/other.py", QUERIES)
    (contract,) = project.config().contracts
    codebase = project.codebase()
    recorder = codebase.results.recorder
    recorder.is_recording = True
    assert isinstance(contract, Effects)
    check = contract.checker(codebase)

    found = []
    for module in ("shop.service", "shop.other"):
        with recorder.root() as frame:
            assert list(check(codebase.sources[module]))
        found.append({(fact.scope.name, fact.reading) for fact in facts_in(frame) if isinstance(fact, ScopeFact)})

    assert all(("shop.store.load", Reading.TEXT) in read for read in found)


def test_what_is_found_does_not_depend_on_contracts_before_it(project: Project) -> None:
    """The route table looks at expressions from the end of a function, where `session` is something else."""
    project.write(
        "app.py",
        """\
import requests
from fastapi import Depends, FastAPI
from tornado.web import RequestHandler

app = FastAPI()

def current_user() -> str:
    raise PermissionError

@app.get("/sync", dependencies=[Depends(current_user)])
def sync(names: list[str]) -> None:
    session = requests.Session()
    for name in names:
        session.get(f"https://example.org/{name}", timeout=3)
    session = None
""",
    )
    access = "  - {id: a, kind: access, guards: [app.current_user]}\n"
    effects = "  - {id: e, kind: effects, rules: [{modules: app, in: loop, must_not: [remote]}]}\n"
    found = []
    for contracts in (effects, effects + access, access + effects):
        project.configure(f"version: 1\nproject: {{packages: [app]}}\ncontracts:\n{contracts}")
        found.append([violation for violation in project.check().violations if violation.contract == "e"])
    assert found[0]
    assert found[0] == found[1] == found[2]
