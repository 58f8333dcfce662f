"""One word for each thing: names that were replaced by the terms of the field do not come back."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RETIRED = (
    "Asking",
    "OwnModule",
    "OwnClass",
    "OwnFunction",
    "hears_of",
    "is_taken",
    "what_is_kept",
    "kept_name",
    "origin_value",
    "KeptFiles",
    "take_signs",
    "is_troubled",
    "passed_on_as",
    "remembering",
    "Supposed",
    "Sweep",
    "forbidden_routes",
    "route_violation",
    "fewest_cuts",
    "FilewiseContract",
    "PointlessError",
    "find_contacts",
    "Territory",
    "doors_of",
    "made_by",
    "Carried",
    "names_of",
    "note_file",
    "note_folder",
    "note_program",
    "note_rows",
    "note_sources",
    "what_matters",
    "_Journal",
    "_Desk",
    "pointless_contracts",
    "imports_of_excluded",
    "both_ways",
)
"""Those that are no words of plain English: `Step`, `keep` or `Outside` still have their meanings elsewhere."""
FOLDERS = ("archguard", "contracts", "docs")


def _files() -> list[Path]:
    ends = (".py", ".md", ".yaml", ".toml")
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.suffix in ends]


@pytest.mark.parametrize("word", RETIRED)
def test_a_retired_name_is_not_used(word: str) -> None:
    pattern = re.compile(rf"\b{re.escape(word)}\b")

    used = [f"{path.relative_to(ROOT)}" for path in _files() if pattern.search(_code(path))]

    assert used == []


def _code(path: Path) -> str:
    """A page without its prose: what stands in backticks and in blocks of code."""
    text = path.read_text(encoding="utf-8")
    return text if path.suffix != ".md" else "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


def test_there_is_something_to_look_at() -> None:
    assert len(_files()) > 300
