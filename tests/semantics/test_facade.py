"""The semantic model stays narrow, and its text tells the limits as they are."""

import inspect

from archguard import semantics
from archguard.semantics import SemanticModel, argument_flow, fresh_stack, mappings, model, string_values, types

METHODS = [name for name, _ in inspect.getmembers(SemanticModel, callable) if not name.startswith("_")]


def test_the_semantic_model_has_at_most_ten_public_methods() -> None:
    assert len(METHODS) <= 10


def test_the_package_describes_each_of_them() -> None:
    assert [name for name in METHODS if f"- `{name}(" not in (semantics.__doc__ or "")] == []


def test_the_documented_limits_are_those_of_the_code() -> None:
    text = model.__doc__ or ""

    assert f"nest {types._MAX_NESTING} levels" in text
    assert f"at most {argument_flow._MOST_IMPORTERS} importing modules" in text
    assert f"Strings are followed {string_values._MAX_DEPTH} levels" in text
    assert f"Mappings are followed {mappings._MAX_DEPTH} levels" in text
    assert f"by {fresh_stack.QUERIES_PER_THREAD} in each thread" in text
