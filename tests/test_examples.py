"""The examples are what their pages say they are."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from archguard.kinds import kinds

EXAMPLES = Path(__file__).parents[1] / "examples"
BROKEN = sorted(path.name for path in EXAMPLES.glob("*_broken"))
CLEAN = [name.removesuffix("_broken") for name in BROKEN]
_ROW = re.compile(r"^\| `(?P<place>[^`]+:\d+)` \| `(?P<contract>[^`]+)` \| \S.*\|$", re.MULTILINE)


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_example_keeps_every_contract(name: str) -> None:
    code, report = _check(name)

    assert not report["problems"]
    assert {contract["status"] for contract in report["contracts"]} == {"kept"}
    assert code == 0


@pytest.mark.parametrize("name", [*CLEAN, *BROKEN])
def test_every_contract_of_an_example_looks_at_modules_and_has_a_reason(name: str) -> None:
    _, report = _check(name)

    assert [
        entry["id"] for entry in report["contracts"] if not entry["checked"]["modules"] or not entry["reason"]
    ] == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_example_has_the_violations_that_its_page_explains(name: str) -> None:
    page = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")

    code, report = _check(name)

    found = Counter((f"{entry['path']}:{entry['line']}", entry["contract"]) for entry in report["violations"])
    assert found == Counter((row["place"], row["contract"]) for row in _ROW.finditer(page))
    assert not report["problems"]
    assert code == 1


def test_every_kind_of_contract_is_broken_by_an_example() -> None:
    reports = [_check(name)[1] for name in BROKEN]

    broken = {entry["kind"] for report in reports for entry in report["contracts"] if entry["status"] == "broken"}

    assert broken == kinds().keys()


@pytest.mark.parametrize("name", CLEAN)
def test_a_broken_example_has_the_contracts_of_its_clean_twin(name: str) -> None:
    clean, broken = (EXAMPLES / folder / "archguard.yaml" for folder in (name, f"{name}_broken"))

    assert clean.read_bytes() == broken.read_bytes()


def test_every_example_is_listed() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    assert [
        path.name for path in EXAMPLES.iterdir() if _is_example(path) and f"({path.name}/README.md)" not in page
    ] == []
    assert BROKEN


def _is_example(path: Path) -> bool:
    return (path / "archguard.yaml").is_file()


def _check(name: str) -> tuple[int, dict[str, Any]]:
    """What `archguard check` says from the root of the repository, in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "archguard", "check", "--config", f"examples/{name}/archguard.yaml", "--format", "json"],
        cwd=EXAMPLES.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not run.stderr
    report: dict[str, Any] = json.loads(run.stdout)
    return run.returncode, report
