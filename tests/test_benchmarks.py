"""The benchmarks measure what they say, and ask what archguard can answer."""

import ast
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

# Scripts, found by the line above.
import code_bases
import edits
import processes
import run

LARGE = 64 << 20
"""Bytes: more than Python takes by itself."""


def sample(tmp_path: Path, code: str, *, watch: bool = False, limit: float = 60) -> processes.Sample:
    place = processes.Place(tmp_path, {"GREETING": "hello"}, tmp_path / "output.txt")
    return place.run([sys.executable, "-I", "-S", "-c", code], limit, watch=watch)


def test_the_memory_of_the_measuring_process_is_not_counted(tmp_path: Path) -> None:
    held = b"x" * LARGE

    assert sample(tmp_path, "").mebibytes < 32
    assert sample(tmp_path, f"held = b'x' * {len(held)}").mebibytes > 64


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_memory_of_workers_is_added_and_what_they_share_counted_once(tmp_path: Path) -> None:
    code = f"""
import os, time
shared = b"x" * {LARGE}
if not os.fork():
    own = b"y" * {LARGE}
    time.sleep(0.5)
    os._exit(0)
os.wait()
"""
    found = sample(tmp_path, code, watch=True)

    assert found.mebibytes < 160
    assert 128 < found.together < 180


def test_the_time_of_workers_is_counted_and_that_of_sleep_is_not(tmp_path: Path) -> None:
    work = "import os, time\nif os.fork(): os.wait()\nelse:\n while time.process_time() < 0.3: pass\ntime.sleep(0.1)"

    found = sample(tmp_path, work)

    assert 0.3 <= found.cpu < found.seconds


def test_exit_code_and_output_are_kept(tmp_path: Path) -> None:
    code = "import os, sys; print(os.environ['GREETING']); sys.stderr.write('oh'); sys.exit(3)"

    assert sample(tmp_path, code).exit_code == 3
    assert {"hello", "oh"} <= {*(tmp_path / "output.txt").read_text().replace("oh", "oh\n").split()}


def test_a_program_that_takes_too_long_is_ended_with_its_workers(tmp_path: Path) -> None:
    found = sample(tmp_path, "import os, time; os.fork(); time.sleep(600)", limit=0.5)

    assert (found.exit_code, found.seconds) == (-9, 0.5)


def test_edits_are_python_and_the_same_ones_each_time(tmp_path: Path) -> None:
    file = tmp_path / "orders.py"
    file.write_text("class Order:\n    @cached\n    def total(self, tax):\n        return 1\n\n\nx = 1\n")
    (tmp_path / "broken.py").write_text("def f(:\n")
    files = sorted(tmp_path.iterdir())

    made = [*islice(edits.random_edits(files, ["shop.db"]), 3)]

    assert made == [*islice(edits.random_edits(files, ["shop.db"]), 3)]
    assert [edit.kind for edit in made] == ["body", "import", "parameter"]
    assert "        print(1)\n        return 1\n" in made[0].text
    assert made[1].text.endswith("\nimport shop.db")
    assert "    @cached\n    def total(self, tax, *, added_by_an_edit=None):\n        return 1\n" in made[2].text
    for edit in made:
        ast.parse(edit.text)


@pytest.mark.parametrize("config", ["imports.yaml", "calls.yaml", "all.yaml"])
def test_every_contract_applies_to_the_generated_modules(tmp_path: Path, config: str) -> None:
    base = next(base for base in code_bases.CODE_BASES if base.size == 60)
    code_bases.write(base, tmp_path, lambda *_: None)
    code_bases.configure(base, tmp_path)

    command = [sys.executable, "-m", "archguard", "check", "--no-cache", "--config", config, "-q"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode in {0, 1}, done.stdout


def test_a_missed_target_is_bold_and_stands_beside_what_was_measured() -> None:
    base = next(base for base in code_bases.CODE_BASES if base.package == "django")
    cold = f"{run.IMPORTS}, cold"
    rows = [run.Row(title, (), "") for title in (run.COLD, cold, run.TACH, run.RUFF)]
    for row, seconds, mebibytes in zip(rows, (2.0, 3.0, 6.0, 4.0), (50.0, 60.0, 40.0, 30.0), strict=True):
        row.samples.append(processes.Sample(seconds, seconds, mebibytes, 0.0, 0))
        row.together = mebibytes

    table = run._summary({base: rows}).splitlines()

    assert table[0] == "| Measured / target | django |"
    assert f"| {cold} | **1.50** / 1.1 |" in table
    assert f"| {run.MEMORY} | 1.20 / 1.5 |" in table
    assert f"| {run.AHEAD} | 0.75 |" in table
