"""Nothing is kept in modules: what is memoized belongs to an object, or is a pure function's and the same for all."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTAINERS = {"Counter", "defaultdict", "deque", "dict", "list", "set", "WeakKeyDictionary", "WeakValueDictionary"}


def is_filled_later(value: ast.expr | None) -> bool:
    """Whether it is an empty container, which can only be there to be filled."""
    match value:
        case ast.Dict(keys=content) | ast.List(elts=content):
            return not content
        case ast.Call(func=ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)), args=[]):
            return name in CONTAINERS
    return False


def state_of(tree: ast.Module) -> list[str]:
    found = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Global)]
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    return [*found, *(ast.unparse(node) for node in assigned if is_filled_later(node.value))]


def test_no_module_has_state() -> None:
    files = sorted((ROOT / "archguard").rglob("*.py"))
    found = {str(path): state_of(ast.parse(path.read_text(encoding="utf-8"))) for path in files}

    assert {name: state for name, state in found.items() if state} == {}


@pytest.mark.parametrize("text", ["_CACHE = {}", "found: dict[str, int] = dict[str, int]()", "def f():\n    global x"])
def test_state_of_a_module_is_found(text: str) -> None:
    assert state_of(ast.parse(text))


@pytest.mark.parametrize("text", ["_WORDS = {'a': 1}", "def f():\n    found = {}", "_NONE = frozenset()"])
def test_what_does_not_change_is_no_state(text: str) -> None:
    assert not state_of(ast.parse(text))
