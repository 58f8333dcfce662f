"""`scripts/fuzz_scanner.py` damages real files, and compares what the scanner accepts of them with `ast`."""

import ast
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from archguard.codebase.imports import syntax_scanner

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import fuzz_scanner  # a script, found by the line above


def is_python(content: bytes) -> bool:
    try:
        ast.parse(content)
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.filterwarnings("ignore")
def test_the_same_seed_damages_the_same_files_in_the_same_way() -> None:
    files, again, others = ([*islice(fuzz_scanner.damaged_files([], [b"yield"], seed), 200)] for seed in (1, 1, 2))

    assert files == again != others
    assert 20 < sum(map(is_python, files)) < 180


@pytest.mark.skipif(not syntax_scanner.is_compiled(), reason="the scanner is not compiled")
def test_a_short_run_finds_no_difference(tmp_path: Path) -> None:
    command = [sys.executable, fuzz_scanner.ROOT / "scripts/fuzz_scanner.py", "--seconds", "2", "--seed", "5"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.partition(" of them certain, ")[2]) == (0, "none differs from ast\n")
    assert not [*tmp_path.iterdir()]
