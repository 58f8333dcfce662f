"""What each view shows of the code."""

import pytest
from drawn import arrow, node, pairs, view
from project import Project

from archguard.diagrams import Line, NodeKind, View, dot
from archguard.errors import ArchguardError


def rows(drawn: View) -> list[list[str]]:
    return [[it.name for it in drawn.members(layer.name)] for layer in drawn.layers]


def test_components_stand_in_their_layers_from_top_to_bottom(shop: Project) -> None:
    drawn = view(shop, "components")

    assert rows(drawn) == [["controllers"], ["services"], ["repositories"]]
    assert node(drawn, "controllers").kind is NodeKind.COMPONENT
    assert node(drawn, "controllers").description == "what the shop answers with"
    assert node(drawn, "services").modules == 3


def test_what_is_in_no_component_is_drawn_by_package(shop: Project) -> None:
    drawn = view(shop, "components")

    loose = [(it.name, it.label, it.kind) for it in drawn.members("")]
    assert loose == [("shop.main", "main", NodeKind.MODULE), ("shop.models", "models", NodeKind.PACKAGE)]


def test_an_arrow_counts_its_imports_and_names_their_lines(shop: Project) -> None:
    found = arrow(view(shop, "components"), "controllers", "services")

    assert found.count == 2
    assert found.lines == (
        Line("shop.controllers.orders", "shop.services.orders", "shop/controllers/orders.py", 1),
        Line("shop.controllers.orders", "shop.services.prices", "shop/controllers/orders.py", 1),
    )


def test_an_arrow_that_breaks_a_contract_says_which(shop: Project) -> None:
    drawn = view(shop, "components")

    assert arrow(drawn, "repositories", "services").contracts == ("layered",)
    assert arrow(drawn, "controllers", "services").contracts == ()


def test_violations_that_are_on_no_arrow_are_inside_of_their_node(shop: Project) -> None:
    drawn = view(shop, "components")

    assert [it.contract for it in node(drawn, "services").violations] == ["no-http"]
    assert [it.contract for it in node(drawn, "shop.models").violations] == ["models-apart", "models-apart"]


def test_every_violation_is_somewhere(shop: Project) -> None:
    drawn = view(shop, "components")

    places = [it for part in (*drawn.nodes, *drawn.arrows) for it in part.violations]
    assert sorted(it.fingerprint for it in places) == sorted(it.fingerprint for it in shop.check().violations)


def test_the_arrow_that_breaks_a_contract_is_the_one_that_closes_the_cycle(shop: Project) -> None:
    drawn = view(shop, "components")

    assert [(it.source, it.target) for it in drawn.arrows if it.is_cyclic] == [
        ("repositories", "services"),
        ("services", "repositories"),
    ]
    assert [(it.source, it.target) for it in drawn.arrows if it.closes_cycle] == [("repositories", "services")]


def test_an_arrow_for_type_checkers_only_is_told(shop: Project) -> None:
    drawn = view(shop, "components")

    assert [(it.source, it.target) for it in drawn.arrows if it.is_type_checking] == [("services", "shop.models")]


def test_layers_without_components_are_nodes_of_their_own(shop: Project) -> None:
    shop.configure(
        """\
        contracts:
          - {id: own, kind: layers, within: shop, layers: [controllers, "services | models", repositories]}
        """
    )

    drawn = view(shop)

    assert rows(drawn) == [["shop.controllers"], ["shop.models", "shop.services"], ["shop.repositories"]]


def test_packages_are_drawn_down_to_a_depth_in_the_frames_of_those_above(shop: Project) -> None:
    drawn = view(shop, "packages", depth=3)

    assert [it.name for it in drawn.groups] == ["shop.models", "shop.services"]
    assert [it.label for it in drawn.members("shop.models")] == ["item", "order"]
    assert ("shop.models.item", "shop.models.order") in pairs(drawn)


def test_an_empty_package_that_only_holds_others_is_not_drawn(shop: Project) -> None:
    drawn = view(shop, "packages")

    assert [it.name for it in drawn.nodes] == [
        "shop.controllers",
        "shop.main",
        "shop.models",
        "shop.repositories",
        "shop.services",
    ]


def test_services_are_drawn_with_each_way_in_which_they_reach_each_other(services: Project) -> None:
    drawn = view(services)

    assert [(it.name, it.kind) for it in drawn.nodes] == [
        ("logs", NodeKind.PACKAGE),
        ("orders", NodeKind.SERVICE),
        ("payments", NodeKind.SERVICE),
    ]
    assert [(it.source, it.target, it.channel.value, it.contracts) for it in drawn.arrows] == [
        ("orders", "logs", "import", ()),
        ("orders", "payments", "http", ()),
        ("orders", "payments", "queue", ()),
        ("orders", "payments", "table", ("who-calls-whom",)),
        ("payments", "logs", "import", ()),
    ]


def test_a_call_of_a_service_names_its_line(services: Project) -> None:
    found = arrow(view(services), "orders", "payments", "http")

    assert found.lines == (Line("orders::app.pay", "http://payments/pay", "orders/app/pay.py", 6),)


def test_a_contract_is_drawn_with_its_own_violations_only(shop: Project) -> None:
    drawn = view(shop, "contract", "no-http")

    assert [(it.name, it.kind) for it in drawn.nodes] == [
        ("requests", NodeKind.EXTERNAL),
        ("services", NodeKind.COMPONENT),
    ]
    assert arrow(drawn, "services", "requests").contracts == ("no-http",)
    assert [it for it in drawn.nodes if it.violations] == []


def test_who_takes_part_in_breaking_a_contract_is_drawn_with_it(shop: Project) -> None:
    shop.write("shop/repositories/orders.py", "from shop import helper\n")
    shop.write("shop/helper.py", "from shop.services import prices\n")

    drawn = view(shop, "contract", "layered")

    assert arrow(drawn, "repositories", "shop.helper").contracts == ("layered",)
    assert arrow(drawn, "shop.helper", "services").contracts == ()


def test_a_contract_of_services_is_drawn_with_the_ways_that_it_judges(services: Project) -> None:
    drawn = view(services, "contract", "who-calls-whom")

    assert drawn.title == "who-calls-whom (services)"
    assert arrow(drawn, "orders", "payments", "table").contracts == ("who-calls-whom",)
    assert arrow(drawn, "orders", "payments", "http").contracts == ()


def test_a_focus_shows_what_imports_a_module_and_what_it_imports(shop: Project) -> None:
    drawn = view(shop, "focus", "shop.services.orders")

    assert pairs(drawn) == [
        ("shop.controllers.orders", "shop.services.orders"),
        ("shop.services.orders", "requests"),
        ("shop.services.orders", "shop.repositories.orders"),
    ]
    assert [it.name for it in drawn.nodes if it.is_focus] == ["shop.services.orders"]


def test_a_focus_goes_as_many_steps_as_it_is_told(shop: Project) -> None:
    drawn = view(shop, "focus", "shop.services.orders", depth=2)

    assert ("shop.main", "shop.controllers.orders") in pairs(drawn)
    assert ("shop.repositories.orders", "shop.models.order") in pairs(drawn)
    assert "shop.models.item" not in {it.name for it in drawn.nodes}


def test_what_reaches_a_module_is_drawn_with_the_ways_there(shop: Project) -> None:
    drawn = view(shop, "reaches", "shop.services.prices")

    assert {it.name for it in drawn.nodes} == {
        "shop.controllers.orders",
        "shop.main",
        "shop.repositories.orders",
        "shop.services.orders",
        "shop.services.prices",
    }
    assert ("shop.services.prices", "shop.models.order") not in pairs(drawn)


@pytest.mark.parametrize(("steps", "is_sideways"), [(5, True), (6, False)])
def test_more_steps_than_fit_beside_each_other_are_drawn_below_each_other(
    project: Project, steps: int, *, is_sideways: bool
) -> None:
    project.write_all({f"shop/m{step}.py": f"from shop import m{step - 1}\n" for step in range(1, steps + 1)})
    project.write_all({"shop/__init__.py": "", "shop/m0.py": ""})
    project.configure("project: {packages: [shop]}\n")

    drawn = view(project, "reaches", "shop.m0")

    assert drawn.is_sideways is is_sideways
    assert f"rankdir={'LR' if is_sideways else 'TB'} " in dot.render(drawn)


def test_only_what_is_on_a_cycle_is_drawn_of_cycles(shop: Project) -> None:
    drawn = view(shop, "cycles")

    assert pairs(drawn) == [
        ("shop.models.item", "shop.models.order"),
        ("shop.models.order", "shop.models.item"),
    ]
    assert {it.name for it in drawn.nodes} == {"shop.models.item", "shop.models.order"}


def test_packages_can_form_a_cycle_where_their_modules_form_none(shop: Project) -> None:
    drawn = view(shop, "cycles", depth=2)

    assert pairs(drawn) == [("shop.repositories", "shop.services"), ("shop.services", "shop.repositories")]


def test_without_cycles_the_view_says_so(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": ""})
    project.configure("contracts: []")

    drawn = view(project, "cycles")

    assert (drawn.nodes, drawn.notes) == ((), ("there are no cycles",))


@pytest.mark.parametrize(
    ("configuration", "title"),
    [
        ("contracts: []", "shop: packages"),
        ("components: {all: shop}", "shop: components"),
        ("services: {one: {modules: shop}}", "one: services"),
    ],
)
def test_the_view_that_says_most_is_the_default(project: Project, configuration: str, title: str) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": ""})
    project.configure(configuration)

    assert view(project).title == title


@pytest.mark.parametrize(
    ("name", "subject", "message", "hint"),
    [
        ("contract", "layerd", "there is no contract 'layerd'", "did you mean 'layered'?"),
        ("focus", "shop.servces", "there is no component, service or module 'shop.servces'", "did you mean"),
        ("reaches", None, "the view reaches needs to know of what", "--view reaches NAME"),
        ("packages", "shop", "the view of packages is not about 'shop'", "--view focus shop"),
        ("services", None, "there are no services to draw", "--view packages"),
    ],
)
def test_what_cannot_be_drawn_is_told(shop: Project, name: str, subject: str | None, message: str, hint: str) -> None:
    with pytest.raises(ArchguardError) as raised:
        view(shop, name, subject)

    assert raised.value.message == message
    assert hint in raised.value.hint


def test_arrows_that_longer_ways_say_too_are_left_out_on_request(shop: Project) -> None:
    shop.write("shop/main.py", "from shop.controllers import orders\nfrom shop.models import item\n")

    full, drawn = view(shop, "components"), view(shop, "components", reduce=True)

    assert set(pairs(full)) - set(pairs(drawn)) == {("shop.main", "shop.models")}
    assert drawn.notes == ("arrows that longer paths imply are left out",)


def test_an_arrow_that_breaks_a_contract_is_never_left_out(shop: Project) -> None:
    shop.write(
        "shop/controllers/orders.py", "from shop.services import orders\nfrom shop.repositories import orders as o\n"
    )
    shop.configure(
        """\
        contracts:
          - {id: skips, kind: protected, modules: shop.repositories, only_imported_by: shop.services}
        """
    )

    drawn = view(shop, "packages", reduce=True)

    assert arrow(drawn, "shop.controllers", "shop.repositories").contracts == ("skips",)


def test_modules_and_services_may_have_any_name(project: Project) -> None:
    project.write_all({"läden/__init__.py": "", "läden/größe.py": "from läden import 店\n", "läden/店.py": ""})
    project.configure("contracts: []")

    assert pairs(view(project)) == [("läden.größe", "läden.店")]
