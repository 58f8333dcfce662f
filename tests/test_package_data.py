"""The TOML files of archguard are read from what an installation makes of them, unless they were edited since."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
WORDS = "archguard/semantics/known_names.toml"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def installed(tmp_path: Path, hook: ModuleType) -> Path:
    """A copy of archguard, with what an installation adds."""
    shutil.copytree(ROOT / "archguard", tmp_path / "archguard", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / hook.TARGET).write_text(hook.converted(tmp_path), encoding="utf-8")
    return tmp_path


def read(installed: Path) -> list[str]:
    """The words in one of the files, and whether `tomllib` was needed."""
    script = (
        "import sys; from archguard.codebase.package_data import load_package_data as load;"
        "from archguard.semantics.known_names import KNOWN_NAMES;"
        "print(*sorted(KNOWN_NAMES.annotations.providers), 'tomllib' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.split()


def test_the_converted_tables_are_those_of_each_file(hook: ModuleType) -> None:
    converted = json.loads(hook.converted(ROOT))

    assert WORDS in converted
    for path, file in converted.items():
        assert file["tables"] == tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


def test_a_file_as_it_was_installed_is_not_parsed(installed: Path) -> None:
    words = read(installed)

    assert "Depends" in words
    assert words[-1] == "False"


def test_an_edited_file_is_parsed(installed: Path) -> None:
    text = (installed / WORDS).read_text(encoding="utf-8")
    (installed / WORDS).write_text(text.replace('"Depends"', '"DependsOnOurs"'), encoding="utf-8")

    words = read(installed)

    assert "DependsOnOurs" in words
    assert words[-1] == "True"


def test_without_an_installation_all_files_are_parsed(installed: Path, hook: ModuleType) -> None:
    (installed / hook.TARGET).unlink()

    assert read(installed)[-1] == "True"
