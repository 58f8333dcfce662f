"""archguard keeps to its own contracts, in contracts/own/archguard.yaml."""

import shutil
import subprocess
import sys
from pathlib import Path

from archguard.checking import check
from archguard.config import find_configuration, packs, read_config
from archguard.model import OutcomeStatus, Severity

ROOT = Path(__file__).parents[1]


def test_archguard_keeps_its_own_contracts() -> None:
    root, files = find_configuration(ROOT)

    report = check(read_config(files, root))

    assert not [str(violation) for violation in report.violations]
    assert not [problem for problem in report.problems if problem.severity is not Severity.INFO]
    assert {outcome.status for outcome in report.outcomes} == {OutcomeStatus.KEPT}
    assert len(report.outcomes) > 5


def test_every_contract_of_archguard_looks_at_modules_and_has_a_reason() -> None:
    root, files = find_configuration(ROOT)

    report = check(read_config(files, root))

    assert [outcome.id for outcome in report.outcomes if not outcome.checked.modules or not outcome.reason] == []


def test_archguard_overlooks_nothing_in_itself() -> None:
    root, files = find_configuration(ROOT)

    config = read_config(files, root)

    assert not [contract.id for contract in config.contracts if contract.ignore or contract.exclude_imports]


def test_its_own_contracts_are_no_pack() -> None:
    assert "archguard" not in packs()


def test_an_import_upwards_breaks_its_own_contracts(tmp_path: Path) -> None:
    for name in ("archguard", "contracts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "archguard/model/stray.py").write_text("import archguard.kinds\nimport yaml\n")

    run = subprocess.run(
        [sys.executable, "-m", "archguard", "check", "--all"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert run.returncode == 1, run.stdout + run.stderr
    assert "archguard/model/stray.py:1:8: error: archguard.model.stray must not import archguard.kinds" in run.stdout
    assert (
        "archguard/model/stray.py:2:8: error: archguard.model.stray must not import yaml [one-door-to-yaml]"
        in run.stdout
    )
    assert "[model-is-plain]" in run.stdout
