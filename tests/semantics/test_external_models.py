"""What is known of the types of libraries."""

from archguard.semantics import ExternalModels

LIBRARY = ExternalModels(
    returns={"acme.connect()": "acme.Connection", "acme.Connection.cursor()": "acme.Cursor"},
    bases={"acme.Pooled": "acme.Connection", "acme.Odd": "acme.Even", "acme.Even": "acme.Odd"},
)


def test_a_package_is_known_if_anything_in_it_is() -> None:
    assert LIBRARY.knows_package("acme")
    assert LIBRARY.knows_package("acme.nothing.of.this")
    assert not LIBRARY.knows_package("acme2.connect")
    assert not LIBRARY.knows_package("other.acme")


def test_a_class_has_what_its_bases_have() -> None:
    assert LIBRARY.ancestry("acme.Pooled") == ("acme.Pooled", "acme.Connection")
    assert LIBRARY.knows("acme.Connection.cursor")
    assert not LIBRARY.knows("acme.Connection.close")


def test_bases_in_a_cycle_end() -> None:
    assert LIBRARY.ancestry("acme.Odd") == ("acme.Odd", "acme.Even")
