"""JSON is indented as the standard library does it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from archguard.reporters.indented_json import indented

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
)


@given(value=values)
def test_it_is_what_the_standard_library_writes(value: Any) -> None:
    assert indented(value) == json.dumps(value, indent=2)
