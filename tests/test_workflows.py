"""What archguard ships for pre-commit, GitHub and GitLab, run as far as it runs outside of them."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from project import Project
from repository import commit, git
from tools import needs_bash

pytestmark = needs_bash  # of the action, and of the runner of GitLab

ROOT = Path(__file__).parents[1]
VIOLATION = "shop/controllers/orders.py"


@pytest.fixture(scope="module", autouse=True)
def _package_index(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where pip finds what archguard needs."""
    asked = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "hatchling"]
    if subprocess.run(asked, cwd=tmp_path_factory.mktemp("index"), capture_output=True, check=False).returncode:
        pytest.skip("there is no package index here, so pip cannot install archguard")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with this working tree, as users name it to their tools."""
    root = tmp_path_factory.mktemp("published") / "archguard"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".*", "tests", "benchmarks", "__pycache__"))
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", root)
    return _committed(root)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A repository whose contracts are kept."""
    return _committed(shutil.copytree(ROOT / "examples/layered_shop", tmp_path / "kept"))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """One whose contracts are broken."""
    return _committed(shutil.copytree(ROOT / "examples/layered_shop_broken", tmp_path / "broken"))


def _committed(root: Path) -> Path:
    project = Project(root)
    git(project, "init", "--quiet", "--initial-branch", "main")
    commit(project)
    return root


def _bash(script: str, where: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "NO_COLOR", "FORCE_COLOR")}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=where, env={**own, **environment}, capture_output=True, text=True, check=False)


def test_pre_commit_installs_the_hook_and_runs_it(published: Path, kept: Path, broken: Path) -> None:
    command = f"{sys.executable} -m pre_commit try-repo {published} archguard --all-files"
    home = {"PRE_COMMIT_HOME": str(published.parent / "pre-commit")}

    passed, failed = (_bash(command, shop, home) for shop in (kept, broken))

    assert passed.returncode == 0, passed.stdout
    assert "Passed" in passed.stdout
    assert failed.returncode == 1
    assert VIOLATION in failed.stdout


def test_the_action_annotates_summarizes_and_fails_with_the_check(
    published: Path, kept: Path, broken: Path, tmp_path: Path
) -> None:
    action = yaml.safe_load((published / "action.yml").read_text())
    defaults = {name: it["default"] for name, it in action["inputs"].items()}
    summary = tmp_path / "summary.md"
    runner = {
        "RUNNER_TEMP": str(tmp_path / "runner"),
        "GITHUB_ACTION_PATH": str(published),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    install, check = action["runs"]["steps"]

    installed = _step(install, {}, tmp_path, runner)
    passed = _step(check, defaults, kept, runner)
    given = {"working-directory": "broken", "sarif": "found.sarif", "arguments": "--fail-on warning shop/controllers"}
    failed = _step(check, given, tmp_path, runner)

    assert installed.returncode == 0, installed.stderr
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert failed.returncode == 1
    assert f"::error file={VIOLATION}" in failed.stdout
    assert "file=shop/services" not in failed.stdout
    assert VIOLATION in summary.read_text()
    assert json.loads((broken / "found.sarif").read_text())["version"] == "2.1.0"


def _step(
    step: dict[str, Any], inputs: Mapping[str, str], workspace: Path, runner: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What becomes of a step where the runner of GitHub puts the inputs in."""

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda name: inputs[name[1]], text)

    environment = {name: filled(value) for name, value in step.get("env", {}).items()}
    return _bash(filled(step["run"]), workspace / filled(step.get("working-directory", ".")), {**runner, **environment})


def test_the_template_for_gitlab_writes_its_report_and_fails_with_the_check(
    published: Path, kept: Path, broken: Path, tmp_path: Path
) -> None:
    job = _job((published / "examples/ci/archguard.gitlab-ci.yml").read_text(), package=str(published))
    venv.create(tmp_path / "image", with_pip=True)
    image = {"PATH": f"{tmp_path / 'image/bin'}:{os.environ['PATH']}"}
    report = job["artifacts"]["reports"]["codequality"]

    passed, failed = (_bash("\n".join(job["script"]), shop, image) for shop in (kept, broken))

    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert json.loads((kept / report).read_text()) == []
    assert failed.returncode == 1
    assert VIOLATION in {it["location"]["path"] for it in json.loads((broken / report).read_text())}


def _job(template: str, **given: str) -> dict[str, Any]:
    """The job of a template where GitLab puts the inputs in."""
    head, _ = yaml.safe_load_all(template)
    inputs = {name: given.get(name) or it["default"] for name, it in head["spec"]["inputs"].items()}
    filled = re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda name: inputs[name[1]], template)
    _, jobs = yaml.safe_load_all(filled)
    job: dict[str, Any] = jobs["archguard"]
    return job
