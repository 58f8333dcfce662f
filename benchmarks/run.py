# /// script
# requires-python = ">=3.11"
# ///
"""Measures archguard beside other tools, whole processes in turn, and writes the tables of the page on performance.

Needs only the standard library: it sets up an environment of its own, and unpacks the code bases without running them.
A run of everything takes about a quarter of an hour.
"""

import argparse
import json
import os
import platform
import random
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
from typing import Any, Final
from zipfile import ZipFile

CHECKOUT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = CHECKOUT / "docs" / "explanation" / "performance.md"
BEGIN: Final = "<!-- measured -->"
END: Final = "<!-- end -->"
WORK: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "archguard-benchmarks"

COLD: Final = "import-linter, cold"
WARM: Final = "import-linter, warm"
"""What the other runs are compared with."""

PEERS: Final = ("import-linter", "tach", "ruff")
PARSERS: Final = ("grimp", "sqlglot")
TIMEOUT: Final = 300
"""The seconds that a process may take."""
LONG: Final = 15
"""The seconds from which a process is run less often."""
LONG_RUNS: Final = 3
OUTPUT: Final = "output.txt"
MODULES: Final = sorted(sys.stdlib_module_names)
"""What an edit imports."""


@dataclass(frozen=True)
class CodeBase:
    """A wheel of the package index, and the layers that every tool is asked about."""

    package: str
    requirement: str
    """What pip is asked for; "" of a code base that is made up."""
    layers: tuple[str, ...]
    edited: str
    """The module to which imports are added."""
    size: int = 0
    """How many modules it has, if it is made up."""

    @property
    def modules(self) -> list[str]:
        """The layers, as modules."""
        return [f"{self.package}.{layer}" for layer in self.layers]


LAYERS: Final = ("web", "services", "domain", "storage")
SIZES: Final = (1_000, 10_000, 50_000)
CODE_BASES: Final = (
    CodeBase("django", "django", ("contrib", "views", "db", "utils"), "utils/timesince.py"),
    CodeBase("homeassistant", "homeassistant==2024.3.0", ("components", "helpers", "core"), "helpers/sun.py"),
    CodeBase("sympy", "sympy", ("physics", "solvers", "core", "utilities"), "utilities/memoization.py"),
    *(CodeBase(f"generated_{size}", "", LAYERS, "storage/p0/m0.py", size) for size in SIZES),
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
    reference: str = COLD
    """The title of the row that it is compared with."""
    target: str = ""
    primed: bool = False
    """Whether it runs once more before, to fill its cache."""
    edited: bool = False
    """Whether one file gets one more import after that."""
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
    def archguard(title: str, config: str, *options: str, **more: Any) -> Row:
        command = (str(tools / "archguard"), "check", "--config", config, *options)
        return Row(f"archguard, {title}", command, "Looked at ", **more)

    linter = (str(tools / "lint-imports"), "--config", ".importlinter")
    imports = [
        Row(COLD, (*linter, "--no-cache"), "Analyzed "),
        archguard("cold", "layers.yaml", "--no-cache", target="0.85 x, 1.2 x"),
        Row(WARM, linter, "Analyzed ", WARM, primed=True),
        archguard("nothing changed", "layers.yaml", reference=WARM, target="0.08 x", primed=True),
        archguard("one import edited", "layers.yaml", reference=WARM, target="0.15 x", primed=True, edited=True),
    ]
    if base.size:
        return imports
    return [
        *imports,
        archguard("cold, from `.importlinter`", ".importlinter", "--no-cache"),
        archguard("cold, with database + gateway contracts", "calls.yaml", "--no-cache", target="6 x"),
        Row("tach check: direct imports only", (str(tools / "tach"), "check"), "Internal Dependencies"),
        Row("ruff analyze graph: no contract", (str(tools / "ruff"), "analyze", "graph", base.package), base.package),
        *([archguard("cold, 1,229 independent siblings", "siblings.yaml", "--no-cache")] * _is_home_assistant(base)),
    ]


def _is_home_assistant(base: CodeBase) -> bool:
    return base.package == "homeassistant"


def _configure(base: CodeBase, tree: Path) -> None:
    (tree / ".importlinter").write_text(_import_linter(base), encoding="utf-8")
    (tree / "tach.toml").write_text(_tach(base), encoding="utf-8")
    layers = {"id": "layered", "kind": "layers", "layers": base.modules}
    calls = [{"id": kind, "kind": kind, "modules": base.package} for kind in ("database", "gateway")]
    siblings = {"id": "apart", "kind": "independence", "children_of": base.modules[0]}
    for name, contracts in {"layers": [layers], "calls": calls, "siblings": [siblings]}.items():
        # JSON is YAML, and the standard library writes it.
        config = {"version": 1, "project": {"packages": [base.package]}, "contracts": contracts}
        (tree / f"{name}.yaml").write_text(json.dumps(config), encoding="utf-8")


def _import_linter(base: CodeBase) -> str:
    layers = "\n".join(f"    {module}" for module in base.modules)
    contract = f"[importlinter:contract:layered]\nname = layered\ntype = layers\nlayers =\n{layers}\n"
    return f"[importlinter]\nroot_package = {base.package}\n\n{contract}"


def _tach(base: CodeBase) -> str:
    modules = "".join(f'[[modules]]\npath = "{base.package}.{layer}"\nlayer = "{layer}"\n' for layer in base.layers)
    return f'source_roots = ["."]\nlayers = {json.dumps(base.layers)}\n{modules}'


# How it is measured


def _measure(base: CodeBase, options: argparse.Namespace, tools: Path) -> str:
    tree = _generate(base, options.work) if base.size else _unpack(base, options.work, tools)
    _configure(base, tree)
    rows = _rows(base, tools)
    edited = tree / base.package / base.edited
    content = edited.read_text(encoding="utf-8")
    try:
        for row in _turns(rows, options.runs):
            if row.primed:
                _run(row, tree)
            if row.edited:
                edited.write_text(f"{content}\nimport {MODULES[len(row.samples)]}\n", encoding="utf-8")
            _run_once(row, tree)
    finally:
        edited.write_text(content, encoding="utf-8")
    return f"{_describe(base, tree)}\n\n{_table(rows)}"


def _turns(rows: Sequence[Row], runs: int) -> Iterator[Row]:
    # A B A B, so that what else the machine does falls on all of them.
    for _ in range(runs):
        yield from (row for row in rows if row.wanted(runs))


def _run_once(row: Row, tree: Path) -> None:
    sample, exit_code = _run(row, tree)
    sys.stderr.write(f"{tree.name}: {row.title}: {sample.seconds:.2f} s\n")
    row.samples.append(sample)
    row.timed_out = sample.seconds >= TIMEOUT
    _require_proof(row, exit_code, tree / OUTPUT)


def _run(row: Row, tree: Path) -> tuple[Sample, int]:
    with (tree / OUTPUT).open("wb") as file:
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
    return Sample(seconds, usage.ru_maxrss / 1024), process.returncode


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


def _generate(base: CodeBase, work: Path) -> Path:
    """Modules that import five others of their layer or below, in packages of twenty; the same ones each time."""
    tree = work / base.package
    chosen = random.Random(base.size)  # noqa: S311  # nobody is to be surprised
    modules: list[str] = []
    for layer in reversed(base.layers):
        for number in range(base.size // len(base.layers)):
            module = f"{base.package}.{layer}.p{number // 20}.m{number % 20}"
            imported = chosen.sample(modules, min(5, len(modules)))
            file = tree.joinpath(*module.split(".")).with_suffix(".py")
            if number % 20 == 0:
                file.parent.mkdir(parents=True, exist_ok=True)
                (file.parent / "__init__.py").touch()
            file.write_text(_module(imported), encoding="utf-8")
            modules.append(module)
        (tree / base.package / layer / "__init__.py").touch()
    (tree / base.package / "__init__.py").touch()
    return tree


def _module(imported: Sequence[str]) -> str:
    imports = "".join(f"from {module} import work as {module.replace('.', '_')}\n" for module in imported)
    calls = "".join(f"    total += {module.replace('.', '_')}(number)\n" for module in imported)
    methods = "".join(f"\n    def step_{n}(self, value: int) -> int:\n        return value + {n}\n" for n in range(8))
    work = f'def work(number: int) -> int:\n    """What others call."""\n    total = number\n{calls}    return total\n'
    return f'"""A module among many."""\n\nimport os\n{imports}\n\n{work}\n\nclass Worker:\n{methods}'


def _pip(tools: Path, *arguments: str) -> None:
    subprocess.run([tools / "python", "-m", "pip", "--quiet", *arguments], check=True)  # noqa: S603  # ours


# How it is told


def _table(rows: Sequence[Row]) -> str:
    references = {row.title: row for row in rows}
    head = ("Run", "Compared with", "Wall time", "Peak memory", "Target", "Seconds, median", "Range", "MiB", "Runs")
    lines = [head, ("---", "---", *["---:"] * (len(head) - 2))]
    lines += [_cells(row, references[row.reference]) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row: Row, reference: Row) -> tuple[str, ...]:
    if row.timed_out or reference.timed_out:
        time_taken = f"over {TIMEOUT} s" if row.timed_out else f"{row.seconds:.2f}"
        return (row.title, row.reference, "", "", row.target, time_taken, "", "", str(len(row.samples)))
    return (
        row.title,
        row.reference if row is not reference else "",
        f"{row.seconds / reference.seconds:.2f} x",
        f"{row.mebibytes / reference.mebibytes:.2f} x",
        row.target,
        f"{row.seconds:.2f}",
        row.spread,
        f"{row.mebibytes:.0f}",
        str(len(row.samples)),
    )


def _describe(base: CodeBase, tree: Path) -> str:
    files = list((tree / base.package).rglob("*.py"))
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    # name-version-py3-none-any.whl
    wheels = (tree.parent / "wheels" / base.package).glob("*.whl")
    version = "".join(f" {wheel.name.split('-')[1]}" for wheel in wheels)
    return f"**{base.package}{version}**, {len(files):,} files, {lines:,} lines; layers: {' > '.join(base.modules)}"


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
