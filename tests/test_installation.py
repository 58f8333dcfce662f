"""What an installation needs: on no platform a compiler, or a distribution without a wheel."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]

WITH_WHEELS = [
    ("linux", "x86_64"),
    ("linux", "aarch64"),
    ("darwin", "x86_64"),
    ("darwin", "arm64"),
    ("win32", "AMD64"),
    ("win32", "ARM64"),
]
WITHOUT_WHEELS = [
    ("linux", "armv7l"),
    ("linux", "ppc64le"),
    ("linux", "s390x"),
    ("linux", "riscv64"),
    ("linux", "i686"),
    ("win32", "x86"),
    ("freebsd14", "amd64"),
    ("freebsd14", "x86_64"),
    ("emscripten", "wasm32"),
]


def _requirements(name: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [it for it in map(Requirement, project["dependencies"]) if it.name == name]


def _is_installed(name: str, system: str, machine: str) -> bool:
    environment = {"sys_platform": system, "platform_machine": machine}
    return any(it.marker is None or it.marker.evaluate(environment) for it in _requirements(name))


@pytest.mark.parametrize(("system", "machine"), WITH_WHEELS)
def test_graphviz_pure_is_installed_where_it_has_wheels(system: str, machine: str) -> None:
    assert _is_installed("graphviz-pure", system, machine)


@pytest.mark.parametrize(("system", "machine"), WITHOUT_WHEELS)
def test_elsewhere_archguard_installs_without_it(system: str, machine: str) -> None:
    assert not _is_installed("graphviz-pure", system, machine)
    assert _is_installed("graphviz", system, machine)


def test_ci_fails_where_tests_would_be_skipped_for_want_of_a_program() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")

    assert "ARCHGUARD_REQUIRE_TOOLS=1" in script
    assert {"chromium", "graphviz"} <= set(script.replace("(", " ").replace(")", " ").split())


def test_a_missing_program_is_an_error_where_it_is_required(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/test_installation.py"]
    environment = {"PATH": str(tmp_path), "ARCHGUARD_REQUIRE_TOOLS": "1"}

    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "these are not installed: Graphviz' program dot, chromium, bash" in run.stderr
