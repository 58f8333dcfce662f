"""Regular expressions of a configuration mean what `re` takes them to mean, and never take long."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from project import Project

from archguard.codebase import Expression, ExpressionError

_ATOMS = st.sampled_from(
    ["a", "b", ".", r"\.", "[ab]", "[^a]", "[a-c_]", r"\w", r"\D", r"[^\W\d]", r"\s", "^", "$", ""]
)


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    marks = st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "{0,2}?"])
    return st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("({}|{})".format, inner, inner),
        st.builds("(?:{}){}".format, inner, marks),
    )


@given(text=st.recursive(_ATOMS, _wider, max_leaves=8), name=st.text(st.sampled_from("aabc_. 1é"), max_size=6))
@example(text="(a?)*(a?)*", name="")
@example(text="(?:a*)*(?:b$)*(?:^a)*", name="ab")
@example(text="a*b*c*(?:|x)", name="aabc")
def test_an_automaton_says_what_re_says(text: str, name: str) -> None:
    assert Expression.parse(text).matches(name) == bool(re.fullmatch(text, name))


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+b",
        "(a|a)*b",
        "(a|aa)+$b",
        ".*a" * 30 + "b",
        "a?" * 60 + "a" * 60 + "b",
        "((((a*)*)*)*)*b",
        "(?:a{0,30}){0,30}b",
    ],
)
def test_what_takes_re_years_is_matched_in_no_time(text: str) -> None:
    start = time.process_time()

    assert not Expression.parse(text).matches("a" * 250)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(?!x)(a+)+b", "may take too long"),
        (r"(a+)+\1b", "may take too long"),
        ("(?i)(a|a)*b", "may take too long"),
        (r"(?!x).*a.*b.*", "may take too long"),
        ("(?i)" + "(a|a)" * 30, "may take too long"),
        ("(?:a+){9,2001}", "repeats more than 2000 times"),
        ("((.{100}){100}|x)*", "repeats more than 2000 times"),
        ("(" * 2000 + ")" * 2000, "is not meant to be nested so deeply"),
        ("[", "is no regular expression: unterminated character set"),
        ("a{99999999999999}", "is no regular expression: the repetition number is too large"),
    ],
)
def test_what_has_no_bound_or_no_meaning_is_refused(text: str, says: str) -> None:
    with pytest.raises(ExpressionError, match=re.escape(says)):
        Expression.parse(text)


@pytest.mark.parametrize(
    "text", [r"shop\.(?!_).*_get.*", r"shop\.(?:x{2000}|.*)", r"(?i)SHOP\.(a|b)_.*", r"shop\.(\w)\1.*"]
)
def test_what_stays_within_the_bound_is_matched(text: str) -> None:
    names = ["shop.a_get_x", "shop.bb", "shop._get"]

    assert [Expression.parse(text).matches(name) for name in names] == [bool(re.fullmatch(text, it)) for it in names]


def test_an_interface_that_may_take_too_long_is_an_error_with_its_place(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "", "shop/b.py": "import shop.a\n"})
    project.configure("""\
        contracts:
          - id: x
            kind: protected
            modules: shop.a
            interface: [.api, '/(?!x)(a+)+b/']
    """)

    checked = project.call("check")

    assert checked.returncode == 2
    assert "archguard.yaml:5:23: error: '(?!x)(a+)+b' may take too long" in checked.stdout + checked.stderr


def test_an_interface_of_nested_repetitions_is_checked_in_no_time(project: Project) -> None:
    long = "a" * 200
    project.write_all({"shop/__init__.py": "", "shop/a.py": "", "shop/b.py": f"from shop.a import {long}\n"})
    project.configure("""\
        contracts:
          - {id: x, kind: protected, modules: shop.a, interface: '/shop\\.a\\.(a+)+b/'}
    """)
    start = time.process_time()

    assert project.call("check").returncode == 1
    assert time.process_time() - start < 5
