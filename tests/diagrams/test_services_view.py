"""The view of services: one arrow for each pair and way, the same numbers in every format, and the hosts outside."""

import json
import re

import pytest
from drawn import arrow, node, pairs, view
from project import Project

from archguard.diagrams import Line, NodeKind, renderer


@pytest.fixture
def shop(project: Project) -> Project:
    """Orders import payments by name and by the path in the repository, and call them, a bank and a carrier."""
    project.write_all(
        {
            "services/orders/app/__init__.py": "",
            "services/orders/app/pay.py": (
                "from os import environ\n"
                "import httpx\n"
                "import payments_client\n"
                "from services.payments.payments_client import charge\n"
                "client = httpx.Client(base_url=environ.get('PAYMENTS_URL', 'http://payments'))\n"
                "\n\n"
                "def pay():\n"
                "    httpx.get('https://bank.io/rates')\n"
                "    httpx.post('https://bank.io/transfers')\n"
                "    httpx.post('https://carrier.io/parcels')\n"
            ),
            "services/payments/app/__init__.py": "",
            "services/payments/payments_client/__init__.py": "",
            "services/payments/payments_client/charge.py": "",
        }
    )
    project.configure(
        """\
        services:
          orders: {root: services/orders, packages: [app]}
          payments:
            root: services/payments
            packages: [app, payments_client]
            hosts: [payments, PAYMENTS_URL]
        contracts:
          - id: calls
            kind: services
            policy: {orders: {may_call: payments, channels: http}}
            external_hosts: {orders: bank.io}
        """
    )
    return project


def test_there_is_one_arrow_for_each_pair_and_way(shop: Project) -> None:
    drawn = view(shop, "services")

    assert [(it.source, it.target, it.channel.value, it.count) for it in drawn.arrows] == [
        ("orders", "bank.io", "http", 2),
        ("orders", "carrier.io", "http", 1),
        ("orders", "payments", "http", 1),
        ("orders", "payments", "import", 2),
    ]


def test_an_import_by_the_path_is_told_as_that_of_the_module_and_breaks_what_it_breaks(shop: Project) -> None:
    found = arrow(view(shop, "services"), "orders", "payments", "import")

    assert found.lines == (
        Line("orders::app.pay", "payments::payments_client", "services/orders/app/pay.py", 3),
        Line("orders::app.pay", "payments::payments_client.charge", "services/orders/app/pay.py", 4),
    )
    assert (found.count, found.broken, found.contracts) == (2, 2, ("calls",))


def test_a_line_that_names_an_address_and_its_setting_counts_once(shop: Project) -> None:
    found = arrow(view(shop, "services"), "orders", "payments", "http")

    assert found.count == 1
    assert [(it.path, it.line) for it in found.lines] == [("services/orders/app/pay.py", 5)]
    assert "http://payments" in found.lines[0].imported


def test_hosts_outside_are_drawn_and_red_where_they_are_not_allowed(shop: Project) -> None:
    drawn = view(shop, "services")

    assert (node(drawn, "bank.io").kind, node(drawn, "bank.io").label) == (NodeKind.EXTERNAL, "bank.io")
    assert arrow(drawn, "orders", "bank.io", "http").contracts == ()
    assert arrow(drawn, "orders", "carrier.io", "http").contracts == ("calls",)
    assert "carrier.io" in {it.name for it in view(shop, "contract", "calls").nodes}


def test_a_host_that_is_called_like_a_service_but_is_none_of_it_has_a_node_of_its_own(shop: Project) -> None:
    shop.write("services/orders/app/pay.py", "import httpx\nhttpx.get('http://orders/self')\n")

    drawn = view(shop, "services")

    assert pairs(drawn) == [("orders", "//orders")]
    assert node(drawn, "//orders").label == "orders"


@pytest.mark.parametrize(
    ("limit", "hosts"),
    [
        (None, ["a.io", "b.io", "c.io"]),
        (5, ["a.io", "b.io", "c.io"]),
        (4, ["2 more hosts", "a.io"]),
        (2, ["3 more hosts"]),
    ],
)
def test_of_more_hosts_than_fit_the_least_called_become_one(shop: Project, limit: int | None, hosts: list[str]) -> None:
    urls = ["http://a.io/1", "http://a.io/2", "http://b.io", "http://c.io"]
    shop.write("services/orders/app/pay.py", "import httpx\n" + "".join(f"httpx.get('{url}')\n" for url in urls))

    drawn = view(shop, "services", limit=limit)

    assert sorted(it.label for it in drawn.nodes if it.kind is not NodeKind.SERVICE) == hosts
    assert sum(it.count for it in drawn.arrows) == 4


def test_the_matrix_has_services_only(shop: Project) -> None:
    assert [it.name for it in view(shop, "matrix").nodes] == ["orders", "payments"]


def test_every_format_has_the_same_numbers(shop: Project) -> None:
    drawn = view(shop, "services")

    labels = ["HTTP 1", "HTTP 1", "2", "HTTP 2"]
    patterns = {
        "mermaid": r"\|([^|]+)\|",
        "dot": r'-> .*?label="? ?([^"]+?) ?"[ \]]',
        "d2": r'^n\d -> n\d: "([^"]+)"',
        "plantuml": r"-> n\d : (.+)$",
        "c4": r'^Rel\(n\d, n\d, "[^"]+", "([^"]+)"',
    }
    for format_, pattern in patterns.items():
        assert sorted(re.findall(pattern, str(renderer(format_)(drawn)), re.MULTILINE)) == sorted(labels), format_
    page = shop.call("diagram", "--format", "html").stdout
    data = json.loads(page.partition('type="application/json">')[2].partition("</script>")[0])
    assert sorted(it["count"] for it in data["arrows"]) == [1, 1, 2]
    assert sum(len(links) // 2 for links in data["links"]) == 2


def test_two_imports_of_one_line_that_both_break_a_contract_are_all_of_it(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "from shop.b import c, d\n"})
    project.write_all({"shop/b/__init__.py": "", "shop/b/c.py": "", "shop/b/d.py": ""})
    project.configure("contracts: [{id: apart, kind: forbidden, modules: shop.a, must_not_import: shop.b}]")

    found = arrow(view(project, "packages"), "shop.a", "shop.b")

    assert (found.count, found.broken) == (2, 2)
