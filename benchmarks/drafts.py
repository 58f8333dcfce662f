# /// script
# requires-python = ">=3.11"
# dependencies = ["archguard-enforcer"]
# ///
"""Measures how long the resident process takes to answer for a draft of one file, and how much memory it has.

    python benchmarks/drafts.py --config django/calls.yaml --drafts 60 django

Drafts are random edits of random files, the same ones each time: a statement in a function, an import, a parameter.
With `--compare N`, the answers for the first N of them are compared with those of runs from nothing on a copy.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from edits import EDITS, Edit, random_edits

from archguard.servers.client import ask

PATIENCE: Final = 600.0
FIRST: Final = 3
"""Answers that are not counted: they parse what each later one finds parsed."""


def main() -> None:
    """Measure, and print a row of a table."""
    options = _options()
    files = sorted(options.folder.rglob("*.py"))
    drafts = [*islice(random_edits(files, sorted(sys.stdlib_module_names)), options.drafts + FIRST)]
    _ask(options, "stop", start=False)
    begin = time.perf_counter()
    _check(options, Edit(files[0], "none", files[0].read_text(encoding="utf-8")))
    cold = time.perf_counter() - begin
    before = _memory(options)
    answers = [_timed(options, draft) for draft in drafts]
    memory = f"{before:.0f} MiB then, {_memory(options):.0f} MiB after {len(answers)} drafts"
    title = f"{options.folder}: {len(files)} files; first answer after {cold:.2f} s; {memory}"
    _print(title, [(seconds, cpu) for _, seconds, cpu in answers[FIRST:]], drafts[FIRST:])
    if options.compare:
        _compare(options, [(draft, answer) for draft, (answer, _, _) in zip(drafts, answers, strict=True)])
    _ask(options, "stop", start=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder of the files that are edited")
    parser.add_argument(
        "--config", type=Path, help="the configuration; by default it is looked for from the folder upwards"
    )
    parser.add_argument("--drafts", type=int, default=60, metavar="N")
    parser.add_argument("--compare", type=int, default=0, metavar="N")
    return parser.parse_args()


# How it is measured


def _ask(options: argparse.Namespace, method: str, *, start: bool = True, **arguments: Any) -> Any:
    config = [str(options.config)] if options.config else []
    return ask(str(options.folder), {"method": method, **arguments}, start=start, timeout=PATIENCE, config=config)


def _check(options: argparse.Namespace, draft: Edit) -> Any:
    answer = _ask(options, "check", drafts={str(draft.file.resolve()): draft.text})
    if "new" not in answer:
        sys.exit(f"no answer for {draft.file}: {answer}")
    return answer


def _timed(options: argparse.Namespace, draft: Edit) -> tuple[Any, float, float]:
    """The answer, its seconds as the client waits, and those of the daemon's processor with its freeing of memory."""
    before = _ask(options, "status")["cpu_seconds"]
    begin = time.perf_counter()
    answer = _check(options, draft)
    seconds = time.perf_counter() - begin
    return answer, seconds, _ask(options, "status")["cpu_seconds"] - before


def _memory(options: argparse.Namespace) -> float:
    """MiB."""
    status = _ask(options, "status")
    return float(status["bytes"]) / (1 << 20)


def _print(title: str, samples: list[tuple[float, float]], drafts: list[Edit]) -> None:
    """A row for all drafts, and one for each sort of edit."""
    sys.stdout.write(f"{title}; 1-minute load {os.getloadavg()[0]:.1f}\n\n")
    sys.stdout.write("| Edits | Drafts | Median, ms | 95 %, ms | Longest, ms | CPU median, ms | CPU 95 %, ms |\n")
    sys.stdout.write("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
    for edit in ("all", *EDITS):
        chosen = [sample for sample, draft in zip(samples, drafts, strict=True) if edit in ("all", draft.kind)]
        wall, cpu = ([1000 * seconds for seconds in column] for column in zip(*chosen, strict=True))
        figures = (median(wall), _most(wall), max(wall), median(cpu), _most(cpu))
        sys.stdout.write(f"| {edit} | {len(chosen)} | {' | '.join(f'{figure:.0f}' for figure in figures)} |\n")


def _most(of: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(of, n=20, method="inclusive")[-1]


# Whether it is right


def _compare(options: argparse.Namespace, answers: list[tuple[Edit, Any]]) -> None:
    """Compare the first answers with the differences of runs from nothing."""
    root, equal = Path(_ask(options, "status")["root"]), 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".git", ".archguard_cache", "__pycache__"))
        before = _from_nothing(options, root, copy)
        for draft, answer in answers[: options.compare]:
            file = copy / draft.file.resolve().relative_to(root)
            text = file.read_bytes()
            file.write_text(draft.text, encoding="utf-8")
            after = _from_nothing(options, root, copy)
            file.write_bytes(text)
            found = {key: Counter(map(_name, answer[key])) for key in ("new", "fixed")}
            expected = {"new": after - before, "fixed": before - after}
            equal += found == expected
            if found != expected:
                sys.stdout.write(f"{draft.file} ({draft.kind}): {found} instead of {expected}\n")
    sys.stdout.write(f"\n{equal} of {len(answers[: options.compare])} answers are those of runs from nothing\n")


def _from_nothing(options: argparse.Namespace, root: Path, copy: Path) -> Counter[str]:
    config = ["--config", str(copy / options.config.resolve().relative_to(root))] if options.config else []
    command = [sys.executable, "-m", "archguard", "check", "--no-cache", "--format", "json", *config]
    done = subprocess.run(command, cwd=copy, capture_output=True, check=False)  # noqa: S603  # archguard itself
    return Counter(map(_name, json.loads(done.stdout)["violations"]))


def _name(violation: dict[str, Any]) -> str:
    fingerprint: str = violation["fingerprint"]
    return fingerprint


if __name__ == "__main__":
    main()
