"""Mutation testing: change one thing in the code, and see whether the tests of that folder notice.

    python scripts/mutate.py --count 100 --jobs 2

How it works: every place where an operator of `_mutants` applies is listed in a fixed order, and `--seed` draws a
sample, so that a run can be repeated. Each mutant is written into a copy of the working tree, where the tests of its
folder run until the first failure; a mutant that no test fails for survives, and is printed as a diff. A run that takes
three times as long as the unchanged code counts as killed. The exit code is 1 if fewer than `--threshold` are killed.

Why not a library: cosmic-ray and mutmut run all mutants of a file, and choose among them by file or by the tests that
reach a line, not by a sample; here a sample of 100 from 4,200 tells enough, every week.

Limits: a mutant may mean the same as the code (an order that does not matter, a limit that only saves time), which is
why 90 % is asked for and not all. Annotations, docstrings, messages, what runs for type checkers only, whether a
dataclass shows a field, and whether `zip` compares lengths are left out.
Cost: a run of the tests of one folder a mutant, at most; with two jobs about an hour for 100.
"""

import argparse
import ast
import difflib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final

ROOT: Final = Path(__file__).parents[1]

TARGETS: Final[dict[str, tuple[str, ...]]] = {
    "archguard/semantics": ("tests/semantics",),
    "archguard/codebase/imports": ("tests/codebase",),
    "archguard/incremental": ("tests/incremental", "tests/cli/test_snapshot.py", "tests/properties/test_outlines.py"),
}
"""The folders that are mutated, each with the tests that must notice."""

_SWAPS: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Continue: ast.Break,
    ast.Break: ast.Continue,
}
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES: Final = {"any": "all", "all": "any", "min": "max", "max": "min"}
_FACTOR: Final = 3
"""How many times longer than the unchanged code a mutant may take: loaded machines vary by two."""


@dataclass(frozen=True)
class Mutant:
    """A file with one expression or statement replaced."""

    path: Path
    line: int
    text: str

    def diff(self, root: Path) -> str:
        """The change, as a unified diff."""
        before = (root / self.path).read_text(encoding="utf-8").splitlines()
        lines = difflib.unified_diff(before, self.text.splitlines(), n=1, lineterm="")
        return "\n".join(list(lines)[2:])


def mutants(root: Path, folder: str) -> list[Mutant]:
    """Every mutant of the Python files in `folder`, in the order of files and lines."""
    files = sorted((root / folder).rglob("*.py"))
    return [mutant for file in files for mutant in _of_file(file.relative_to(root), file.read_text(encoding="utf-8"))]


def _of_file(path: Path, text: str) -> Iterator[Mutant]:
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    data = text.encode()
    for node, replacement in _replacements(ast.parse(text)):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        yield Mutant(path, node.lineno, (data[:begin] + replacement.encode() + data[end:]).decode())


def _replacements(tree: ast.Module) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    """What can be replaced, and by which source text."""
    for node in _walk(tree):
        for mutated in _mutants(node):
            code = ast.unparse(mutated)
            yield node, f"({code})" if isinstance(mutated, ast.expr) else code


def _walk(node: ast.AST) -> Iterator[ast.stmt | ast.expr]:
    """The statements and expressions that run, in the order of the source."""
    for child in _running(node):
        if isinstance(child, ast.stmt | ast.expr):
            yield child
        yield from _walk(child)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Assign(targets=[ast.Name(id="TYPE_CHECKING")]):
            return
        case ast.Raise() | ast.JoinedStr():
            return
        case ast.keyword(arg="strict" | "repr"):  # of `zip` and `field`: an assertion, and a text for debugging
            return
        case ast.FunctionDef():
            yield from (*node.args.defaults, *(default for default in node.args.kw_defaults if default), *node.body)
        case ast.ClassDef():
            yield from node.body
        case ast.AnnAssign():
            yield from [node.value] if node.value else []
        case _:
            yield from ast.iter_child_nodes(node)


def _mutants(node: ast.stmt | ast.expr) -> Iterator[ast.stmt | ast.expr]:  # noqa: C901  # a table of operators
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _SWAPS:
            yield ast.Compare(node.left, [_SWAPS[type(operator)]()], node.comparators)  # type: ignore[list-item]
        case ast.BoolOp(op=operator):
            yield ast.BoolOp(_SWAPS[type(operator)](), node.values)  # type: ignore[arg-type]
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd()) | ast.BinOp(right=ast.Constant(value=int())):
            swapped = _OPERATORS.get(type(node.op))  # of numbers and sets: text minus text would fail anywhere
            yield from [ast.BinOp(node.left, swapped(), node.right)] if swapped else []
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.IfExp():
            yield ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.Call(func=ast.Name(id=name)) if name in _NAMES:
            yield ast.Call(ast.Name(_NAMES[name]), node.args, node.keywords)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield ast.Pass()
        case ast.Continue() | ast.Break():
            yield _SWAPS[type(node)]()  # type: ignore[misc]


class Sandbox:
    """A copy of the working tree, in which the tests run."""

    def __init__(self, root: Path) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="archguard-mutants-"))
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout  # noqa: S607
        for name in listed.decode().split("\0"):
            if name and (root / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(root / name, self.root / name)
        compiled = ["-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "archguard", "tests"]
        subprocess.run([sys.executable, *compiled], cwd=self.root, check=True)  # noqa: S603

    def passes(self, tests: tuple[str, ...], limit: float | None = None) -> bool:
        """Whether the tests pass within `limit` seconds."""
        asked = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests]
        # Compiled files are told apart by their contents: a mutant is as long, and as old, as the original.
        environment = {**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(  # noqa: S603
                asked, cwd=self.root, env=environment, stdout=output, stderr=output, start_new_session=True
            )
            try:
                return process.wait(limit) == 0
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
                return False

    def kills(self, mutant: Mutant, tests: tuple[str, ...], limit: float) -> bool:
        """Whether the tests notice `mutant`."""
        file = self.root / mutant.path
        original = file.read_bytes()
        try:
            file.write_text(mutant.text, encoding="utf-8")
            return not self.passes(tests, limit)
        finally:
            file.write_bytes(original)


def survivors(chosen: list[tuple[Mutant, tuple[str, ...]]], jobs: int) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant, and whether it survives, in the order of `chosen`."""
    sandboxes: SimpleQueue[Sandbox] = SimpleQueue()
    for _ in range(jobs):
        sandboxes.put(Sandbox(ROOT))
    limits = _limits({tests for _, tests in chosen}, sandboxes)

    def judge(mutant: Mutant, tests: tuple[str, ...]) -> tuple[Mutant, bool]:
        sandbox = sandboxes.get()
        try:
            return mutant, not sandbox.kills(mutant, tests, limits[tests])
        finally:
            sandboxes.put(sandbox)

    try:
        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(lambda pair: judge(*pair), chosen)
    finally:
        for _ in range(jobs):
            shutil.rmtree(sandboxes.get().root)


def _limits(suites: set[tuple[str, ...]], sandboxes: "SimpleQueue[Sandbox]") -> dict[tuple[str, ...], float]:
    """How long each suite may take; it must pass on the unchanged code."""
    sandbox = sandboxes.get()
    limits = {}
    for tests in sorted(suites):
        begin = time.monotonic()
        if not sandbox.passes(tests):
            sys.exit(f"{' '.join(tests)} fails without any mutant")
        limits[tests] = _FACTOR * (time.monotonic() - begin)
    sandboxes.put(sandbox)
    return limits


def main() -> None:
    """Draw a sample, run it, and print what survives."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=100, help="how many mutants (default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="which sample (default: 0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--threshold", type=float, default=90.0, help="per cent that must be killed (default: 90)")
    parser.add_argument("--folder", choices=TARGETS, action="append", help="may be repeated; by default all of them")
    options = parser.parse_args()
    every = [(mutant, TARGETS[folder]) for folder in options.folder or TARGETS for mutant in mutants(ROOT, folder)]
    chosen = random.Random(options.seed).sample(every, min(options.count, len(every)))  # noqa: S311  # no secret
    print(f"{len(chosen)} of {len(every)} mutants", flush=True)
    alive = 0
    for number, (mutant, survives) in enumerate(survivors(chosen, options.jobs), 1):
        alive += survives
        print(f"{number}: {mutant.path}:{mutant.line} {'SURVIVED' if survives else 'killed'}", flush=True)
        if survives:
            print(mutant.diff(ROOT), flush=True)
    killed = 100 * (len(chosen) - alive) / len(chosen)
    print(f"{killed:.0f} % killed, {alive} survived")
    sys.exit(killed < options.threshold)


if __name__ == "__main__":
    main()
