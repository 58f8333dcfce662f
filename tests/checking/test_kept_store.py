"""The results of a full run are stored, and used after edits; whatever is not as it was stored is not used."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from project import Project

from archguard.checking import kept_run, kept_store
from archguard.checking.kept_run import KeptRun
from archguard.codebase import Codebase

CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - {id: data, kind: database, modules: shop}
"""
API = "from shop import db\n\ndef show():\n    return db.make().execute('x')\n"
DB = "from sqlalchemy.orm import Session\n\ndef make():\n    return Session()\n"


@pytest.fixture
def stored(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose full run is stored; `used` lists whether later runs could use it."""
    project.configure(CONTRACTS)
    project.write_all({"shop/__init__.py": "", "shop/api.py": API, "shop/db.py": DB})
    project.ask("check")
    used: list[bool] = []
    give = KeptRun.give
    monkeypatch.setattr(KeptRun, "give", lambda *arguments: used.append(give(*arguments)) or used[-1])
    monkeypatch.setattr(Project, "used", used, raising=False)
    return project


def entries(project: Project, suffix: str) -> list[Path]:
    return sorted((project.root / ".archguard_cache/results").glob(f"*{suffix}"))


def asked(project: Project) -> str:
    """The report, which is the one of a run without a cache."""
    kept, new = (re.sub(r"in [\d.]+ s", "", run("check").stdout) for run in (project.ask, project.call))
    assert kept == new
    return kept


def test_an_edit_uses_the_stored_results(stored: Project) -> None:
    stored.write("shop/db.py", DB.replace("Session()", "1"))
    assert "data" in asked(stored)
    assert stored.used == [True]


def test_edits_since_an_earlier_run_count_too(stored: Project) -> None:
    stored.write("shop/db.py", DB.replace("Session()", "1"))
    asked(stored)
    stored.write("shop/api.py", f"{API}\n# more\n")
    asked(stored)
    assert stored.used == [True, True]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:-1] + bytes([content[-1] ^ 1]), id="another byte"),
        pytest.param(lambda content: content[: len(content) // 2], id="cut off"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
@pytest.mark.parametrize("suffix", [".index", ".parts"])
def test_damaged_entries_are_not_used(stored: Project, suffix: str, damage: Callable[[bytes], bytes]) -> None:
    (entry,) = entries(stored, suffix)
    entry.write_bytes(damage(entry.read_bytes()))
    stored.write("shop/db.py", DB.replace("Session()", "1"))
    asked(stored)


def test_entries_of_another_project_are_not_used(stored: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Project(tmp_path_factory.mktemp("other"))
    (other.root / ".git").mkdir()
    other.configure(CONTRACTS)
    other.write_all({"shop/__init__.py": "", "shop/api.py": API, "shop/db.py": DB})
    other.write(".archguard_cache/.gitignore", "*")
    for suffix in (".index", ".parts"):
        (entry,) = entries(stored, suffix)
        other.write(f".archguard_cache/results/{entry.name}", entry.read_bytes())
    asked(other)
    assert not stored.used


def test_another_configuration_has_results_of_its_own(stored: Project) -> None:
    stored.configure(CONTRACTS + "      - {id: out, kind: gateway, modules: shop}\n")
    asked(stored)
    assert not stored.used
    assert len(entries(stored, ".index")) == 2


def test_after_many_edits_everything_is_checked_and_stored_anew(
    stored: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_store, "MOST_CHANGED", 1)
    (before,) = (entry.read_bytes() for entry in entries(stored, ".index"))
    stored.write_all({"shop/db.py": f"{DB}\n# more\n", "shop/api.py": f"{API}\n# more\n"})
    asked(stored)
    assert not stored.used
    assert [entry.read_bytes() for entry in entries(stored, ".index")] != [before]


def test_without_a_cache_nothing_is_stored(project: Project) -> None:
    project.configure(CONTRACTS)
    project.write_all({"shop/__init__.py": "", "shop/db.py": DB})
    project.run("check", "--no-cache")
    assert not (project.root / ".archguard_cache").exists()


def test_contracts_about_imports_store_no_results(project: Project) -> None:
    project.configure(
        "version: 1\nproject: {packages: [shop]}\ncontracts:\n  - {id: a, kind: acyclic, modules: shop}\n"
    )
    project.write_all({"shop/__init__.py": "", "shop/db.py": DB})
    project.ask("check")
    assert not entries(project, "")


def test_a_run_of_some_contracts_leaves_the_results_of_all_alone(stored: Project) -> None:
    stored.write("shop/db.py", f"{DB}\n# more\n")
    stored.ask("check", "--contract", "data")
    assert not stored.used
    assert len(entries(stored, ".index")) == 2
    asked(stored)
    assert stored.used == [True]


def test_after_a_run_that_had_to_compute_most_everything_is_stored_anew(
    stored: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_run, "_FEW_OUTDATED", 0)
    monkeypatch.setattr(kept_run.KeptRun, "give", give_nothing)
    stored.write("shop/db.py", DB.replace("Session()", "1"))
    asked(stored)
    monkeypatch.undo()
    assert [entry.read_bytes().count(b"\n") for entry in entries(stored, ".index")] == [1]
    stored.write("shop/db.py", DB)
    asked(stored)
    (index,) = entries(stored, ".index")
    assert len(index.read_bytes()) > 100


def give_nothing(run: KeptRun, codebase: Codebase, changed: list[str]) -> bool:
    """Give results of another query only, as when all results of a contract depend on what has changed."""
    assert changed
    codebase.results.kept = {"another": {"shop": run.batches[0].results[0]}}
    return True
