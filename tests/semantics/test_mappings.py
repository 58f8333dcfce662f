"""An entry of a mapping is what stands under its key, as long as every literal behind the mapping is known."""

from pathlib import Path

import pytest
from test_inference import last_call, names_of

BEFORE = "import acme\none, two = acme.connect(), acme.Table()\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("by = {'one': one, 'two': two}\nby['one'].run()", ["acme.Connection"]),
        ("by = {'one': one, 'two': two}\nby.get('two').run()", ["acme.Table"]),
        ("by = dict(one=one, two=two)\nby['two'].run()", ["acme.Table"]),
        ("by = {'one': two, 'one': one}\nby['one'].run()", ["acme.Connection"]),
        ("by = {'one': one}\nby.get('two', two).run()", ["acme.Table"]),
        ("by = {'one': one}\nby.get('one', two).run()", ["acme.Connection", "acme.Table"]),
        ("by = {'one': one}\nby.get('two').run()", []),
        ("by = {'one': {'two': two}, 'two': one}\nby['one']['two'].run()", ["acme.Table"]),
        ("base = {'one': one}\nby = {'one': two, **base}\nby['one'].run()", ["acme.Connection"]),
        ("base = {'one': one}\nby = {**base, 'one': two}\nby['one'].run()", ["acme.Table"]),
        ("by = {1: one, '1': two}\nby[1].run()", ["acme.Connection"]),
        ("by = {'one': 1}\nby['one'] = one\nby['two'] = two\nby['one'].run()", ["builtins.int", "acme.Connection"]),
        ("class A:\n    by = {'one': one, 'two': two}\nA().by['two'].run()", ["acme.Table"]),
    ],
)
def test_an_entry_is_what_stands_under_its_key(tmp_path: Path, text: str, expected: list[str]) -> None:
    names = names_of(tmp_path, m=BEFORE + text)

    assert list(last_call(names, "m")) == [f"{name}.run" for name in expected]


def test_the_entries_are_expressions_without_the_default(tmp_path: Path) -> None:
    names = names_of(tmp_path, m="by = {'one': 1, 'two': 2}\nby['one'] = 3\nby.get('one', 4)\n")
    call = next(step.call for chain in names.scope("m").access_paths for step in chain.accesses if step.call)

    found = names.mappings.entries(call, names.scope("m").end)

    assert [getattr(node, "value", None) for node, _ in found] == [1, 3]


@pytest.mark.parametrize(
    "text",
    [
        "by = {'one': one, key(): two}\nby['one'].run()",
        "by = {'one': one, **others()}\nby['two'].run()",
        "def f(key):\n    by = {'one': one, 'two': two}\n    by[key].run()",
        "by = {key: value for key, value in pairs()}\nby['one'].run()",
        "by = by\nby['one'].run()",
    ],
)
def test_a_key_or_a_literal_that_is_not_known_tells_no_entry(tmp_path: Path, text: str) -> None:
    names = names_of(tmp_path, m=BEFORE + text)
    module = names.scope("m")
    scope = module.children[-1] if module.children and "def f" in text else module
    call = next(
        step.call for chain in scope.access_paths for step in chain.accesses if step.call and step.name == "run"
    )

    assert names.mappings.entries(call.func.value, scope.end) == ()


@pytest.mark.parametrize(("depth", "known"), [(6, True), (7, False)])
def test_mappings_are_followed_through_so_many_names(tmp_path: Path, depth: int, *, known: bool) -> None:
    aliases = "".join(f"by{n + 1} = by{n}\n" for n in range(depth))
    names = names_of(tmp_path, m=f"{BEFORE}by0 = {{'one': one, 'two': two}}\n{aliases}by{depth}['one'].run()")

    assert ("acme.Table.run" not in last_call(names, "m")) is known
