"""`scripts/compare_runs.py` tells which runs differ, and where."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "compare_runs.py"


def compared(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def program(tmp_path: Path, code: str) -> list[str]:
    """The options that name a program with this code, which shows as JSON what it makes of `sys` and `os`."""
    file = tmp_path / "program.py"
    file.write_text(f"import os, pathlib, sys\n{code}\n")
    return ["--program", sys.executable, str(file)]


def test_all_runs_on_an_example_tell_the_same() -> None:
    done = compared("--edits", 3, ROOT / "examples/layered_shop_broken")

    assert done.stdout.endswith("1 folders, 0 differ\n"), done.stdout
    assert "exit code 1, " in done.stdout
    assert done.returncode == 0


def test_an_example_is_left_as_it_was() -> None:
    folder = ROOT / "examples/layered_shop"
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    compared("--edits", 1, folder)

    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before


def test_the_first_line_that_differs_is_told(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    odd = program(tmp_path, "print('a'); print(os.environ['ARCHGUARD_PURE_PYTHON'])")

    done = compared(tmp_path / "code", *odd)

    assert "without the compiled scanner: 1 instead of" in done.stdout
    assert ": in one process: equal" in done.stdout
    assert done.returncode == 1


def test_a_result_that_is_kept_too_long_is_found(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/orders.py").write_text("def total():\n    return 1\n")
    keeps = """
kept = pathlib.Path("kept")
text = pathlib.Path("orders.py").read_text()
if "--no-cache" not in sys.argv:
    kept.exists() or kept.write_text(text)
    text = kept.read_text()
print(text)
"""
    done = compared("--edits", 1, tmp_path / "code", *program(tmp_path, keeps))

    assert "after an edit of body in orders.py:     return 1 instead of     print(1)" in done.stdout
    assert "undone" not in done.stdout


def test_the_time_that_a_run_took_may_differ(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    timed = program(tmp_path, 'import json, time\nprint(json.dumps({"seconds": time.time()}, indent=2))')

    assert compared(tmp_path / "code", *timed).returncode == 0


def test_a_fault_of_the_program_is_told_though_all_runs_have_it(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()

    done = compared(tmp_path / "code", *program(tmp_path, "sys.exit(3)"))

    assert "without a cache: ends with 3" in done.stdout


def test_the_general_configuration_names_the_largest_package(tmp_path: Path) -> None:
    for name in ("backend/shop/api", "backend/shop", "tools"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "__init__.py").touch()
    listed = (
        f"import json, compare_runs as c, pathlib; print(json.dumps(c.general_config(pathlib.Path({str(tmp_path)!r}))))"
    )
    done = subprocess.run([sys.executable, "-c", listed], cwd=SCRIPT.parent, capture_output=True, text=True, check=True)

    config = json.loads(done.stdout)

    assert config["project"] == {"source_roots": ["backend"]}
    assert {"id": "the-acyclic", "kind": "acyclic", "children_of": "shop"} in config["contracts"]
