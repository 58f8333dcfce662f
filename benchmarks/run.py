# /// script
# requires-python = ">=3.11"
# ///
"""Measures archguard beside other tools, whole processes in turn, and writes the table of the page on performance.

Needs only the standard library: it sets up an environment of its own, and unpacks the code bases without running them.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Final
from zipfile import ZipFile

CHECKOUT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = CHECKOUT / "docs" / "explanation" / "performance.md"
BEGIN: Final = "<!-- measured -->"
END: Final = "<!-- end -->"
WORK: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "archguard-benchmarks"

PEERS: Final = ("import-linter", "tach", "ruff")
PARSERS: Final = ("grimp", "sqlglot")
TIMEOUT: Final = 300
"""The seconds that a process may take."""
LONG: Final = 15
"""The seconds from which a process is run less often."""
LONG_RUNS: Final = 3


@dataclass(frozen=True)
class CodeBase:
    """A wheel of the package index, and the layers that every tool is asked about."""

    package: str
    requirement: str
    layers: tuple[str, ...]

    @property
    def modules(self) -> list[str]:
        """The layers, as modules."""
        return [f"{self.package}.{layer}" for layer in self.layers]


CODE_BASES: Final = (
    CodeBase("django", "django", ("contrib", "views", "db", "utils")),
    CodeBase("homeassistant", "homeassistant==2024.3.0", ("components", "helpers", "core")),
    CodeBase("sympy", "sympy", ("physics", "solvers", "core", "utilities")),
)


@dataclass(frozen=True)
class Sample:
    """What one process took."""

    seconds: float
    mebibytes: float


@dataclass
class Row:
    """A command that is measured; `samples` grow with every round."""

    title: str
    command: tuple[str, ...]
    proof: str
    """What its output holds if it has done its work."""
    samples: list[Sample] = field(default_factory=list)
    timed_out: bool = False

    def wanted(self, runs: int) -> bool:
        """Whether it should run once more."""
        slow = any(sample.seconds > LONG for sample in self.samples)
        return not self.timed_out and len(self.samples) < (min(LONG_RUNS, runs) if slow else runs)

    @property
    def seconds(self) -> float:
        """The median of the wall time."""
        return median(sample.seconds for sample in self.samples)

    @property
    def mebibytes(self) -> float:
        """The median of the peak of memory."""
        return median(sample.mebibytes for sample in self.samples)

    @property
    def spread(self) -> str:
        """The fastest and the slowest run."""
        seconds = [sample.seconds for sample in self.samples]
        return f"{min(seconds):.2f} to {max(seconds):.2f}"


def main() -> None:
    """Measure, print the table, and write it into the page."""
    options = _options()
    tools = _install(options.work)
    bases = [base for base in CODE_BASES if base.package in options.code_bases]
    tables = [_measure(base, options, tools) for base in bases]
    text = "\n\n".join([_provenance(tools, options), *tables])
    sys.stdout.write(f"{text}\n")
    _write(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    packages = [base.package for base in CODE_BASES]
    parser.add_argument("code_bases", nargs="*", default=packages, metavar="CODE_BASE", help=", ".join(packages))
    parser.add_argument("--runs", type=int, default=7, help=f"of each command (at most {LONG_RUNS} above {LONG} s)")
    parser.add_argument("--work", type=Path, default=WORK, help="where the environment and the code bases are kept")
    return parser.parse_args()


# What is measured


def _rows(base: CodeBase, tools: Path) -> list[Row]:
    def archguard(title: str, config: str) -> Row:
        return Row(f"archguard: {title}", (str(tools / "archguard"), "check", "--config", config), "Looked at ")

    linter = (str(tools / "lint-imports"), "--no-cache", "--config", ".importlinter")
    return [
        Row("import-linter: layers", linter, "Analyzed "),
        archguard("layers", "layers.yaml"),
        archguard("layers, from `.importlinter`", ".importlinter"),
        archguard("layers + database", "database.yaml"),
        archguard("layers + gateway", "gateway.yaml"),
        archguard("layers + database + gateway", "both.yaml"),
        Row("tach check: layers, direct imports only", (str(tools / "tach"), "check"), "Internal Dependencies"),
        Row("ruff analyze graph: no contract", (str(tools / "ruff"), "analyze", "graph", base.package), base.package),
    ]


def _configure(base: CodeBase, tree: Path) -> None:
    (tree / ".importlinter").write_text(_import_linter(base), encoding="utf-8")
    (tree / "tach.toml").write_text(_tach(base), encoding="utf-8")
    for name, kinds in {"layers": (), "database": ("database",), "gateway": ("gateway",)}.items():
        (tree / f"{name}.yaml").write_text(_archguard(base, kinds), encoding="utf-8")
    (tree / "both.yaml").write_text(_archguard(base, ("database", "gateway")), encoding="utf-8")


def _archguard(base: CodeBase, kinds: Sequence[str]) -> str:
    contracts: list[dict[str, object]] = [{"id": "layered", "kind": "layers", "layers": base.modules}]
    contracts += [{"id": kind, "kind": kind, "modules": base.package} for kind in kinds]
    # JSON is YAML, and the standard library writes it.
    return json.dumps({"version": 1, "project": {"packages": [base.package]}, "contracts": contracts})


def _import_linter(base: CodeBase) -> str:
    layers = "\n".join(f"    {module}" for module in base.modules)
    contract = f"[importlinter:contract:layered]\nname = layered\ntype = layers\nlayers =\n{layers}\n"
    return f"[importlinter]\nroot_package = {base.package}\n\n{contract}"


def _tach(base: CodeBase) -> str:
    modules = "".join(f'[[modules]]\npath = "{base.package}.{layer}"\nlayer = "{layer}"\n' for layer in base.layers)
    return f'source_roots = ["."]\nlayers = {json.dumps(base.layers)}\n{modules}'


# How it is measured


def _measure(base: CodeBase, options: argparse.Namespace, tools: Path) -> str:
    tree = _unpack(base, options.work, tools)
    _configure(base, tree)
    rows = _rows(base, tools)
    for row in _turns(rows, options.runs):
        _run_once(row, tree)
    return f"{_describe(base, tree)}\n\n{_table(rows)}"


def _turns(rows: Sequence[Row], runs: int) -> Iterator[Row]:
    # A B A B, so that what else the machine does falls on all of them.
    for _ in range(runs):
        yield from (row for row in rows if row.wanted(runs))


def _run_once(row: Row, tree: Path) -> None:
    output = tree / "output.txt"
    with output.open("wb") as file:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603  # the commands are those above
            row.command, cwd=tree, stdout=file, stderr=file, env={**os.environ, "PYTHONPATH": str(tree)}
        )
        killer = threading.Timer(TIMEOUT, process.kill)
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        killer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    sys.stderr.write(f"{tree.name}: {row.title}: {seconds:.2f} s\n")
    row.samples.append(Sample(seconds, usage.ru_maxrss / 1024))
    row.timed_out = seconds >= TIMEOUT
    _require_proof(row, process.returncode, output)


def _require_proof(row: Row, exit_code: int, output: Path) -> None:
    text = output.read_text(encoding="utf-8", errors="replace")
    # 1 says that there are violations.
    if not row.timed_out and (exit_code not in {0, 1} or row.proof not in text):
        sys.exit(f"{row.title} ended with {exit_code}:\n{text[-2000:]}")


# Where it is measured


def _install(work: Path) -> Path:
    tools = work / "venv" / "bin"
    if not tools.exists():
        venv.create(work / "venv", with_pip=True)
        _pip(tools, "install", *PEERS)
    _pip(tools, "install", f"{CHECKOUT}[sql]")
    # Once more, since pip leaves what has the same version; not editable, so that no edit falls between two runs.
    _pip(tools, "install", "--force-reinstall", "--no-deps", str(CHECKOUT))
    return tools


def _unpack(base: CodeBase, work: Path, tools: Path) -> Path:
    tree = work / base.package
    if not tree.exists():
        wheels = work / "wheels" / base.package
        _pip(tools, "download", "--no-deps", "--only-binary", ":all:", "--dest", str(wheels), base.requirement)
        for wheel in wheels.glob("*.whl"):
            ZipFile(wheel).extractall(tree)
    return tree


def _pip(tools: Path, *arguments: str) -> None:
    subprocess.run([tools / "python", "-m", "pip", "--quiet", *arguments], check=True)  # noqa: S603  # ours


# How it is told


def _table(rows: Sequence[Row]) -> str:
    reference = rows[0]
    head = ("Run", "Wall time", "Peak memory", "Seconds, median", "Seconds, range", "MiB, median", "Runs")
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *(_cells(row, reference) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row: Row, reference: Row) -> tuple[str, ...]:
    if row.timed_out:
        return (row.title, f"over {TIMEOUT} s", *[""] * 4, str(len(row.samples)))
    return (
        row.title,
        f"{row.seconds / reference.seconds:.2f} x",
        f"{row.mebibytes / reference.mebibytes:.2f} x",
        f"{row.seconds:.2f}",
        row.spread,
        f"{row.mebibytes:.0f}",
        str(len(row.samples)),
    )


def _describe(base: CodeBase, tree: Path) -> str:
    files = list((tree / base.package).rglob("*.py"))
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    # name-version-py3-none-any.whl
    version = next((tree.parent / "wheels" / base.package).glob("*.whl")).name.split("-")[1]
    return f"**{base.package} {version}**, {len(files):,} files, {lines:,} lines; layers: {' > '.join(base.modules)}"


def _provenance(tools: Path, options: argparse.Namespace) -> str:
    packages = json.loads(_said(tools / "pip", "list", "--format=json"))
    installed = {package["name"]: package["version"] for package in packages}
    peers = ", ".join(f"{name} {installed[name]}" for name in chain(PEERS, PARSERS))
    commit = _said("git", "-C", CHECKOUT, "describe", "--always", "--dirty").strip()
    system = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
    command = f"python benchmarks/run.py {' '.join(options.code_bases)} --runs {options.runs}"
    return f"archguard at {commit}, {peers}; {system}; `{command}`"


def _said(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # ours


def _write(text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
