"""A correct configuration is bound without pydantic, and to what pydantic would make of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from archguard.config.binding import File
from archguard.config.document import Document
from archguard.config.plain_binding import InDoubtError, bind_plainly, key_of
from archguard.config.pydantic_binding import bind
from archguard.config.yaml_document import parse_yaml
from archguard.kinds import BUILT_IN, Contract, kinds
from archguard.kinds.layers import Layers

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```yaml(?: title=\"archguard.yaml\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def texts() -> Iterator[str]:
    """Every configuration in the examples, the packs and the reference."""
    for folder in ("examples", "contracts"):
        yield from (file.read_text(encoding="utf-8") for file in sorted((ROOT / folder).rglob("*.yaml")))
    for page in sorted((ROOT / "docs/reference").rglob("*.md")):
        yield from _BLOCK.findall(page.read_text(encoding="utf-8"))


def values() -> Iterator[tuple[type, dict[str, Any]]]:
    """Each contract, and each of the other top-level keys, with the type that it is bound to."""
    for text in texts():
        data = parse_yaml(Path(), "archguard.yaml", text).data
        if isinstance(data, dict) and data.keys() <= {key_of(field) for field in File.__dataclass_fields__.values()}:
            yield from ((File, {key: value}) for key, value in data.items() if value is not None)
            for contract in data.get("contracts") or ():
                kind = kinds().get(contract.get("kind"))
                if kind and contract.get("id"):
                    yield kind, {key: value for key, value in contract.items() if key != "kind"}


def by_pydantic(type_: type, value: Any) -> Any:
    return bind(type_, Document(Path(), "", "", value), (), value)[0]


VALUES = [(type_, value) for type_, value in values() if by_pydantic(type_, value) is not None]


def test_every_configuration_that_is_shown_is_bound_as_by_pydantic() -> None:
    bound = [(bind_plainly(type_, value), by_pydantic(type_, value)) for type_, value in VALUES]

    assert {getattr(plain, "kind", "") for plain, _ in bound} == {"", *BUILT_IN}
    for plain, right in bound:
        assert (plain, repr(plain)) == (right, repr(right))


_WORDS = [
    "shop",
    "shop.*",
    "a -> b",
    "a | b",
    "(a)",
    "error",
    "ignore",
    "true",
    "yes",
    "1",
    "0.5",
    "2027-01-01",
    "2027-W01-1",
]
_ODD = (
    st.sampled_from([*_WORDS, "", " ", "include", "timeout", "services", "\ud800", "é", "20270101", "2027-1-311"])
    | st.integers(-3, 10**20)
    | st.sampled_from([None, True, False, 0, 1, 0.5, float("inf"), float("nan"), date(2027, 1, 1)])
)
odd = st.recursive(
    _ODD,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["modules", "import", "named", "exceptions", "unknown", "reason"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)


def replaced(value: Any, keys: tuple[str | int, ...], other: Any) -> Any:
    """A copy of `value` with `other` at `keys`."""
    if not keys:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[keys[0]] = replaced(copy[keys[0]], keys[1:], other)
    return copy


def places(value: Any) -> Iterator[tuple[str | int, ...]]:
    yield ()
    items = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    for key, inner in items:
        yield from ((key, *below) for below in places(inner))


@settings(max_examples=1500)
@given(data=st.data())
def test_what_is_bound_is_what_pydantic_binds(data: st.DataObject) -> None:
    type_, value = data.draw(st.sampled_from(VALUES))
    changed = replaced(value, data.draw(st.sampled_from([*places(value)])), data.draw(odd))

    try:
        plain = bind_plainly(type_, changed)
    except InDoubtError:
        return

    assert repr(plain) == repr(by_pydantic(type_, changed))


@settings(max_examples=500)
@given(kind=st.sampled_from(sorted(BUILT_IN)), data=st.data())
def test_a_key_with_any_value_is_bound_as_by_pydantic(kind: str, data: st.DataObject) -> None:
    type_ = kinds()[kind]
    key = data.draw(st.sampled_from([key_of(field) for field in type_.__dataclass_fields__.values()]))
    right = next(value for found, value in VALUES if found is type_)
    changed = {**right, key: data.draw(odd)}

    try:
        plain = bind_plainly(type_, changed)
    except InDoubtError:
        return

    assert repr(plain) == repr(by_pydantic(type_, changed))


@pytest.mark.parametrize(
    "layer",
    [{"modules": "shop", "optional": "yes"}, {"modules": "shop", "optional": 1}, {"modules": []}, {"modules": None}],
)
def test_pydantic_decides_what_may_be_meant_in_several_ways(layer: Mapping[str, Any]) -> None:
    with pytest.raises(InDoubtError):
        bind_plainly(Layers, {"id": "layers", "layers": [layer, "other"]})


@dataclass(frozen=True, kw_only=True)
class OfAPlugIn(Contract):
    """A kind that leaves the validation to pydantic."""

    kind: ClassVar[str] = "of_a_plug_in"
    most: Annotated[int, Field(le=3)] = 0


def test_pydantic_binds_the_kinds_of_plug_ins() -> None:
    with pytest.raises(InDoubtError):
        bind_plainly(OfAPlugIn, {"id": "x", "most": 5})

    assert by_pydantic(OfAPlugIn, {"id": "x", "most": 5}) is None
