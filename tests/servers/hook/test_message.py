"""The texts for agents: place, sentence, reason and fixes, within limits."""

from typing import Any

from archguard.servers.hook import message


def violation(number: int = 1, **more: Any) -> dict[str, Any]:
    """A violation as in the JSON report."""
    found = {
        "contract": "data",
        "message": f"shop.api must not call db.rows{number}",
        "path": "shop/api.py",
        "line": number,
        "column": 5,
        "reason": "queries live in repositories",
        "fix": ["call shop.orders", "move it to shop.db"],
    }
    return found | more


def test_a_denial_has_place_sentence_reason_and_numbered_fixes() -> None:
    assert message.denial([violation()]) == (
        "archguard: this edit would break the contract data, and was not made.\n"
        "\n"
        "1. shop/api.py:1:5 [data] shop.api must not call db.rows1\n"
        "   Why: queries live in repositories\n"
        "   Fix 1: call shop.orders\n"
        "   Fix 2: move it to shop.db\n"
        "\n"
        "Make the edit in another way, such as fix 1. Leave the contracts, the baseline and ignores as they are: only "
        "the team changes those."
    )


def test_the_same_advice_is_given_once() -> None:
    text = message.denial([violation(1), violation(2), violation(3, fix=["other"])])
    assert text.count("Fix 1: call shop.orders") == 1
    assert text.count("Fix 1: other") == 1


def test_five_violations_are_shown_and_more_are_counted() -> None:
    assert "5. " in message.denial([violation(number) for number in range(1, 6)])
    assert "more" not in message.denial([violation(number) for number in range(1, 6)])
    text = message.denial([violation(number) for number in range(1, 9)])
    assert "6. " not in text
    assert "... and 3 more" in text


def test_a_text_has_at_most_2000_characters() -> None:
    long = [violation(number, fix=[f"fix {number}{'x' * 500}"] * 3, reason="y" * 900) for number in range(1, 9)]
    text = message.denial(long, ["z" * 900] * 3)
    assert len(text) <= 2000
    assert text.startswith("archguard: this edit would break the contract data")
    assert "... and 10 more" in text
    assert text.endswith("only the team changes those.")


def test_a_long_name_leaves_room_for_a_violation() -> None:
    text = message.denial([violation(contract="c" * 3000)])
    assert len(text) <= 2000
    assert "1. shop/api.py:1:5 [c" in text


def test_a_violation_without_reason_or_fix_has_one_line() -> None:
    assert "Why" not in message.denial([violation(reason="", fix=[])])


def test_characters_that_control_a_terminal_are_escaped() -> None:
    text = message.denial([violation(message="\x1b[31m\u202eevil\nsecond line")])
    assert "\\x1b[31m\\u202eevil second line" in text


def test_what_remains_is_one_line_for_the_user() -> None:
    text = message.remaining([violation(number) for number in range(1, 8)])
    assert text.startswith("archguard: of this session remain: shop/api.py:1:5 [data], ")
    assert text.endswith(" and 2 more")
    assert "\n" not in text
