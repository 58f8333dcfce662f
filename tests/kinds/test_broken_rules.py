"""Rules of one contract are told apart: each broken one is reported, and a known one covers no other."""

import json
from typing import Any

import pytest
from project import Project

LONG_AND_WIDE = "def create(a, b):\n    x = 1\n    y = 2\n    return x\n"
LENGTH = '{functions: "*", must_not: {exceed: {lines: 3}}}'
WIDTH = '{functions: "*", must_not: {exceed: {parameters: 1}}}'


def configure(project: Project, *rules: str) -> None:
    project.configure(f"contracts: [{{id: s, kind: structure, rules: [{', '.join(rules)}]}}]\n")


def shop(project: Project, code: str, *rules: str) -> Project:
    project.write_all({"shop/__init__.py": "", "shop/api.py": code})
    configure(project, *rules)
    return project


@pytest.mark.parametrize("rules", [(LENGTH, WIDTH), (WIDTH, LENGTH)])
def test_a_function_that_breaks_two_rules_has_two_violations(project: Project, rules: tuple[str, str]) -> None:
    found = shop(project, LONG_AND_WIDE, *rules).check().violations

    assert {it.rule for it in found} == {
        "functions named * must not exceed lines",
        "functions named * must not exceed parameters",
    }
    assert len({it.fingerprint for it in found}) == len(found) == 2


def test_one_rule_with_two_limits_is_two_rules(project: Project) -> None:
    found = shop(project, LONG_AND_WIDE, '{functions: "*", must_not: {exceed: {lines: 3, parameters: 1}}}').check()

    assert len(found.violations) == 2


def test_two_limits_on_the_same_measure_are_both_reported(project: Project) -> None:
    found = shop(project, LONG_AND_WIDE, LENGTH, '{functions: "*", must_not: {exceed: {lines: 2}}}').check()

    assert len(found.violations) == 2


@pytest.mark.parametrize(
    ("rules", "before", "after"),
    [
        ((LENGTH, WIDTH), "def f(a):\n    x = 1\n    y = 2\n    return x\n", "def f(a, b):\n    return a\n"),
        (
            ("{classes: '*', must: {named: 'A*'}}", "{classes: '*', must: {inherit: Base}}"),
            "class Base: ...\nclass B(Base): ...\n",
            "class Base: ...\nclass A: ...\n",
        ),
        (
            ("{must_not: {take: [Session, Engine]}}",),
            "def f(s: Session): ...\n",
            "def f(e: Engine): ...\n",
        ),
        (
            (
                "{functions: {decorated_with: one}, must_not: {take: Session}}",
                "{functions: {decorated_with: two}, must_not: {take: Session}}",
            ),
            "@one\ndef f(s: Session): ...\n",
            "@two\ndef f(s: Session): ...\n",
        ),
        (
            ("{calls: [open, input], must: {reside_in: shop.files}}",),
            "def f():\n    open('a')\n",
            "def f():\n    input('a')\n",
        ),
        (
            ("{must_not: {define: [{named: f, be: async}, {named: f, exceed: {lines: 2}}]}}",),
            "async def f(): ...\n",
            "def f():\n    x = 1\n    return x\n",
        ),
    ],
)
def test_a_known_violation_of_one_rule_covers_no_other(
    project: Project, rules: tuple[str, ...], before: str, after: str
) -> None:
    project.write("shop/files.py", "class A: ...\n")
    shop(project, before, *rules)
    assert project.call("check").returncode == 1
    project.call("baseline")
    assert project.call("check").returncode == 0

    project.write("shop/api.py", after)

    assert project.call("check").returncode == 1


@pytest.mark.parametrize(
    "rules",
    [
        (WIDTH, LENGTH),
        (LENGTH, WIDTH, "{functions: nobody, must_not: {call: x}}"),
        (LENGTH.replace("3", "2"), WIDTH),
    ],
)
def test_what_is_known_stays_known_when_rules_move_or_limits_change(project: Project, rules: tuple[str, ...]) -> None:
    shop(project, LONG_AND_WIDE, LENGTH, WIDTH)
    project.call("baseline")

    configure(project, *rules)

    assert project.call("check").returncode == 0


def test_an_entry_of_the_baseline_names_the_rule(project: Project) -> None:
    shop(project, LONG_AND_WIDE, LENGTH).call("baseline")

    assert "rule: functions named * must not exceed lines" in (project.root / "archguard-baseline.yaml").read_text()


def test_every_format_with_identities_carries_the_rule(project: Project) -> None:
    shop(project, LONG_AND_WIDE, LENGTH)
    rule = "functions named * must not exceed lines"

    assert told(project, "json")["violations"][0]["rule"] == rule
    assert told(project, "sarif")["runs"][0]["results"][0]["properties"]["rule"] == rule
    assert told(project, "gitlab")[0]["check_name"] == f"archguard/s: {rule}"


def told(project: Project, format_: str) -> Any:
    return json.loads(project.call("check", "--format", format_).stdout)


def test_a_gateway_tells_its_rules_apart(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/api.py": "import requests\n\nrequests.get('https://a.example')\n"})
    project.configure("""
        contracts:
          - {id: g, kind: gateway, modules: shop, detect: calls, hosts: b.example, require: timeout}
    """)

    assert {it.rule for it in project.check().violations} == {"", "hosts", "require timeout"}
