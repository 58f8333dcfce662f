"""Matching a pattern takes a time that grows with the name, not with the number of ways to place its wildcards."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archguard.codebase import Pattern, PatternError

_SEGMENTS = st.sampled_from(["a", "b", "ab", "*", "**", "**", "a*", "*b", "*a*", "a*b*a"])
_MODULES = st.lists(st.sampled_from(["a", "b", "ab", "aab", "bab", "abba", "aba"]), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("**." * 12 + "zz", ".".join("a" * 40)),
        ("**.a." * 20 + "zz", ".".join("a" * 200)),
        ("**.*." * 20 + "zz", ".".join("a" * 200)),
        ("*a" * 40 + "*b", "a" * 250),
        ("**." + "*a" * 20 + "*b.zz", ".".join(["a" * 250] * 10)),
        ("<one>a<two>a<three>b", "a" * 250),
        (".".join(f"<{name}>a<{name * 2}>" for name in "bcdefgh") + ".zz", ".".join(["a" * 100] * 8)),
        ("<one>.**.*.<one>.**.zz", ".".join("a" * 200)),
        ("*a" * 20 + "*b::zz", "a" * 250 + "::zz"),
    ],
)
def test_a_pattern_of_many_wildcards_is_matched_in_no_time(text: str, module: str) -> None:
    pattern, start = Pattern(text), time.process_time()

    assert not pattern.units(module)
    assert not pattern.names(module)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "text",
    [
        "<a>_<b>_<c>_<d>",
        "*_<a>_*_*",
        "<a>.**.<a>.**.x.**.y.**",
        "<a>_*.<a>_*.<b>_*.<c>_*",
    ],
)
def test_wildcards_that_depend_on_a_capture_have_a_bound(text: str) -> None:
    with pytest.raises(PatternError, match="at most 3"):
        Pattern(text)


@pytest.mark.parametrize(
    ("text", "module", "captured"),
    [
        ("<a>_<b>_<c>", "x_y_z", {"a": "x", "b": "y", "c": "z"}),
        ("<a>.**.<a>.**.x.**.y", "p.q.p.x.y", {"a": "p"}),
        ("<a>::<a>.api", "shop::shop.api", {"a": "shop"}),
        ("**.<a>.**.zz", "p.q.zz", {"a": "p"}),
    ],
)
def test_captures_within_the_bound_are_compared(text: str, module: str, captured: dict[str, str]) -> None:
    assert Pattern(text).bindings(module) == captured


@given(segments=st.lists(_SEGMENTS, min_size=1, max_size=5), module=_MODULES)
def test_what_a_pattern_matches_is_what_a_slow_evaluation_says(segments: list[str], module: list[str]) -> None:
    pattern, name = Pattern(".".join(segments)), ".".join(module)
    units = [".".join(module[:end]) for end in range(1, len(module) + 1) if _fits(segments, module[:end])]

    assert pattern.unit(name) == next(iter(units), "")
    assert pattern.names(name) == (name in units)
    assert list(pattern.units(name)) == (units if "**" in segments else units[:1])


def _fits(segments: list[str], module: list[str]) -> bool:
    if not segments:
        return not module
    first, *rest = segments
    if first != "**":
        return bool(module) and _looks(first, module[0]) and _fits(rest, module[1:])
    least = 0 if rest else 1
    return any(_fits(rest, module[end:]) for end in range(least, len(module) + 1))


def _looks(segment: str, name: str) -> bool:
    head, star, tail = segment.partition("*")
    if not star:
        return segment == name
    return name.startswith(head) and any(_looks(tail, name[start:]) for start in range(len(head), len(name) + 1))
