"""What is known of the types of libraries."""

import pytest

from archguard.semantics import ExternalModels

LIBRARY = ExternalModels(
    returns={
        "acme.connect()": "acme.Connection",
        "acme.Connection.cursor()": "acme.Cursor",
        "acme.Connection.*": "acme.Table",
        "acme.Connection.*_id": "acme.Key",
        "acme.Connection.*.filter()": "acme.Rows[item]",
        "acme.Connection.insert(1)": "acme.Row",
        "acme.*(request)": "acme.Request",
        "acme.fields.*Field().__owner__": "acme.Model",
        "*.objects": "acme.Manager",
        "*.*_objects": "acme.Manager",
        "*.models.*.objects": "acme.Manager",
    },
    bases={"acme.Pooled": "acme.Connection", "acme.Odd": "acme.Even", "acme.Even": "acme.Odd"},
    names=frozenset({"acme.Extra", "acme.Connection.close"}),
)


def test_a_package_is_known_if_anything_in_it_is() -> None:
    assert LIBRARY.knows_package("acme")
    assert LIBRARY.knows_package("acme.nothing.of.this")
    assert not LIBRARY.knows_package("acme2.connect")
    assert not LIBRARY.knows_package("other.acme")


def test_a_class_has_what_its_bases_have() -> None:
    assert LIBRARY.ancestry("acme.Pooled") == ("acme.Pooled", "acme.Connection")
    assert LIBRARY.knows("acme.Connection.cursor")
    assert LIBRARY.knows("acme.Connection.close")
    assert not LIBRARY.knows("acme.Cursor.fetch")


def test_bases_in_a_cycle_end() -> None:
    assert LIBRARY.ancestry("acme.Odd") == ("acme.Odd", "acme.Even")


@pytest.mark.parametrize(
    ("name", "member", "result"),
    [
        ("acme.Connection.orders", "acme.Table", ""),
        ("acme.Connection.cursor", "", "acme.Cursor"),  # a method is none of the attributes that `*` stands for
        ("acme.Connection.close", "", ""),  # nor is a name that is known
        ("acme.Connection.get_orders", "", ""),
        ("acme.Connection.__len__", "", ""),
        ("acme.Connection.order_id", "acme.Key", ""),
        ("acme.Connection.orders.filter", "", "acme.Rows[item]"),
        ("acme.Pooled.orders", "acme.Table", ""),
        ("acme.Pooled.cursor", "", "acme.Cursor"),
        ("acme.pools.Pooled.orders.filter", "", "acme.Rows[item]"),
        ("acme.Cursor.fetch", "", ""),
        ("other.Connection.cursor", "", ""),
    ],
)
def test_the_model_of_a_name_is_its_own_or_that_of_a_pattern(name: str, member: str, result: str) -> None:
    assert (LIBRARY.member(name), LIBRARY.result(name)) == (member, result)


@pytest.mark.parametrize(
    ("name", "of_any_class", "of_any_model"),
    [
        ("shop.models.Order.objects", True, True),
        ("shop.Order.objects", True, False),
        ("shop.Order.paid_objects", True, False),
        ("shop.Order.objects_paid", False, False),
        ("shop.models.order.objects", False, False),
        ("acme.models.Table.objects", True, True),
        ("acme.Table.objects", False, False),  # what has a model has no attributes of any class
    ],
)
def test_a_class_without_a_model_has_the_attributes_of_any_class(
    name: str,
    of_any_class: bool,  # noqa: FBT001
    of_any_model: bool,  # noqa: FBT001
) -> None:
    assert bool(LIBRARY.of_any_class(name)) is of_any_class
    assert bool(LIBRARY.of_any_model(name)) is of_any_model


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("acme.db.Connection", "acme.Connection"),  # the class of a key
        ("acme.db.Pooled", "acme.Pooled"),  # a class with a base
        ("acme.db.Odd", "acme.Odd"),
        ("acme.db.Cursor", "acme.Cursor"),  # the type of a result
        ("acme.db.Extra", "acme.Extra"),  # a further name
        ("acme.db.connect", "acme.db.connect"),  # a function of that name may be another one
        ("acme.db.Unheard", "acme.db.Unheard"),
        ("other.Connection", "other.Connection"),
    ],
)
def test_a_class_is_known_under_each_module_of_its_package(name: str, expected: str) -> None:
    assert LIBRARY.canonical(name) == expected


def test_a_field_a_method_and_a_parameter_tell_of_a_class() -> None:
    assert LIBRARY.owner("acme.fields.TextField") == "acme.Model"
    assert LIBRARY.owner("acme.fields.Text") == ""
    assert LIBRARY.passed("acme.Pooled", "insert", 1) == "acme.Row"
    assert LIBRARY.passed("acme.Pooled", "insert", 0) == ""
    assert LIBRARY.conventions == {"request": (("acme", "acme.Request"),)}
