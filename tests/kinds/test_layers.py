"""`layers`: what its reference page does not show."""

import pytest
from project import Project, broken

SHOP = {
    "shop/__init__.py": "",
    "shop/api/__init__.py": "",
    "shop/services/__init__.py": "",
    "shop/db/__init__.py": "",
    "shop/tools.py": "",
}


def layers(project: Project, text: str, **files: str) -> None:
    project.write_all(SHOP | {f"shop/{name}.py": content for name, content in files.items()})
    project.configure(f"contracts: [{{id: x, kind: layers, {text}}}]\n")


def test_an_import_upwards_through_modules_in_no_layer_is_found_where_it_begins(project: Project) -> None:
    layers(project, "layers: [shop.api, shop.db]", tools="import shop.more\n", more="import shop.api\n")
    project.write("shop/db/orders.py", "import shop.tools\n")

    (violation,) = project.check().violations

    assert (violation.importer, violation.imported, violation.symbol) == ("shop.db.orders", "shop.tools", "shop.api")
    assert [step.importer for step in violation.chain] == ["shop.db.orders", "shop.tools", "shop.more"]
    assert "through shop.tools and shop.more" in violation.message


def test_indirect_imports_do_not_count_where_they_are_not_to(project: Project) -> None:
    layers(project, "layers: [shop.api, shop.db], indirect: false", tools="import shop.api\n")
    project.write("shop/db/orders.py", "import shop.tools\n")

    assert project.check().passed


def test_a_way_through_another_layer_is_that_layers_affair(project: Project) -> None:
    layers(project, "layers: [shop.api, shop.services, shop.db]")
    project.write("shop/db/orders.py", "import shop.services.orders\n")
    project.write("shop/services/orders.py", "import shop.api\n")

    assert broken(project.check()) == [
        ("shop.db.orders", "shop.services.orders", 1),
        ("shop.services.orders", "shop.api", 1),
    ]


@pytest.mark.parametrize(("closed", "found"), [("false", 0), ("true", 1)])
def test_a_closed_stack_lets_nobody_skip_a_layer(project: Project, closed: str, found: int) -> None:
    layers(project, f"layers: [shop.api, shop.services, shop.db], closed: {closed}")
    project.write("shop/api/orders.py", "import shop.db\nimport shop.services\n")

    violations = project.check().violations

    assert len(violations) == found
    assert all("shop.api must go through shop.services" in violation.message for violation in violations)


def test_a_layer_that_is_missing_is_no_step_of_a_closed_stack(project: Project) -> None:
    layers(project, 'layers: [shop.api, "(shop.nowhere)", shop.db], closed: true')
    project.write("shop/api/orders.py", "import shop.db\n")

    assert project.check().passed


@pytest.mark.parametrize(("mark", "found"), [("|", 1), (":", 0)])
def test_siblings_are_apart_or_together(project: Project, mark: str, found: int) -> None:
    layers(project, f'layers: [shop.api, "shop.services {mark} shop.db"]')
    project.write("shop/services/orders.py", "import shop.db\n")

    assert len(project.check().violations) == found


def test_a_component_is_one_layer_whose_parts_import_each_other(project: Project) -> None:
    project.write_all(SHOP | {"shop/db/a.py": "import shop.services\n", "shop/services/b.py": "import shop.api\n"})
    project.configure("""\
        components: {below: [shop.services, shop.db]}
        contracts: [{id: x, kind: layers, layers: [shop.api, below]}]
    """)

    assert broken(project.check()) == [("shop.services.b", "shop.api", 1)]


def test_within_is_checked_package_by_package(project: Project) -> None:
    project.write_all({f"shop/{name}/{layer}.py": "" for name in ("one", "two") for layer in ("api", "db")})
    project.write("shop/one/db.py", "import shop.one.api\n")
    project.write("shop/two/db.py", "import shop.one.api\n")
    project.configure("contracts: [{id: x, kind: layers, within: shop.*, layers: [api, db]}]\n")

    assert broken(project.check()) == [("shop.one.db", "shop.one.api", 1)]


def test_a_layer_that_some_package_lacks_is_a_fault_unless_it_may(project: Project) -> None:
    project.write_all({"shop/one/api.py": "", "shop/one/db.py": "", "shop/two/api.py": ""})
    project.configure("contracts: [{id: x, kind: layers, within: shop.*, layers: [api, db]}]\n")
    assert [problem.message for problem in project.check().problems] == ["'shop.two.db' matches no module"]

    project.configure("contracts: [{id: x, kind: layers, within: shop.*, layers: [api, (db)]}]\n")
    assert project.check().passed


def test_an_exhaustive_stack_names_what_stands_in_no_layer(project: Project) -> None:
    layers(project, "within: shop, layers: [api, services, db], exhaustive: true, exhaustive_except: [tools]", more="")

    (violation,) = project.check().violations

    assert (violation.importer, violation.location.path) == ("shop.more", "shop/more.py")
    assert violation.message == "shop.more is in none of the layers"


def test_an_exhaustive_stack_without_within_looks_at_everything(project: Project) -> None:
    layers(project, "layers: [shop.api, shop.services, shop.db], exhaustive: true", more="")
    project.write("elsewhere/deep/a.py", "")

    assert [found.importer for found in project.check().violations] == ["elsewhere", "shop.more", "shop.tools"]


def test_what_is_not_allowed_is_denied(project: Project) -> None:
    layers(project, "may_import: {shop.api: [shop.services], shop.services: [shop.db], shop.db: []}")
    project.write("shop/api/orders.py", "import shop.services\nimport shop.db\nimport shop.tools\n")
    project.write("shop/db/orders.py", "import shop.db.more\n")
    project.write("shop/db/more.py", "import shop.api\n")

    report = project.check()

    assert broken(report) == [("shop.api.orders", "shop.db", 2), ("shop.db.more", "shop.api", 1)]
    assert "shop.api may import shop.services" in report.violations[0].message
    assert "shop.db may import none of them" in report.violations[1].message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("may_import: {shop.api: [shop.dbb], shop.db: []}", "'shop.dbb' is none of the layers"),
        ("layers: [shop.api, shop.db], may_import: {shop.api: []}", "needs one of `layers` and `may_import`"),
        ("layers: []", "needs one of `layers` and `may_import`"),
        ("layers: [shop.api, shop.db, shop.api]", "shop.api is two layers"),
        ('layers: ["(shop.one)", "(shop.two)"]', "can never apply: none of its layers is there"),
        ("layers: [shop.*, shop.db]", "shop.db is in two layers: shop.* and shop.db"),
    ],
)  # fmt: skip
def test_layers_that_make_no_sense_are_a_fault(project: Project, text: str, message: str) -> None:
    layers(project, text)

    report = project.check()

    assert message in [problem.message for problem in report.problems]
    assert not report.violations


def test_the_package_around_the_layers_is_in_none_of_them(project: Project) -> None:
    layers(project, "layers: [shop.api, shop.db]")
    project.write("shop/__init__.py", "import shop.api\n")
    project.write("shop/db/orders.py", "import shop\n")

    (violation,) = project.check().violations

    assert (violation.importer, violation.imported, violation.symbol) == ("shop.db.orders", "shop", "shop.api")


def test_each_line_that_imports_is_a_violation_of_its_own(project: Project) -> None:
    layers(project, "layers: [shop.api, shop.db]")
    project.write("shop/db/orders.py", "import shop.api\ndef f():\n    from shop import api\n")

    assert broken(project.check()) == [("shop.db.orders", "shop.api", 1), ("shop.db.orders", "shop.api", 3)]


def test_services_have_layers_of_their_own(project: Project) -> None:
    project.write_all({f"{name}/app/{layer}.py": "" for name in ("one", "two") for layer in ("api", "db")})
    project.write("one/app/db.py", "import app.api\n")
    project.configure("""\
        services: {one: {root: one}, two: {root: two}}
        contracts: [{id: x, kind: layers, within: "*::app", layers: [api, db]}]
    """)

    report = project.check()

    assert broken(report) == [("one::app.db", "one::app.api", 1)]
    assert report.outcomes[0].checked.modules == 4
