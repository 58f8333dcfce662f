from dataclasses import replace
from itertools import pairwise, permutations

from archguard.model import Confidence, Location, Severity, Step, Violation
from archguard.model.root_causes import RootCause, root_causes, target
from archguard.reporters import causes


def by_import(*modules: str, contract: str = "layered", line: int = 1) -> Violation:
    """The violation by a chain of imports; the first is in `line`, the others are in line 1."""
    steps = [Step(one, other, f"{one}.py", 1) for one, other in pairwise(modules)]
    chain = (replace(steps[0], line=line), *steps[1:])
    return Violation(
        contract=contract,
        kind="layers",
        message=f"{modules[0]} must not import {modules[-1]}",
        location=Location(f"{modules[0]}.py", line, 8, line, 12),
        importer=modules[0],
        imported=modules[1],
        symbol=modules[-1] if len(modules) > 2 else "",
        chain=chain,
    )


def by_call(importer: str, symbol: str, line: int, contract: str = "queries", fix: str = "move it") -> Violation:
    return Violation(
        contract=contract,
        kind="database",
        message=f"{importer} must not call {symbol}",
        location=Location(f"{importer}.py", line, 5, line, 9),
        importer=importer,
        symbol=symbol,
        fix=(fix,),
    )


def sizes(*violations: Violation) -> list[int]:
    return [len(cause.violations) for cause in root_causes(violations)]


def test_one_import_line_that_breaks_several_contracts_is_one_cause() -> None:
    first, second = by_import("shop.a", "shop.b"), by_import("shop.a", "shop.b", contract="apart")

    (cause,) = root_causes([first, second])

    assert (cause.first, cause.here) == (first, (second,))
    assert [*causes.others(cause, "more")] == [("also", "shop.a must not import shop.b [apart]")]


def test_two_lines_that_break_a_contract_each_are_two_causes() -> None:
    assert sizes(by_import("shop.a", "shop.b"), by_import("shop.a", "shop.c", line=2)) == [1, 1]


def test_what_goes_through_a_line_that_breaks_a_contract_belongs_to_it() -> None:
    direct = by_import("shop.m", "shop.z")
    through = [by_import(f"shop.a{n}", "shop.m", "shop.z") for n in range(19)]

    (cause,) = root_causes([*through, direct])

    assert cause.first == direct
    assert cause.is_at_line
    assert [*causes.others(cause, "`--all` lists them")] == [
        ("note", "19 more violations go through this line; `--all` lists them")
    ]


def test_a_line_without_a_violation_of_its_own_is_named_where_a_chain_begins() -> None:
    (cause,) = root_causes([by_import("shop.a", "shop.m", "shop.z"), by_import("shop.b", "shop.m", "shop.z")])

    assert (cause.first.importer, cause.is_at_line) == ("shop.a", False)
    assert [*causes.others(cause, "more")] == [("note", "1 more violation goes through shop.m.py:1; more")]


def test_of_several_lines_on_the_way_the_one_with_the_most_violations_is_the_cause() -> None:
    long = by_import("shop.a", "shop.m", "shop.n", "shop.z")
    others = [by_import("shop.b", "shop.n", "shop.z"), by_import("shop.c", "shop.n", "shop.z")]

    (cause,) = root_causes([long, *others])

    assert cause.line == Step("shop.n", "shop.z", "shop.n.py", 1)


def test_of_lines_with_as_many_violations_the_last_one_is_the_cause() -> None:
    two = [by_import(f"shop.{name}", "shop.m", "shop.n", "shop.z") for name in "ab"]

    (cause,) = root_causes(two)

    assert cause.line == Step("shop.n", "shop.z", "shop.n.py", 1)


def test_chains_that_share_no_line_have_causes_of_their_own() -> None:
    assert sizes(by_import("shop.a", "shop.m", "shop.z"), by_import("shop.b", "shop.n", "shop.z")) == [1, 1]


def test_calls_of_one_module_into_one_package_are_one_cause_with_its_lines() -> None:
    calls = [
        by_call("shop.api", "sqlalchemy.text", 3),
        by_call("shop.api", "sqlalchemy.orm.Session.execute", 7),
        by_call("shop.api", "sqlalchemy.orm.Session.execute", 9),
    ]

    (cause,) = root_causes(calls)

    assert [*causes.others(cause, "more")] == [("also", "sqlalchemy.orm.Session.execute at lines 7, 9")]


def test_the_same_call_in_several_lines_is_told_by_its_lines() -> None:
    (cause,) = root_causes([by_call("shop.api", "requests.get", line) for line in (3, 7)])

    assert [*causes.others(cause, "more")] == [("also", "the same at line 7")]


def test_calls_of_other_modules_or_into_other_packages_or_of_names_of_the_project_are_apart() -> None:
    assert sizes(by_call("shop.api", "requests.get", 3), by_call("shop.web", "requests.get", 3)) == [1, 1]
    assert sizes(by_call("shop.api", "requests.get", 3), by_call("shop.api", "httpx.get", 4)) == [1, 1]
    assert sizes(by_call("shop.api", "shop.db.read", 3), by_call("shop.api", "shop.db.write", 4)) == [1, 1]


def test_a_call_with_two_faults_has_two_causes() -> None:
    call = by_call("shop.api", "requests.get", 3)
    without_timeout = replace(call, message="without a timeout", fix=("give it a timeout",))

    assert sizes(call, without_timeout) == [1, 1]


def test_a_call_that_breaks_two_contracts_has_one_cause() -> None:
    call = by_call("shop.api", "requests.get", 3)

    assert sizes(call, replace(call, contract="blocking", fix=("await it",))) == [2]


def test_functions_that_call_the_same_function_in_a_loop_are_apart() -> None:
    inner = Step("shop.db.read", "sqlite3.Connection.execute", "shop/db.py", 4)
    calls = [
        replace(by_call(f"shop.{name}", "shop.db.read", 3), chain=(Step(name, "shop.db.read", f"{name}.py", 3), inner))
        for name in "ab"
    ]

    assert sizes(*calls) == [1, 1]


def test_cycles_that_one_cut_ends_are_one_cause_at_the_cut() -> None:
    cycle = [by_import("shop.a", "shop.b", "shop.a"), by_import("shop.b", "shop.a", "shop.b")]
    cut = (Step("shop.b", "shop.a", "shop.b.py", 1),)
    upwards = by_import("shop.b", "shop.a", contract="upwards")

    (cause,) = root_causes([*(replace(it, cut=cut) for it in cycle), upwards])

    assert cause.first.importer == "shop.b"
    assert cause.here == (upwards,)
    assert [*causes.others(cause, "more")][1:] == [("note", "1 more violation goes through this line; more")]


def test_a_cut_of_several_imports_is_one_cause_too() -> None:
    cut = (Step("shop.b", "shop.a", "shop.b.py", 1), Step("shop.c", "shop.a", "shop.c.py", 1))
    names = [("shop.a", "shop.b"), ("shop.b", "shop.a"), ("shop.c", "shop.a")]

    (cause,) = root_causes(replace(by_import(*pair, pair[0]), cut=cut) for pair in names)

    assert cause.first.importer == "shop.b"
    assert [*causes.others(cause, "more")] == [("note", "2 more imports are part of these cycles; more")]


def test_cycles_with_cuts_of_their_own_are_apart() -> None:
    one = replace(by_import("shop.a", "shop.b", "shop.a"), cut=(Step("shop.a", "shop.b", "shop.a.py", 1),))
    other = replace(by_import("shop.c", "shop.d", "shop.c"), cut=(Step("shop.c", "shop.d", "shop.c.py", 1),))

    assert sizes(one, other) == [1, 1]


def test_errors_come_before_warnings_and_those_before_what_fails_no_run() -> None:
    error, warning, possible = (by_call(f"shop.{name}", "requests.get", 1) for name in "abc")
    warning = replace(warning, severity=Severity.WARNING)
    possible = replace(possible, confidence=Confidence.POSSIBLE)

    found = root_causes([possible, possible, warning, error])

    assert [cause.first for cause in found] == [error, warning, possible]


def test_no_violation_is_lost_and_none_is_in_two_causes() -> None:
    violations = [
        by_import("shop.a", "shop.m", "shop.z"),
        by_import("shop.b", "shop.m", "shop.z"),
        by_import("shop.b", "shop.m", contract="apart"),
        by_import("shop.m", "shop.z"),
        by_call("shop.a", "requests.get", 4),
        by_call("shop.a", "requests.get", 5),
        by_call("shop.a", "requests.get", 5),
    ]

    for order in permutations(violations):
        found = [violation for cause in root_causes(order) for violation in cause.violations]
        assert sorted(map(str, found)) == sorted(map(str, violations))


def test_the_groups_are_the_same_for_every_order() -> None:
    violations = [
        by_import("shop.a", "shop.m", "shop.z"),
        by_import("shop.b", "shop.m", "shop.z"),
        by_import("shop.b", "shop.n", "shop.z", line=2),
        by_import("shop.n", "shop.z"),
        by_call("shop.a", "requests.get", 4),
        by_call("shop.a", "requests.get", 5),
    ]

    groups = {
        frozenset(frozenset(cause.violations) for cause in root_causes(order)) for order in permutations(violations)
    }

    assert len(groups) == 1


def test_the_target_is_the_package_outside_or_the_other_service_or_the_name() -> None:
    call = by_call("orders::app.api", "sqlalchemy.orm.Session.execute", 1)

    assert target(call) == "sqlalchemy"
    assert target(replace(call, imported="payments::app.api")) == "payments"
    assert target(replace(call, imported="orders::app.db")) == "orders::app.db"
    assert target(replace(call, symbol="GET /orders.json")) == "GET /orders.json"


def test_pairs_of_services_are_counted() -> None:
    call = replace(by_call("orders::app.api", "GET /pay", 1), kind="services", imported="payments")
    imports = replace(by_import("orders::app.api", "payments::app.db"), kind="services")
    outside = by_call("orders::app.api", "requests.get", 1)

    assert causes.between_services([call, imports, outside]) == "Between services: orders -> payments 2."
    assert causes.between_services([call, outside]) == ""


def test_three_more_contracts_are_named_and_further_ones_are_counted() -> None:
    violation = by_import("shop.a", "shop.b")
    here = tuple(replace(violation, contract=f"c{n}") for n in range(5))

    told = [text for _, text in causes.others(RootCause(first=violation, here=here), "more")]

    assert told[2:] == ["shop.a must not import shop.b [c2]", "2 more violations at this place; more"]
