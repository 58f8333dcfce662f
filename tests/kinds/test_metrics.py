"""`metrics`: what its reference page does not show."""

import pytest
from project import Project, broken

from archguard.model import Report
from archguard.testing import architecture

CHAIN = {
    "shop/model.py": "class Order: ...\n",
    "shop/orders.py": "import shop.model\nfrom shop.model import Order\n",
    "shop/stock.py": "import shop.model\n",
    "shop/screens.py": "import shop.orders\nimport shop.stock\n",
}


def told(project: Project, keys: str) -> list[str]:
    """The sentences of a contract over the children of `shop`, with `keys`."""
    return [violation.message for violation in checked(project, keys).violations]


def checked(project: Project, keys: str) -> Report:
    project.write_all(CHAIN)
    project.configure(f"contracts: [{{id: x, kind: metrics, modules: shop.*, {keys}}}]\n")
    return project.check()


def faults(project: Project, keys: str) -> list[str]:
    return [f"{problem.message} ({problem.hint})" for problem in checked(project, keys).problems]


@pytest.mark.parametrize(
    ("keys", "messages"),
    [
        ("max: {afferent: 1}", ["the afferent coupling of shop.model is 2, at most 1 is allowed"]),
        ("max: {efferent: 1}", ["the efferent coupling of shop.screens is 2, at most 1 is allowed"]),
        ("max: {instability: 0.5}", ["the instability of shop.screens is 1, at most 0.5 is allowed"]),
        ("min: {instability: 0.2}", ["the instability of shop.model is 0, at least 0.2 is allowed"]),
        ("max: {distance: 0.5}", ["the distance from the main sequence of shop.model is 1, at most 0.5 is allowed"]),
        ("max: {ccd: 8}", ["the CCD of shop.* is 9, at most 8 is allowed"]),
        ("max: {acd: 2}", ["the ACD of shop.* is 2.25, at most 2 is allowed"]),
        ("max: {nccd: 1.1}", ["the NCCD of shop.* is 1.125, at most 1.1 is allowed"]),
        ("max: {propagation_cost: 0.5}", ["the propagation cost of shop.* is 0.5625, at most 0.5 is allowed"]),
        ("min: {nccd: 2}", ["the NCCD of shop.* is 1.125, at least 2 is allowed"]),
        ("max: {cyclicity: 0, largest_tangle: 0, cycles: 0, ccd: 9, modules: 1}", []),
        ("stable_dependencies: true", []),
    ],
)
def test_each_number_can_be_held_to_a_limit(keys: str, messages: list[str], project: Project) -> None:
    assert told(project, keys) == messages


def test_the_imports_that_a_number_is_due_to_are_shown_the_strongest_arrow_first(project: Project) -> None:
    (violation,) = checked(project, "max: {afferent: 1}").violations

    assert [(step.importer, step.imported, step.line) for step in violation.chain] == [
        ("shop.orders", "shop.model", 1),
        ("shop.stock", "shop.model", 1),
    ]
    assert str(violation.location) == "shop/orders.py:1:8"
    assert violation.fix[0] == "let shop.orders, shop.stock do without shop.model"


def test_the_arrow_is_named_without_which_changes_would_spread_least(project: Project) -> None:
    project.write("shop/themes.py", "import shop.screens\n")

    (violation,) = checked(project, "max: {ccd: 8}").violations

    assert violation.fix == ("do without shop.themes -> shop.screens, which lowers the CCD most: from 14 to 10",)


def test_the_identity_stays_when_the_number_changes(project: Project) -> None:
    before = checked(project, "max: {afferent: 1}").violations[0].fingerprint

    project.write("shop/themes.py", "import shop.model\n")
    after = checked(project, "max: {afferent: 1}").violations[0]

    assert after.message == "the afferent coupling of shop.model is 3, at most 1 is allowed"
    assert after.fingerprint == before


def test_an_ignored_import_does_not_count(project: Project) -> None:
    assert told(project, "max: {afferent: 1}, ignore: [shop.stock -> shop.model]") == []


def test_every_import_of_what_is_less_stable_is_listed(project: Project) -> None:
    project.write_all(CHAIN)
    project.write("shop/model.py", "import shop.themes\nfrom shop.themes import dark\n")
    project.write("shop/themes.py", "import shop.fonts, shop.colours\n\ndark = 1\n")
    project.write_all({"shop/fonts.py": "", "shop/colours.py": ""})
    project.configure("contracts: [{id: x, kind: metrics, modules: shop.*, stable_dependencies: true}]\n")

    report = project.check()

    assert broken(report) == [("shop.model", "shop.themes", 1), ("shop.model", "shop.themes", 2)]


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("severity: error", "asks for nothing (give `max`, `min` or `stable_dependencies`)"),
        ("max: {instability: 1}", "can never be broken: instability is at most 1 ()"),
        ("max: {cycles: 10000}", "can never be broken: cycles is at most 10000 ()"),
        ("max: {ccd: -1}", "can never be kept: ccd is at least 0 ()"),
        ("min: {cyclicity: 0}", "can never be broken: cyclicity is at least 0 ()"),
        ("min: {distance: 1.5}", "can never be kept: distance is at most 1 ()"),
        ("max: {ccd: 1}, context: shop.model", None),
        ("max: {ccd: 9}, context: shop", None),
    ],
)
def test_what_can_never_apply_is_a_fault(keys: str, fault: str | None, project: Project) -> None:
    assert faults(project, keys) == ([fault] if fault else [])


def test_units_that_are_only_counted_with_may_import_what_is_less_stable(project: Project) -> None:
    project.write_all(CHAIN)
    project.write("shop/model.py", "import shop.themes\n")
    project.write("shop/themes.py", "import shop.fonts, shop.colours\n")
    project.write_all({"shop/fonts.py": "", "shop/colours.py": ""})
    project.configure(
        "contracts: [{id: x, kind: metrics, modules: shop.screens, context: shop.*, stable_dependencies: true}]\n"
    )

    assert project.check().violations == ()


def test_what_all_imports_together_would_do_to_a_number_says_nothing_of_one(project: Project) -> None:
    project.write_all(CHAIN)
    project.configure("contracts: [{id: x, kind: metrics, modules: shop.*, stable_dependencies: true}]\n")

    assert "must not" not in project.call("where", "shop.model").stdout


def test_an_import_is_denied_that_would_lead_beyond_a_limit(project: Project) -> None:
    project.write_all(CHAIN)
    project.configure("contracts: [{id: x, kind: metrics, modules: shop.*, max: {cyclicity: 0}}]\n")

    denied = project.call("why", "shop.model", "shop.screens").stdout

    assert denied.startswith("shop.model must not import shop.screens.")
    assert "the cyclicity of shop.* is 1, at most 0 is allowed" in denied
    assert project.call("why", "shop.orders", "shop.stock").stdout.startswith("shop.orders may import shop.stock.")


def test_one_unit_has_nothing_to_be_coupled_to(project: Project) -> None:
    project.write_all(CHAIN)
    project.configure("contracts: [{id: x, kind: metrics, modules: shop.model, max: {instability: 0.5}}]\n")

    (problem,) = project.check().problems

    assert problem.message == "can never apply: shop.model is coupled to nothing else that is measured"


def test_a_unit_without_modules_of_its_own_is_a_fault(project: Project) -> None:
    project.write_all(CHAIN)
    project.configure(
        """
        components: {core: shop.model}
        contracts: [{id: x, kind: metrics, modules: [shop.model, shop, core], max: {ccd: 4}}]
        """
    )

    messages = [problem.message for problem in project.check().problems]

    assert messages == ["all modules of core belong to smaller units, or to those before it"]


def test_a_number_that_does_not_exist_is_named_with_those_that_do(project: Project) -> None:
    project.write_all(CHAIN)
    project.configure("contracts: [{id: x, kind: metrics, modules: shop.*, max: {instabilty: 0.5}}]\n")

    done = project.call("check")

    assert done.returncode == 2
    assert "instabilty" in done.stderr
    assert "instability" in done.stderr


def test_services_and_components_are_units_as_a_whole(project: Project) -> None:
    project.write("a/app/api.py", "import client\n")
    project.write("b/client/__init__.py", "")
    project.configure(
        """
        services: {orders: {root: a, packages: [app]}, payments: {root: b, packages: [client]}}
        contracts: [{id: x, kind: metrics, modules: [orders, payments], max: {efferent: 0}}]
        """
    )

    (violation,) = project.check().violations

    assert violation.message == "the efferent coupling of orders is 1, at most 0 is allowed"


def test_tests_can_hold_code_to_it(project: Project) -> None:
    project.write_all(CHAIN)
    rule = architecture(project.root).rule("metrics", modules=["shop.*"], max={"afferent": 1})

    with pytest.raises(AssertionError, match="the afferent coupling of shop.model is 2"):
        rule.assert_kept()
