"""Whatever the settings of a host are: installing twice is installing once, and removing gives back every byte."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from archguard.errors import ArchguardError
from archguard.onboarding.agents import Plan, install, load_hosts, remove, write_changes
from archguard.onboarding.agents.jsonc import parse

HOSTS = load_hosts()
SETTINGS = sorted(path for host in HOSTS.values() for path in host.settings)
TEXTS = sorted({host.instructions for host in HOSTS.values()})
KEYS = ["hooks", "PreToolUse", "Stop", "permissions", "deny", "allow", "mcpServers", "servers", "version", "model", "ä"]
STRINGS = ["Read(./.env)", "prettier --write", "// no comment", "/* nor this */", "a, b] }", '"', "\\"]


@st.composite
def gaps(draw: st.DrawFn, newline: str) -> str:
    """What may stand between two tokens."""
    parts = st.sampled_from(["", "", " ", newline, f"{newline}    ", "\t", f"// why{newline}", "/* why */"])
    return "".join(draw(st.lists(parts, max_size=2)))


@st.composite
def json_texts(draw: st.DrawFn, newline: str, depth: int = 4, *, is_root: bool = True) -> str:
    """A value, written in any way that parsers of JSON with comments accept."""
    scalar = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.sampled_from(STRINGS))
    form = "{" if is_root else draw(st.sampled_from(["{", "[", ""])) if depth else ""
    if not form:
        return json.dumps(draw(scalar), ensure_ascii=draw(st.booleans()))
    gap = gaps(newline)
    children = []
    for key in draw(st.lists(st.sampled_from(KEYS), max_size=4, unique=True)):
        name = f"{json.dumps(key)}{draw(gap)}:{draw(gap)}" if form == "{" else ""
        value = draw(json_texts(newline, depth - 1, is_root=False))
        children.append(f"{draw(gap)}{name}{value}{draw(gap)}")
    trailing = "," if children and draw(st.booleans()) else ""
    around = (draw(gap), draw(gap)) if is_root else ("", "")
    closing = "}" if form == "{" else "]"
    return f"{around[0]}{form}{','.join(children)}{trailing}{draw(gap)}{closing}{around[1]}"


@st.composite
def toml_texts(draw: st.DrawFn, newline: str) -> str:
    """A configuration of Codex."""
    lines = ["# mine", "", 'model = "o3"  # fast', "[tui]", "[mcp_servers.other]", 'command = "other"', "[[agents]]"]
    text = newline.join(draw(st.lists(st.sampled_from(lines), max_size=5, unique=True)))
    return text + draw(st.sampled_from(["", newline, newline * 3]))


def markdown_texts(newline: str) -> st.SearchStrategy[str]:
    lines = st.sampled_from(["# Shop", "", "- run `pytest`", "<!-- archguard docs: begin -->", "text"])
    return st.lists(lines, max_size=6).map(newline.join)


@st.composite
def projects(draw: st.DrawFn) -> Mapping[str, str]:
    """Some of the files of a project that install changes."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    chosen = draw(st.lists(st.sampled_from([*SETTINGS, *TEXTS]), max_size=4, unique=True))
    texts = {".toml": toml_texts(newline), ".json": json_texts(newline), ".md": markdown_texts(newline)}
    return {path: draw(texts[Path(path).suffix]) for path in chosen}


def written(root: Path, plan: Plan) -> dict[str, bytes]:
    """All files of the project after `plan`."""
    write_changes(root, plan.changes)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@given(projects(), st.lists(st.sampled_from(sorted(HOSTS)), min_size=1, unique=True))
@example({".cursor/hooks.json": '{\n  "version": 1\n}\n', ".mcp.json": "{\n}"}, ["cursor", "claude"])
@example({".claude/settings.json": '{"permissions": {"allow": [], "deny": []}, "hooks": {}}'}, ["claude"])
@example({".cursor/hooks.json": '{"version": 1}', ".vscode/mcp.json": '{"servers": {}}'}, ["cursor", "vscode"])
@example({".codex/config.toml": "mcp_servers = {}\n"}, ["codex"])
@example({"AGENTS.md": "", "CLAUDE.md": "\n", ".mcp.json": "{}"}, ["codex", "claude"])
def test_installing_twice_is_installing_once_and_removing_gives_back_every_byte(
    files: Mapping[str, str], names: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
        before = written(root, Plan(()))

        try:
            plan = install(root, names)
        except ArchguardError as error:
            fault = error
        else:
            fault = None
        if fault:
            assert fault.location
            assert any(part in fault.message for part in ("must be", "is missing", "is no table"))
            return
        after = written(root, plan)

        assert written(root, install(root, names)) == after
        assert all(_is_valid(path, content.decode()) for path, content in after.items())
        assert written(root, remove(root, names)) == before
        assert written(root, remove(root, names)) == before


@given(projects(), st.permutations(sorted(HOSTS)))
def test_hosts_are_removed_in_any_order(files: Mapping[str, str], order: list[str]) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
        before = written(root, Plan(()))
        try:
            written(root, install(root, sorted(HOSTS)))
        except ArchguardError:
            return

        for name in order:
            left = written(root, remove(root, [name]))

        assert left == before


def _is_valid(path: str, text: str) -> bool:
    if path.endswith(".json"):
        return isinstance(parse(text).value, dict)
    return not path.endswith(".toml") or isinstance(tomllib.loads(text), dict)
