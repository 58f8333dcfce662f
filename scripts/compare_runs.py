"""Compare the reports of runs that must be equal, byte for byte, on real code.

    python scripts/compare_runs.py ../django ../saleor
    python scripts/compare_runs.py --config archguard.yaml --edits 6 ../shop

How it works: each folder is copied, and checked with `--format json` by a configuration that fits any code, or the one
given. These must tell what a run without a cache tells:

- without the compiled scanner of imports, and with one process instead of one for each processor;
- with an empty cache, and again with what it has kept;
- after an edit, compared with a run without a cache on the edited files, and after the edit has been undone.

The exit code and what is written to stderr are compared too, the time that the run took is not; a fault of archguard is
always told. Cost: two runs without a cache, one that fills it, two for each edit, and two that the cache answers.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from edits import random_edits  # found by the line above

_CONFIG: Final = "compare-runs.yaml"
_SKIPPED: Final = shutil.ignore_patterns(".*", "node_modules", "venv", "archguard-baseline.yaml")
_SECONDS: Final = re.compile(r'(?<="seconds": )[^,\s]+')
_FAULT: Final = 3
_SHOWN: Final = 300
"""Characters of a line that differs."""


@dataclass(frozen=True)
class Run:
    """What a run has told."""

    exit_code: int
    report: str
    errors: str

    def difference(self, expected: "Run") -> str:
        """The first line that differs, as it is and as it should be; "" if none does."""
        if self.exit_code == _FAULT or self.exit_code < 0:
            return f"ends with {self.exit_code}: {self.errors[-_SHOWN:]}"
        pairs = zip_longest(self._lines(), expected._lines(), fillvalue="(nothing)")
        return next((f"{ours[:_SHOWN]} instead of {theirs[:_SHOWN]}" for ours, theirs in pairs if ours != theirs), "")

    def _lines(self) -> list[str]:
        return [f"exit code {self.exit_code}", *self.report.splitlines(), *self.errors.splitlines()]


@dataclass(frozen=True)
class Checker:
    """Runs archguard in a folder."""

    program: Sequence[str]
    folder: Path

    def __call__(self, *options: str, pure: bool = False, alone: bool = False) -> Run:
        """Check the folder; `pure` without the compiled scanner, `alone` in one process."""
        done = subprocess.run(  # noqa: S603  # archguard itself
            [*self.program, "check", "--config", _CONFIG, "--format", "json", *options],
            cwd=self.folder,
            env={**os.environ, "ARCHGUARD_PURE_PYTHON": "1" if pure else ""},
            preexec_fn=_use_one_processor if alone else None,  # this process has no threads
            capture_output=True,
            check=False,
        )
        return Run(done.returncode, _SECONDS.sub("0", done.stdout.decode()), done.stderr.decode())


def main() -> None:
    """Compare, and end with 1 if something differs."""
    options = _options()
    differing = 0
    for seed, folder in enumerate(options.folders):
        found = [*compare(folder, options, seed)]
        differing += bool(found)
        for difference in found:
            print(f"DIFFERS {folder}: {difference}", flush=True)
    print(f"{len(options.folders)} folders, {differing} differ")
    sys.exit(bool(differing))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--config", type=Path, help="a configuration for all folders; by default one that fits any")
    parser.add_argument("--edits", type=int, default=3, help="a body, an import, a parameter, … (default: 3)")
    parser.add_argument(
        "--program", nargs="+", default=[sys.executable, "-m", "archguard"], help="the archguard to run"
    )
    return parser.parse_args()


def compare(folder: Path, options: argparse.Namespace, seed: int) -> Iterator[str]:
    """The runs on a copy of `folder` that differ, each with the first line that does. Prints what has been checked."""
    with tempfile.TemporaryDirectory() as copies:
        copy = Path(copies, folder.resolve().name)
        shutil.copytree(folder, copy, symlinks=True, ignore=_SKIPPED)
        text = options.config.read_text(encoding="utf-8") if options.config else json.dumps(general_config(copy))
        (copy / _CONFIG).write_text(text, encoding="utf-8")
        check = Checker(options.program, copy)
        expected = check("--no-cache")
        print(f"{folder}: {_summary(expected)}", flush=True)
        yield from _compare_ways(check, expected)
        yield from _compare_kept(check, expected, islice(_edits(copy, seed), options.edits))


def _compare_ways(check: Checker, expected: Run) -> Iterator[str]:
    if difference := expected.difference(expected):
        yield f"without a cache: {difference}"
    # Both at once, which is one run less; each alone if that differs.
    if both := check("--no-cache", pure=True, alone=True).difference(expected):
        yield f"without the compiled scanner and in one process: {both}"
        yield f"without the compiled scanner: {check('--no-cache', pure=True).difference(expected) or 'equal'}"
        yield f"in one process: {check('--no-cache', alone=True).difference(expected) or 'equal'}"


def _compare_kept(check: Checker, expected: Run, edits: Iterator[tuple[str, Path, str]]) -> Iterator[str]:
    for title in ("with an empty cache", "with a filled cache"):
        if difference := check().difference(expected):
            yield f"{title}: {difference}"
    undone: dict[Path, bytes] = {}
    for title, file, text in edits:
        undone.setdefault(file, file.read_bytes())
        file.write_text(text, encoding="utf-8")
        if difference := check().difference(check("--no-cache")):
            yield f"after {title}: {difference}"
    for file, content in undone.items():
        file.write_bytes(content)
    if difference := check().difference(expected):
        yield f"after the edits are undone: {difference}"


def _edits(folder: Path, seed: int) -> Iterator[tuple[str, Path, str]]:
    """Edits without end, if a file has a function: a title, the file, and what it holds then."""
    files = sorted(file for file in folder.rglob("*.py") if file.is_file() and b"def " in file.read_bytes())
    modules = [".".join(file.relative_to(folder).with_suffix("").parts) for file in files]
    for edit in random_edits(files, modules, seed=seed) if files else ():
        yield f"an edit of {edit.kind} in {edit.file.relative_to(folder)}", edit.file, edit.text


def general_config(folder: Path) -> dict[str, Any]:
    """A configuration whose contracts name nothing but the largest package, and which most code breaks."""
    everything = {"modules": "**"}
    contracts: list[Mapping[str, Any]] = [
        {"kind": "database", **everything},
        {"kind": "gateway", **everything},
        {"kind": "external", **everything, "deny": ["requests", "sqlalchemy.*", "os"]},
        {"kind": "metrics", **everything, "max": {"afferent": 5}},
        {"kind": "effects", "rules": [{"in": "loop", "must_not": ["query", "commit", "http"]}]},
        {"kind": "structure", "rules": [{"functions": {"be": "async"}, "must_not": {"call": ["time.sleep"]}}]},
    ]
    project = {}
    if package := _largest_package(folder):
        project = {"source_roots": [package.parent.relative_to(folder).as_posix()]}
        contracts += [{"kind": kind, "children_of": package.name} for kind in ("acyclic", "independence")]
    named = [{"id": f"the-{contract['kind']}", **contract} for contract in contracts]
    return {"version": 1, "project": project, "contracts": named}


def _largest_package(folder: Path) -> Path | None:
    """The top-level package with the most files; None if there is none."""
    packages = {file.parent for file in folder.rglob("__init__.py")}
    count = Counter(top for package in sorted(packages) if (top := _top(package, packages)) != folder)
    return count.most_common(1)[0][0] if count else None


def _top(package: Path, packages: set[Path]) -> Path:
    return _top(package.parent, packages) if package.parent in packages else package


def _summary(run: Run) -> str:
    return f"exit code {run.exit_code}, {len(run.report.splitlines()):,} lines"


def _use_one_processor() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


if __name__ == "__main__":
    main()
