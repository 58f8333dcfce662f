"""JSON is read and written as `json` does it."""

import json
import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archguard.incremental.quick_json import dumps, loads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_what_is_written_is_what_json_writes_and_reads_back(value: object) -> None:
    text = dumps(value)
    assert text == json.dumps(value, separators=(",", ":"))
    assert text.isascii()
    assert loads(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "{", '{"a"', '{"a": 1} x', "[1,]", "nul", '"\n"', "\ufeff{}", "{'a': 1}", "[1 2]"]
)
def test_what_is_no_json_is_refused_with_the_message_of_json(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as expected:
        json.loads(text)
    with pytest.raises(json.JSONDecodeError) as raised:
        loads(text)
    assert str(raised.value) == str(expected.value)


@pytest.mark.parametrize("text", [" {} ", "\t[1, 2.5, -3e2]\r\n", '"\\u00e4\\ud83d\\ude00"', "Infinity", "true"])
def test_what_is_json_is_read_as_json_reads_it(text: str) -> None:
    assert loads(text) == json.loads(text)
    assert math.isnan(loads("NaN"))


def test_what_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(RecursionError):
        loads("[" * 100_000)


def test_what_is_no_value_of_json_is_not_written() -> None:
    with pytest.raises(TypeError, match="set is no JSON"):
        dumps({"a": {1}})


def test_neither_json_nor_re_is_loaded_even_for_a_text_that_is_refused_at_first() -> None:
    program = (
        "import sys; from archguard.incremental.quick_json import dumps, loads; loads(dumps({'a': [1]}));"
        "print({'json', 're'} & {*sys.modules});"
        "\ntry: loads('{\"a\"')\nexcept ValueError as error: print(error)"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True).stdout
    assert shown.splitlines() == ["set()", "Expecting ':' delimiter: line 1 column 5 (char 4)"]
