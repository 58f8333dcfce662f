"""What the README promises: its commands, its report, its YAML, its links; and its report as a picture.

`ARCHGUARD_WRITE_PAGES=1 pytest tests/test_readme.py` writes the report and the picture anew.
"""

import os
import re
import shlex
import subprocess
import sys
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from rich.terminal_theme import MONOKAI

from archguard.checking import check
from archguard.checking.details import with_details
from archguard.config import read, read_config
from archguard.model import OutcomeStatus
from archguard.reporters import text
from archguard.reporters.terminal import print_lines

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PICTURE = ROOT / "docs/images/report.svg"
WRITING = bool(os.environ.get("ARCHGUARD_WRITE_PAGES"))
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [README, *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
)

_SHOWN = re.compile(
    r"(?<=<!-- run -->\n```text\n)\$ (?P<command>[^\n]+)\n(?P<output>.*?)(?=^```$)", re.DOTALL | re.MULTILINE
)
_COMMANDS = re.compile(r"^```console\n(python3 .*)\n```$", re.MULTILINE)
_YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def test_the_report_in_the_readme_is_a_real_one() -> None:
    page = README.read_text(encoding="utf-8")
    shown = _SHOWN.search(page)
    assert shown

    run = _run(shown["command"])

    output = run.stdout.partition("\nLooked at ")[0]
    if WRITING:
        README.write_text(_SHOWN.sub(lambda match: f"$ {match['command']}\n{output}", page), encoding="utf-8")
    else:
        assert shown["output"] == output
    assert run.returncode == 1


def test_the_picture_shows_the_same_report() -> None:
    shown = _SHOWN.search(README.read_text(encoding="utf-8"))
    assert shown
    words = shlex.split(shown["command"])
    contracts = [word for before, word in pairwise(words) if before == "--contract"]
    path = ROOT / words[words.index("--config") + 1]

    config = read_config([path], path.parent)
    codebase = read(config)
    report = with_details(check(config, contracts, codebase), config, codebase)

    width = max(map(len, [f"$ {shown['command']}", *text.render(report).splitlines()]))
    console = Console(record=True, width=width, file=StringIO(), force_terminal=True)
    console.print(f"[bold]$[/] {shown['command']}", highlight=False, soft_wrap=True)
    print_lines(text.lines(report), console)
    if WRITING:
        PICTURE.parent.mkdir(exist_ok=True)
        picture = console.export_svg(title="archguard", theme=MONOKAI, unique_id="report")
        PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL), encoding="utf-8")
    shown_there = re.sub(r"<[^>]+>|&#160;|\s", "", PICTURE.read_text(encoding="utf-8"))
    assert [violation.message for violation in report.violations if _plain(violation.message) not in shown_there] == []


def test_the_first_command_checks_the_broken_shop() -> None:
    first, _ = _COMMANDS.findall(README.read_text(encoding="utf-8"))

    run = _run(first.rpartition(" && ")[2].removeprefix(".venv/bin/"))

    assert run.returncode == 1
    assert "12 contracts: 0 kept, 12 broken" in run.stdout
    assert first.startswith("python3 -m venv .venv && .venv/bin/pip install -q . && ")


def test_the_second_command_is_what_ci_runs() -> None:
    _, second = _COMMANDS.findall(README.read_text(encoding="utf-8"))

    assert second in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_nobody_is_told_to_install_the_distribution_of_somebody_else() -> None:
    pages = [(ROOT / page).read_text(encoding="utf-8") for page in PAGES]

    assert not [page for page in pages if re.search(r"(pip|uv|pipx) (add|install|pip install) archguard\b(?!-)", page)]


def test_the_yaml_of_the_readme_holds_for_a_shop_that_is_like_it(tmp_path: Path) -> None:
    (example,) = _YAML.findall(README.read_text(encoding="utf-8"))
    (tmp_path / "archguard.yaml").write_text(example, encoding="utf-8")
    code = {
        "orders/api.py": "import fastapi\nfrom shop.orders import services\n",
        "orders/services.py": "from shop.orders import repositories\n",
        "orders/usecases.py": "",
        "orders/repositories.py": "import sqlalchemy\nfrom shop import db\n\nclass OrderRepository: ...\n",
        "db.py": "import sqlalchemy\n",
    }
    _write(tmp_path / "shop", code)

    report = check(read_config([tmp_path / "archguard.yaml"], tmp_path))

    assert not report.problems
    assert {outcome.status for outcome in report.outcomes} == {OutcomeStatus.KEPT}
    assert len(report.outcomes) == len(yaml.safe_load(example)["contracts"])


def test_the_page_on_pytest_shows_what_pytest_says(tmp_path: Path) -> None:
    files, text = _files_of("test-with-pytest.md")
    shown = re.search(r"^\$ pytest (?P<option>\S+)\n(?P<lines>.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert shown
    _write(tmp_path, {name: code for name, code in files.items() if not name.startswith("tests/")})

    run = _pytest(tmp_path, shown["option"])

    assert [line for line in shown["lines"].splitlines() if line not in run.stdout] == []
    assert run.returncode == 1


def test_the_tests_of_the_page_on_pytest_pass(tmp_path: Path) -> None:
    files, _ = _files_of("test-with-pytest.md")
    _write(tmp_path, files)

    run = _pytest(tmp_path, "tests")

    assert run.returncode == 0, run.stdout
    assert "7 passed" in run.stdout


def test_the_page_on_plugins_shows_the_example() -> None:
    files, _ = _files_of("write-a-plugin.md")

    assert files == {name: (ROOT / name).read_text(encoding="utf-8") for name in files}
    assert files


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    links = _LINK.findall((ROOT / page).read_text(encoding="utf-8"))

    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_hook_for_pre_commit_calls_a_command_that_there_is() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

    assert (hook["id"], hook["entry"], hook["pass_filenames"]) == ("archguard", "archguard check", False)
    assert _run(f"{hook['entry']} --help").returncode == 0


def _run(command: str) -> subprocess.CompletedProcess[str]:
    """An `archguard` command, from the root of the repository."""
    words = shlex.split(command)
    assert words[0] == "archguard"
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def _pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")


def _files_of(page: str) -> tuple[dict[str, str], str]:
    """The files that a how-to page shows, and the page."""
    text = (ROOT / "docs/how-to" / page).read_text(encoding="utf-8")
    return dict(_FILE.findall(text)), text


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, code in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code, encoding="utf-8")


def _plain(message: str) -> str:
    return re.sub(r"\s", "", message).replace("->", "-&gt;")
