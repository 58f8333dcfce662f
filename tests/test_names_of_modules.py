"""What the functions say of a name, with and without a service."""

import pytest

from archguard.model import names


@pytest.mark.parametrize(
    ("name", "parent", "last", "top"),
    [
        ("shop.models.Order", "shop.models", "Order", "shop"),
        ("shop", "", "shop", "shop"),
        ("orders::app.models", "orders::app", "models", "orders::app"),
        ("", "", "", ""),
    ],
)
def test_the_ends_of_a_name(name: str, parent: str, last: str, top: str) -> None:
    assert names.split_last(name) == (names.parent_name(name), names.last_part(name)) == (parent, last)
    assert names.top_package(name) == top


def test_the_parents_of_a_name_begin_with_the_deepest() -> None:
    assert names.self_and_parents("orders::app.models") == ["orders::app.models", "orders::app"]


def test_a_name_is_shortened_to_its_first_parts() -> None:
    assert names.parts_of("shop.orders.models") == ["shop", "orders", "models"]
    assert names.shortened("shop.orders.models", 2) == "shop.orders"
    assert names.shortened("shop", 2) == "shop"


def test_a_name_is_in_another_one_if_a_dot_follows() -> None:
    others = ["shop", "shop.orders", "shopping", "my.shop.orders"]

    assert [name for name in others if names.is_at_or_below(name, "shop")] == ["shop", "shop.orders"]
    assert [name for name in others if names.is_below(name, "shop")] == ["shop.orders"]


def test_a_dotted_name_has_identifiers_only() -> None:
    texts = ["shop", "shop.orders", "shop..orders", "shop.1", "orders::app", ""]

    assert list(filter(names.is_dotted_name, texts)) == ["shop", "shop.orders"]


@pytest.mark.parametrize("name", ["orders::app.models", "app.models", ""])
def test_a_name_is_its_service_and_its_plain_name(name: str) -> None:
    assert names.split_service(name) == (names.service_of(name), names.plain_name(name))
    assert names.qualify(*names.split_service(name)) == name
