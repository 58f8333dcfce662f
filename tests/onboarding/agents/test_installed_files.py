"""The files among the examples are those that `archguard agents install` writes into the shop.

`ARCHGUARD_WRITE_PAGES=1 pytest tests/onboarding/agents/test_installed_files.py` writes them anew.
"""

import os
import shutil
from pathlib import Path

import pytest

from archguard.onboarding.agents import install, load_hosts, write_changes

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples/agents"
WRITING = bool(os.environ.get("ARCHGUARD_WRITE_PAGES"))
HOSTS = load_hosts()


def files(folder: Path) -> dict[str, str]:
    """The text of each file below `folder`."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.parametrize("host", HOSTS)
def test_the_shop_has_the_files_that_are_shown(host: str, tmp_path: Path) -> None:
    shop = tmp_path.resolve() / "shop"
    shutil.copytree(ROOT / "examples/layered_shop", shop, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    before = files(shop)

    write_changes(shop, install(shop, [host]).changes)

    after = files(shop)
    written = {path: text for path, text in after.items() if path not in before}
    if WRITING:
        _write(EXAMPLES / host, written)
    assert {path: after[path] for path in before} == before
    assert files(EXAMPLES / host) == written


def test_every_host_is_listed_with_its_files() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    guide = (ROOT / "docs/how-to/keep-agents-inside-the-architecture.md").read_text(encoding="utf-8")

    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == {*HOSTS}
    for name, host in HOSTS.items():
        row = next(line for line in guide.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"| [{name}]({name}) | {host.title} |" in page
        assert [path for path in (*host.settings, host.instructions, host.skills) if f"`{path}`" not in row] == []


def test_the_instructions_are_five_lines_with_three_rules() -> None:
    text = files(EXAMPLES / "codex")["AGENTS.md"]

    lines = [line for line in text.splitlines() if line and not line.startswith("<!--")]

    assert len(lines) == 5
    assert [line[:2] for line in lines[2:]] == ["1.", "2.", "3."]


def _write(folder: Path, content: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in content.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
