"""Which files store application state, and which may read it: told by their bytes, before any is parsed."""

from pathlib import Path

import pytest

from archguard.codebase import Source
from archguard.semantics import FileIndex, reads_app_state
from archguard.semantics.app_state import AppState, names_stored


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("app['pool'] = create_pool()", ["pool"]),
        ('application["pool"]: Pool = create_pool()', ["pool"]),
        ("app.state.pool = create_pool()", ["pool"]),
        ("app.state.pool = app['cache'] = 1", ["cache", "pool"]),
        ("app['pool'] == 1", []),
        ("app[name] = 1", []),
        ("print(app['pool'])", []),
    ],
)
def test_a_store_is_an_assignment_to_an_entry_or_attribute(tmp_path: Path, text: str, expected: list[str]) -> None:
    (tmp_path / "m.py").write_text(text)

    assert names_stored(Source("m", str(tmp_path / "m.py"), "m.py")) == expected


def test_a_file_that_cannot_be_read_stores_nothing(tmp_path: Path) -> None:
    assert names_stored(Source("m", str(tmp_path / "absent.py"), "absent.py")) == []


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        (b"app['pool'].get()", {b"pool"}, True),
        (b"request.app['pool']", {b"cache", b"pool"}, True),
        (b"request.app.state.pool", {b"pool"}, True),
        (b"request.state.pool", {b"pool"}, True),
        (b"app.state.pool", {b"pool"}, True),
        (b"app['pools']", {b"pool"}, False),
        (b"app['cache']", {b"pool"}, False),
        (b"pool.get()", {b"pool"}, False),
        (b"app['pool'].get()", set(), False),
    ],
)
def test_a_file_reads_state_under_a_name_that_is_stored(
    text: bytes,
    names: set[bytes],
    expected: bool,  # noqa: FBT001
) -> None:
    assert reads_app_state(text, frozenset(names)) is expected


def test_each_service_has_an_application_of_its_own(tmp_path: Path) -> None:
    sources = {}
    for module in ("a::reads", "a::sets", "b::sets"):
        file = tmp_path / f"{module.replace('::', '_')}.py"
        file.write_text("app.state.pool = 1\n" if module.endswith("sets") else "app.state.pool\n")
        sources[module] = Source(module, str(file), file.name)
    files = FileIndex(sources)
    state = AppState(files, lambda: {"pool": ["a::sets", "b::sets"]})

    found = state.bindings("pool", files.scope("a::reads"))

    assert [binding.at.scope.module.name for binding in found] == ["a::sets"]
    assert state.bindings("cache", files.scope("a::reads")) == []
