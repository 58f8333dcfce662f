"""JSON is edited as text: what is not edited keeps every byte, comments included."""

import pytest

from archguard.onboarding.agents.edit_error import EditError
from archguard.onboarding.agents.jsonc import parse, with_child, without_child


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[]", '["x"]'),
        ("[ ]", '[ "x"]'),
        ('["a"]', '["a", "x"]'),
        ('["a",]', '["a", "x",]'),
        ('["a" /* why */]', '["a", "x" /* why */]'),
        ('[\n  "a"\n]', '[\n  "a",\n  "x"\n]'),
        ('[\n\t"a",\n]', '[\n\t"a",\n\t"x",\n]'),
        ('[\n  "a" // why\n]', '[\n  "a", // why\n  "x"\n]'),
        ('[\r\n  "a"\r\n]', '[\r\n  "a",\r\n  "x"\r\n]'),
        ('["a"\n]', '["a",\n  "x"\n]'),
        ("[ // none\n]", '[ // none\n"x"]'),
    ],
)
def test_an_item_is_added_in_the_style_of_the_list_and_removed_without_a_trace(before: str, after: str) -> None:
    assert with_child(before, parse(before), "x") == after
    assert without_child(after, parse(after), parse(after).children[-1]) == before


def test_a_member_is_indented_like_its_siblings() -> None:
    text = '{\n    "a": {\n        "b": 1\n    }\n}\n'

    assert with_child(text, parse(text), {"d": ["e"]}, "c") == (
        '{\n    "a": {\n        "b": 1\n    },\n    "c": {\n        "d": [\n            "e"\n        ]\n    }\n}\n'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('["x", "a"]', '["a"]'),
        ('[\n  "x",\n  "a"\n]', '[\n  "a"\n]'),
        ('[\n  // why\n  "x",\n  "a"\n]', '[\n  // why\n  "a"\n]'),
        ('[ // why\n  "x", "a"]', '[ // why\n  "a"]'),
        ('[\n  // why\n  "x"\n]', "[\n  // why\n]"),
    ],
)
def test_an_item_is_removed_from_before_others_and_from_beside_comments(before: str, after: str) -> None:
    child = next(child for child in parse(before).children if child.node.value == "x")

    assert without_child(before, parse(before), child) == after


def test_a_list_that_came_with_its_only_item_goes_with_it() -> None:
    assert without_child('[\n  "x"\n]', parse('[\n  "x"\n]'), parse('[\n  "x"\n]').children[0]) is None


def test_of_a_name_that_is_there_twice_the_last_one_counts() -> None:
    child = parse('{"a": 1, "a": 2}').child("a")

    assert child
    assert child.node.value == 2


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "expecting value", 0),
        ("// only a comment", "expecting value", 17),
        ("{'a': 1}", "a name in double quotes expected", 1),
        ('{"a" 1}', "`:` expected", 5),
        ('{"a": 1 "b": 2}', "`,` or `}` expected", 8),
        ('{"a": NaN}', "`NaN` is no JSON", 6),
        ('{"a": [1, 2}', "`,` or `]` expected", 11),
        ('{"a": 1', "`,` or `}` expected", 7),
        ("{} {}", "extra text after the value", 3),
        ("{} /* open", "extra text after the value", 3),
        ('{"a": "b}', "unterminated string starting at", 6),
        ("[" * 10_000, "nested too deeply", 0),
    ],
)
def test_what_is_no_json_is_an_error_with_its_place(text: str, message: str, offset: int) -> None:
    with pytest.raises(EditError) as raised:
        parse(text)

    assert (raised.value.message, raised.value.offset) == (message, offset)
