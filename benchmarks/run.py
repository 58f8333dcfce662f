# /// script
# requires-python = ">=3.11"
# ///
"""Measures archguard beside other tools, whole processes in turn, and writes the tables of the page on performance.

    python benchmarks/run.py                                      # everything, about half an hour
    python benchmarks/run.py generated_60 django --runs 3         # some code bases, a few minutes

Needs only the standard library: it sets up an environment of its own, and runs on copies of the code bases in a
temporary folder, which it edits. The first round fills the caches and samples memory, and is not timed.
"""

import argparse
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

from code_bases import CODE_BASES, CodeBase, configure, write
from edits import Edit, random_edits
from processes import Place, Sample, busy_seconds

CHECKOUT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = CHECKOUT / "docs" / "explanation" / "performance.md"
BEGIN: Final = "<!-- measured -->"
END: Final = "<!-- end -->"
WORK: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "archguard-benchmarks"

TOOLS: Final = ("import-linter", "tach", "ruff", "inwards")
PARSERS: Final = ("grimp", "sqlglot")
TIMEOUT: Final = 300
"""The seconds that a process may take."""
LONG: Final = 15
"""The seconds from which a process is timed once only."""

COLD: Final = "import-linter, cold"
WARM: Final = "import-linter, warm"
"""What the other runs are compared with."""
IMPORTS, CALLS, ALL = "imports", "database + gateway", "all kinds"
TACH: Final = "tach: direct imports only"
RUFF: Final = "ruff analyze graph: no contract"
MEMORY: Final = f"{IMPORTS}, cold: peak memory"
AHEAD: Final = f"{IMPORTS}, cold: to the faster of tach and ruff"

TARGETS: Final = {
    f"{IMPORTS}, cold": {
        "generated_60": 1.0, "django": 1.1, "homeassistant": 0.75, "generated_10000": 0.55, "generated_50000": 0.4,
    },
    AHEAD: {"homeassistant": 1.0},
    MEMORY: {
        "generated_60": 1.2, "django": 1.5, "homeassistant": 1.0, "generated_10000": 0.7, "generated_50000": 0.7,
    },
    f"{IMPORTS}, nothing changed": {
        "django": 0.15, "homeassistant": 0.08, "generated_10000": 0.05, "generated_50000": 0.05,
    },
    f"{IMPORTS}, an import edited": {
        "generated_60": 0.5, "django": 0.5, "homeassistant": 0.3, "generated_10000": 0.3, "generated_50000": 0.3,
    },
    f"{CALLS}, cold": {"generated_60": 2.0, "django": 10.0, "homeassistant": 5.0},
    f"{CALLS}, a body edited": {"generated_60": 1.0, "django": 0.9, "homeassistant": 0.25},
}  # fmt: skip
"""The most that a run may take, as a ratio to import-linter if it names no other tool: of wall time, or of memory."""
MOST_CPU: Final = {("generated_60", f"{IMPORTS}, nothing changed"): 20}
"""The most milliseconds of CPU: most of the time of a small project is Python's start, in both tools."""


@dataclass
class Row:
    """A command that is measured; `samples` grow with every round."""

    title: str
    command: tuple[str, ...]
    proof: str
    """What its output matches if it has done its work."""
    reference: str = COLD
    """The title of the row that it is compared with."""
    edit: str = ""
    """How a file is edited before."""
    clears: bool = False
    """Whether archguard's cache is removed before."""
    together: float = 0.0
    """MiB of all its processes at their peak."""
    is_long: bool = False
    samples: list[Sample] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The median of the wall time."""
        return median(sample.seconds for sample in self.samples)

    @property
    def cpu(self) -> float:
        """The median of the CPU seconds."""
        return median(sample.cpu for sample in self.samples)

    @property
    def mebibytes(self) -> float:
        """The median of the peak of the largest process."""
        return median(sample.mebibytes for sample in self.samples)

    @property
    def spread(self) -> str:
        """The fastest and the slowest run."""
        seconds = [sample.seconds for sample in self.samples]
        return f"{min(seconds):.2f}\N{EN DASH}{max(seconds):.2f}"


@dataclass
class Group:
    """Commands that run one after the other in a copy of a code base, with one cache."""

    place: Place
    rows: Sequence[Row]
    edits: Iterator[Edit]
    originals: dict[Path, bytes] = field(default_factory=dict)
    """What edited files held."""

    def edit(self) -> None:
        """Edit the next file."""
        edit = next(self.edits)
        self.originals.setdefault(edit.file, edit.file.read_bytes())
        edit.file.write_text(edit.text, encoding="utf-8")

    def begin(self) -> None:
        """Undo the edits, so that each round finds the same code, unless the cache that knows them is used on."""
        if not any(row.clears and row.is_long for row in self.rows):
            for file, content in self.originals.items():
                file.write_bytes(content)


def main() -> None:
    """Measure, print the tables, and write them into the page."""
    options = _options()
    tools = _install(options.work)
    measured: dict[CodeBase, list[Row]] = {}
    load, busy, own = os.getloadavg()[0], busy_seconds(), _own_seconds()
    with tempfile.TemporaryDirectory() as folder:
        for base in (base for base in CODE_BASES if base.package in options.code_bases):
            measured[base] = _measure(base, options, tools, Path(folder))
    others = 1 - (_own_seconds() - own) / max(busy_seconds() - busy, 0.01)
    machine = f"load {load:.1f} before; other processes took {others:.0%} of the CPU time that was used"
    text = "\n\n".join([_provenance(tools, options, machine), *_tables(measured, options.work)])
    sys.stdout.write(f"{text}\n")
    if not options.print_only:
        _write(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    packages = [base.package for base in CODE_BASES]
    parser.add_argument("code_bases", nargs="*", default=packages, metavar="CODE_BASE", help=", ".join(packages))
    parser.add_argument("--runs", type=int, default=5, help=f"of each command (one of those above {LONG} s)")
    parser.add_argument("--print-only", action="store_true", help="do not write the tables into the page")
    parser.add_argument("--work", type=Path, default=WORK, help="where the environment and the code bases are kept")
    options = parser.parse_args()
    if unknown := set(options.code_bases) - set(packages):
        parser.error(f"no such code base: {', '.join(sorted(unknown))}")
    return options


# What is measured


def _groups(base: CodeBase, source: Path, tools: Path, folder: Path) -> Iterator[Group]:
    rows = {"imports": _import_rows(base, tools)}
    if base.has_calls:
        cold = _archguard(tools, f"{CALLS}, cold", "calls.yaml", "--no-cache")
        rows |= {
            "calls": [cold, *_stored_rows(tools, CALLS, "calls.yaml")],
            "all": _stored_rows(tools, ALL, "all.yaml"),
        }
    for name, of_group in rows.items():
        tree = folder / base.package / name
        shutil.copytree(source, tree)
        configure(base, tree)
        files = sorted((tree / base.package).rglob("*.py"))
        modules = [".".join(file.relative_to(tree).with_suffix("").parts) for file in files if _is_module(file)]
        edits = random_edits(files, modules, [row.edit for row in of_group if row.edit])
        yield Group(Place(tree, {"PYTHONPATH": str(tree)}, folder / "output.txt"), of_group, edits)


def _is_module(file: Path) -> bool:
    return all(part.isidentifier() for part in file.with_suffix("").parts[-2:]) and not file.stem.startswith("__")


def _import_rows(base: CodeBase, tools: Path) -> list[Row]:
    archguard = partial(_archguard, tools)
    linter = (str(tools / "lint-imports"), "--config", ".importlinter")
    inwards = (str(tools / "inwards"), "check", "--format", "concise")
    return [
        Row(COLD, (*linter, "--no-cache"), "Analyzed "),
        archguard(f"{IMPORTS}, cold", "imports.yaml", "--no-cache"),
        Row(TACH, (str(tools / "tach"), "check"), "Internal Dependencies|All modules validated"),
        Row(RUFF, (str(tools / "ruff"), "analyze", "graph", base.package), base.package),
        Row("inwards, cold", (*inwards, "--no-cache"), r"\d files"),
        archguard(f"{IMPORTS}, cold, results stored", "imports.yaml", clears=True),
        archguard(f"{IMPORTS}, nothing changed", "imports.yaml", reference=WARM),
        archguard(f"{IMPORTS}, a body edited", "imports.yaml", reference=WARM, edit="body"),
        archguard(f"{IMPORTS}, an import edited", "imports.yaml", reference=WARM, edit="import"),
        # After the edits, so that they find a warm cache and two edited files.
        Row(WARM, linter, "Analyzed ", WARM),
        Row("inwards, warm", inwards, r"\d files", WARM),
    ]


def _stored_rows(tools: Path, contracts: str, config: str) -> list[Row]:
    archguard = partial(_archguard, tools)
    return [
        archguard(f"{contracts}, cold, results stored", config, clears=True),
        archguard(f"{contracts}, nothing changed", config),
        archguard(f"{contracts}, a body edited", config, edit="body"),
        archguard(f"{contracts}, an import edited", config, edit="import"),
        archguard(f"{contracts}, a signature edited", config, edit="parameter"),
    ]


def _archguard(tools: Path, title: str, config: str, *options: str, **more: Any) -> Row:
    return Row(title, (str(tools / "archguard"), "check", "--config", config, *options), "Looked at ", **more)


# How it is measured


def _measure(base: CodeBase, options: argparse.Namespace, tools: Path, folder: Path) -> list[Row]:
    source: Path = options.work / base.package
    if base.size:  # which another version may have generated
        shutil.rmtree(source, ignore_errors=True)
    if not source.exists():
        write(base, source, partial(_download, tools))
    groups = [*_groups(base, source, tools, folder)]
    for number in range(options.runs + 1):
        # A B A B, so that what else the machine does falls on all of them.
        for group in groups:
            group.begin()
            for row in group.rows:
                _run(row, group, number, base.package)
    shutil.rmtree(folder / base.package)
    return [row for group in groups for row in group.rows]


def _run(row: Row, group: Group, number: int, title: str) -> None:
    """Run a row in the round with that number."""
    if row.is_long and number > 1:
        return
    if row.clears:
        shutil.rmtree(group.place.folder / ".archguard_cache", ignore_errors=True)
    if row.edit:
        group.edit()
    sample = group.place.run(row.command, TIMEOUT, watch=number == 0)
    sys.stderr.write(f"{title}, round {number}: {row.title}: {sample.seconds:.2f} s, {sample.cpu:.2f} s of CPU\n")
    _require_proof(row, sample, group.place.output)
    if number == 0:
        row.together, row.is_long = sample.together, sample.seconds > LONG
    else:
        row.samples.append(sample)


def _require_proof(row: Row, sample: Sample, output: Path) -> None:
    text = output.read_text(encoding="utf-8", errors="replace")
    # 1 says that there are violations.
    if sample.seconds < TIMEOUT and (sample.exit_code not in {0, 1} or not re.search(row.proof, text)):
        sys.exit(f"{row.title} ended with {sample.exit_code}:\n{text[-2000:]}")


def _own_seconds() -> float:
    """The CPU time of this process and of all that it has started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


# Where it is measured


def _install(work: Path) -> Path:
    tools = work / "venv" / "bin"
    if not tools.exists():
        venv.create(work / "venv", with_pip=True)
    _pip(tools, "install", *TOOLS)
    _pip(tools, "install", f"{CHECKOUT}[sql]")
    # Once more, since pip leaves what has the same version; not editable, so that no edit falls between two runs.
    _pip(tools, "install", "--force-reinstall", "--no-deps", str(CHECKOUT))
    return tools


def _download(tools: Path, requirement: str, folder: Path) -> None:
    _pip(tools, "download", "--no-deps", "--only-binary", ":all:", "--dest", str(folder), requirement)


def _pip(tools: Path, *arguments: str) -> None:
    subprocess.run([tools / "python", "-m", "pip", "--quiet", *arguments], check=True)  # noqa: S603  # ours


# How it is told


def _tables(measured: dict[CodeBase, list[Row]], work: Path) -> Iterator[str]:
    yield _summary(measured)
    for base, rows in measured.items():
        yield f"**{_describe(base, work / base.package)}**"
        yield _details(rows)


def _summary(measured: dict[CodeBase, list[Row]]) -> str:
    """The ratios that have a target, each with its target."""
    head = ("Measured / target", *(base.package for base in measured))
    cells = [(title, *(_against_target(base, rows, title) for base, rows in measured.items())) for title in TARGETS]
    return _markdown(head, cells)


def _against_target(base: CodeBase, rows: list[Row], title: str) -> str:
    """Such as `0.62 / 0.75`, in bold if the target is missed; "" if that was not measured."""
    by_title = {row.title: row for row in rows}
    if most := MOST_CPU.get((base.package, title)):
        return _mark(1000 * by_title[title].cpu, most, "{:.0f} ms of CPU")
    ratio = _ratio(by_title, title)
    return "" if ratio is None else _mark(ratio, TARGETS[title].get(base.package), "{:.2f}")


def _ratio(rows: Mapping[str, Row], title: str) -> float | None:
    """What a target is about; None if it was not measured."""
    cold = rows[f"{IMPORTS}, cold"]
    if title == MEMORY:
        return cold.together / rows[COLD].together if cold.together else None
    if title == AHEAD:
        return cold.seconds / min(rows[TACH].seconds, rows[RUFF].seconds)
    row = rows.get(title)
    return row.seconds / rows[row.reference].seconds if row else None


def _mark(value: float, most: float | None, form: str) -> str:
    if most is None:
        return form.format(value)
    told = form.format(value) if value <= most else f"**{form.format(value)}**"
    return f"{told} / {most:g}"


def _details(rows: Sequence[Row]) -> str:
    by_title = {row.title: row for row in rows}
    ratios = ("Wall, ratio", "CPU, ratio", "Memory, ratio")
    head = ("archguard, or another tool", *ratios, "Seconds", "Range", "CPU seconds", "MiB", "MiB with workers", "Runs")
    return _markdown(head, [_cells(row, by_title[row.reference]) for row in rows])


def _cells(row: Row, reference: Row) -> tuple[str, ...]:
    if row.seconds >= TIMEOUT:
        return (row.title, *[""] * 3, f"over {TIMEOUT}", *[""] * 4, str(len(row.samples)))
    ratios = (
        row.seconds / reference.seconds,
        row.cpu / reference.cpu,
        row.together / reference.together if reference.together else 0.0,
    )
    return (
        row.title,
        *(f"{ratio:.2f}" for ratio in ratios),
        f"{row.seconds:.2f}",
        row.spread,
        f"{row.cpu:.2f}",
        f"{row.mebibytes:.0f}",
        f"{row.together:.0f}",
        str(len(row.samples)),
    )


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _describe(base: CodeBase, tree: Path) -> str:
    files = list((tree / base.package).rglob("*.py"))
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    # name-version-py3-none-any.whl
    wheels = (tree.parent / "wheels" / base.package).glob("*.whl")
    version = "".join(f" {wheel.name.split('-')[1]}" for wheel in wheels)
    return f"{base.package}{version}: {len(files):,} files, {lines:,} lines"


def _provenance(tools: Path, options: argparse.Namespace, machine: str) -> str:
    packages = json.loads(_said(tools / "pip", "list", "--format=json"))
    installed = {package["name"]: package["version"] for package in packages}
    versions = ", ".join(f"{name} {installed[name]}" for name in (*TOOLS, *PARSERS))
    commit = _said("git", "-C", CHECKOUT, "describe", "--always", "--dirty").strip()
    system = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
    command = f"python benchmarks/run.py {' '.join(options.code_bases)} --runs {options.runs}"
    return f"archguard at {commit}, {versions}; {system}; {machine}; `{command}`"


def _said(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # ours


def _write(text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
