"""Classes of archguard's decorator behave as those of the standard library do."""

import dataclasses
import pickle
import re
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, field, fields, replace
from functools import cached_property, partial
from typing import Any

import pytest

from archguard.dataclass import dataclass

DECORATORS: Mapping[str, Any] = {"archguard": dataclass, "standard library": dataclasses.dataclass}
OPTIONS: list[dict[str, bool]] = [
    {},
    {"frozen": True},
    {"frozen": True, "kw_only": True},
    {"frozen": True, "eq": False},
    {"frozen": True, "repr": False},
    {"eq": False},
    {"order": True},
    {"slots": True},
]


def orders(decorator: Any, **options: bool) -> Any:
    """A class with all sorts of fields, made by `decorator`."""

    @decorator(**options)
    class Order:
        """An order."""

        number: int
        lines: tuple[str, ...] = ()
        notes: list[str] = field(default_factory=list, hash=False)
        origin: str = field(default="", compare=False, repr=False)
        known: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
        currency: str = field(default="EUR", kw_only=True)

    return Order


def outcome(of: Callable[[], object]) -> object:
    """What the call returns, or the type of the error that it raises."""
    try:
        found = of()
    except Exception as error:  # noqa: BLE001  # whichever it is, both must raise the same
        return type(error)
    return re.sub("0x[0-9a-f]+", "", found) if isinstance(found, str) else found


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "use",
    [
        lambda cls: repr(cls(1, ("tea",))),
        lambda cls: repr(cls(number=1, currency="USD", lines=("tea",))),
        lambda cls: dataclasses.asdict(cls(1, ("tea",), ["now"], "web")),
        lambda cls: cls(1, ("tea",)).lines,
        lambda cls: cls(),
        lambda cls: cls(lines=()),
        lambda cls: cls(number=1, price=2),
        lambda cls: cls(number=1, known={}),
        lambda cls: cls(1, (), [], "", "EUR"),
        lambda cls: cls(1, number=1),
        lambda cls: dataclasses.asdict(cls(1, (), [], "")),
        lambda cls: cls(number=1) == cls(number=1, origin="elsewhere"),
        lambda cls: cls(number=1) == cls(number=1, notes=["other"]),
        lambda cls: cls(number=1) == cls(number=2),
        lambda cls: cls(number=1) == "an order",
        lambda cls: cls(number=1) < cls(number=2),
        lambda cls: cls.__hash__ is None,
        lambda cls: len({*map(hash, [cls(number=1, notes=["kept"]), cls(number=1)])}),
        lambda cls: replace(cls(number=1), number=3).number,
        lambda cls: setattr(cls(number=1), "number", 2),
        lambda cls: delattr(cls(number=1), "number"),
        lambda cls: setattr(cls(number=1), "unknown", 2),
        lambda cls: [each.name for each in fields(cls)],
        lambda cls: cls(number=1).notes is cls(number=1).notes,
        lambda cls: dataclasses.asdict(cls(number=1)),
        lambda cls: cls.__match_args__,
    ],
)
def test_it_behaves_as_the_standard_one(options: dict[str, bool], use: Callable[[Any], object]) -> None:
    ours, theirs = (outcome(partial(use, orders(made, **options))) for made in DECORATORS.values())

    assert ours == theirs


@pytest.mark.parametrize("made", DECORATORS.values(), ids=DECORATORS)
def test_what_is_passed_by_name_only_may_be_required(made: Any) -> None:
    @made
    class Parcel:
        """A parcel."""

        weight: int
        note: str = ""
        address: str = field(kw_only=True)

    assert Parcel(1, "fragile", address="here") == Parcel(address="here", weight=1, note="fragile")
    with pytest.raises(TypeError, match="address"):
        Parcel(1, "fragile")


def test_the_order_of_arguments_is_not_that_of_the_fields() -> None:
    order = orders(dataclass)

    assert [*vars(order(currency="EUR", lines=(), number=1))] == [*vars(order(1))]


@pytest.mark.parametrize("made", DECORATORS.values(), ids=DECORATORS)
def test_methods_that_the_class_defines_are_its_own(made: Any) -> None:
    @made(frozen=True)
    class Name:
        """A name that is the same in capital letters."""

        text: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Name) and self.text.lower() == other.text.lower()

        def __hash__(self) -> int:
            return hash(self.text.lower())

        def __repr__(self) -> str:
            return self.text

    assert {Name("Tea"), Name("TEA")} == {Name("tea")}
    assert repr(Name("Tea")) == "Tea"


@pytest.mark.parametrize("made", DECORATORS.values(), ids=DECORATORS)
def test_a_class_that_defines_equality_alone_is_hashed_by_its_fields_if_frozen(made: Any) -> None:
    @made(frozen=True)
    class Loose:  # noqa: PLW1641  # the hash is what is asked about
        """Equal to all of its kind."""

        text: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Loose)

    assert hash(Loose("a")) != hash(Loose("b"))


@pytest.mark.parametrize("made", DECORATORS.values(), ids=DECORATORS)
def test_what_is_done_after_the_fields_are_set_sees_them(made: Any) -> None:
    @made
    class Price:
        """A price with its tax."""

        net: int
        gross: int = field(init=False)

        def __post_init__(self) -> None:
            self.gross = 2 * self.net

    assert Price(3).gross == 6
    assert Price(net=4) == Price(4)


@pytest.mark.parametrize("base", DECORATORS.values(), ids=DECORATORS)
@pytest.mark.parametrize("derived", DECORATORS.values(), ids=DECORATORS)
def test_a_class_inherits_fields(base: Any, derived: Any) -> None:
    if base is dataclass and derived is not dataclass:
        pytest.skip("only the bases of plug-ins are derived from by the standard decorator")

    @base(frozen=True, kw_only=True)
    class Rule:
        """A rule."""

        name: str
        reason: str = ""

    @derived(frozen=True, kw_only=True)
    class Limit(Rule):
        """A rule with a number."""

        most: int

    assert repr(Limit(most=3, name="few")).endswith("Limit(name='few', reason='', most=3)")
    with pytest.raises(FrozenInstanceError):
        Limit(most=3, name="few").name = "many"


@dataclass(frozen=True)
class Word:
    """A word, whose length is memoized."""

    text: str

    @cached_property
    def length(self) -> int:
        """How many characters it has."""
        return len(self.text)


def test_a_memoized_property_changes_neither_equality_nor_hash() -> None:
    used = Word("tea")

    assert used.length == 3
    assert used == Word("tea")
    assert hash(used) == hash(Word("tea"))


def test_objects_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Word("tea"))) == Word("tea")  # noqa: S301  # made here


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Word(), "Word() misses the argument text"),  # type: ignore[call-arg]  # noqa: PLW0108  # the call is what is wrong
        (lambda: Word("a", "b"), "Word() takes 1 positional arguments, not 2"),  # type: ignore[call-arg]
        (lambda: Word("a", text="b"), "Word() got several values for text"),  # type: ignore[misc]
        (lambda: Word(text="a", size=1), "Word() has no argument size"),  # type: ignore[call-arg]
    ],
)
def test_a_wrong_call_says_what_is_wrong(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        wrong()

    assert str(caught.value) == message
