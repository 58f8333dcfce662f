"""What is read and written without the module `json` is what that module reads and writes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archguard.incremental.light_json import _written, dumps, loads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_values_survive(value: object) -> None:
    assert _written(value) == dumps(value) == json.dumps(value, separators=(",", ":"))
    assert loads(json.dumps(value, indent=2)) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", "[1", "[1] x", "{'a': 1}", '{"a"}', '"\\x"', '"\n"', "nul", "01", "\u00a0[1]", "\ufeff[1]", "[1]\0"],
)
def test_what_is_not_valid_is_the_same_error(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as expected:
        json.loads(text)
    with pytest.raises(json.JSONDecodeError) as found:
        loads(text)

    assert str(found.value) == str(expected.value)


@pytest.mark.parametrize("text", [" \r\n\t[1] \n", '"\\ud800"', "1e400", "Infinity", '{"a": 1, "a": 2}', "-0.0"])
def test_odd_values_are_read_alike(text: str) -> None:
    assert loads(text) == json.loads(text)


def test_too_many_brackets_are_an_error() -> None:
    with pytest.raises(RecursionError):
        loads("[" * 100_000)


def test_what_is_no_value_is_an_error() -> None:
    with pytest.raises(TypeError):
        _written({"a": object()})


def test_the_module_json_is_not_loaded_for_what_is_valid() -> None:
    code = (
        "import sys; from archguard.incremental.light_json import dumps, loads\n"
        "assert loads(dumps({'a': [1, True, None]})) == {'a': [1, True, None]}; print('json' in sys.modules)"
    )
    checkout = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=checkout)

    assert done.stdout == "False\n"
