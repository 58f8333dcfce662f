"""Fuzz the compiled scanner of imports: damage real files, and compare what it accepts with `ast`.

    python scripts/fuzz_scanner.py --seconds 60 --seed 1
    python scripts/fuzz_scanner.py --seconds 20 --sanitize      # needs a C compiler with its sanitizers, and Cython

How it works: a file of the standard library, or of the folders that are named, is cut to at most 200 lines; some of
its tokens are left out, doubled, swapped, or replaced by those of `PIECES` of the test or by a byte. The same seed
makes the same files. Where the scanner is certain, `ast` must find the same imports.

With `--sanitize`, the extension is built in a copy of the package with AddressSanitizer and
UndefinedBehaviorSanitizer, which end the process at a read beyond a file, or at an overflow; the tests of the scanner
run there before. Memory comes from malloc then: Python's own allocator would hide a read beyond a small file.

A file at which it fails is left in the working directory as `scanner-fault.py`.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
TESTS: Final = "tests/codebase/test_syntax_scanner.py"
FAULT: Final = "scanner-fault.py"

_TOKEN: Final = re.compile(rb"[A-Za-z_]\w*|\d[\w.]*|\s*\n\s*|[ \t]+|[-+*/%&|^@<>=!:.]+|.", re.DOTALL)
_MOST_LINES: Final = 200
"""A small file is read in a tenth of a millisecond, and `ast` takes a hundred times as long."""
_MUTANTS: Final = 10
"""Of each file that is read."""
_TESTED: Final = "compiled and not hostile and not standard_library"
_SANITIZERS: Final = "-fsanitize=address,undefined -fno-sanitize-recover=all -g -O1"


def main() -> None:
    """Fuzz, and end with 1 if something is wrong."""
    options = _options()
    if options.sanitize:
        sys.exit(_sanitized(options))
    sys.exit(_fuzz(options.folders, options.seconds, options.seed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, help="more files to damage than the standard library")
    parser.add_argument("--seconds", type=float, default=60.0, help="of CPU time (default: 60)")
    parser.add_argument("--seed", type=int, default=0, help="which files, and which damages (default: 0)")
    parser.add_argument("--sanitize", action="store_true", help="with the sanitizers of the compiler")
    return parser.parse_args()


def _fuzz(folders: Sequence[Path], seconds: float, seed: int) -> int:
    """Compare the scanner with `ast` on damaged files. Returns the exit code."""
    sys.path.insert(0, str((ROOT / TESTS).parent))
    import test_syntax_scanner as test  # noqa: PLC0415  # found by the line above

    from archguard.codebase.imports import syntax_scanner  # noqa: PLC0415  # the one of the test

    if not syntax_scanner.is_compiled():
        sys.exit("the scanner is not compiled: python scripts/build_extension.py")
    pieces = [piece.encode() for piece in test.PIECES]
    count = certain = 0
    for content in damaged_files(folders, pieces, seed):
        if time.process_time() > seconds:
            break
        # Before the scan, which may be the last thing that this process does.
        Path(FAULT).write_bytes(content)
        try:
            test.assert_agrees(syntax_scanner, content)
        except AssertionError:
            print(f"differs from ast: {FAULT}, number {count} of seed {seed}")
            return 1
        count += 1
        certain += syntax_scanner.scan(content) is not None
    Path(FAULT).unlink(missing_ok=True)
    print(f"{count} files, {certain} of them certain, none differs from ast")
    return 0


def damaged_files(folders: Sequence[Path], pieces: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Damaged files without end, the same ones for the same seed."""
    chosen = random.Random(seed)  # noqa: S311  # no secret
    files = sorted(file for folder in (Path(sysconfig.get_path("stdlib")), *folders) for file in folder.rglob("*.py"))
    while True:
        tokens = _TOKEN.findall(_excerpt(chosen, chosen.choice(files).read_bytes()))
        for _ in range(_MUTANTS if tokens else 0):
            yield _damaged(chosen, tokens, pieces)


def _excerpt(chosen: random.Random, content: bytes) -> bytes:
    """Some lines, from one that starts a statement, as most lines without indentation do."""
    lines = content.split(b"\n")
    start = chosen.randrange(len(lines))
    while start and lines[start][:1] in b" \t#)]}":
        start -= 1
    return b"\n".join(lines[start : start + chosen.randrange(5, _MOST_LINES)]) + b"\n"


def _damaged(chosen: random.Random, tokens: Sequence[bytes], pieces: Sequence[bytes]) -> bytes:
    damaged = list(tokens)
    for _ in range(chosen.choice((1, 1, 1, 2, 3))):
        place, other = chosen.randrange(len(damaged)), chosen.randrange(len(damaged))
        match chosen.randrange(6):
            case 0:
                damaged[place] = b""
            case 1:
                damaged.insert(place, chosen.choice(pieces))
            case 2:
                damaged[place] = chosen.choice(pieces)
            case 3:
                damaged.insert(place, damaged[other])
            case 4:
                damaged[place], damaged[other] = damaged[other], damaged[place]
            case _:
                damaged[place] = chosen.randbytes(1)
    content = b"".join(damaged)
    # A file may end anywhere, without a line break too.
    return content if chosen.random() < 0.8 else content[: chosen.randrange(len(content) + 1)]  # noqa: PLR2004


def _sanitized(options: argparse.Namespace) -> int:
    """Run the tests and the fuzzing with a sanitized extension in a copy of the package. Returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("archguard", "scripts", "pyproject.toml", TESTS):
            _copy(ROOT / name, copy / name)
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONMALLOC": "malloc", "ASAN_OPTIONS": "detect_leaks=0"}
        built = {**environment, "ARCHGUARD_EXTENSION": "required", "CFLAGS": _SANITIZERS}
        subprocess.run([sys.executable, "scripts/build_extension.py"], cwd=copy, env=built, check=True)
        environment["LD_PRELOAD"] = _library("libasan.so")
        # Neither those that measure time, nor the longest, whose files are damaged and read below.
        # What a sanitizer writes before it ends the process is not to be captured.
        tests = ["-m", "pytest", "-q", "-n", "0", "--capture", "sys", "-p", "no:cacheprovider", "-k", _TESTED, TESTS]
        fuzz = ["scripts/fuzz_scanner.py", "--seconds", str(options.seconds), "--seed", str(options.seed)]
        for command in (tests, [*fuzz, *(str(each.resolve()) for each in options.folders)]):
            code = subprocess.run([sys.executable, *command], cwd=copy, env=environment, check=False).returncode  # noqa: S603
            if code:
                _keep_fault(copy / FAULT)
                return 1
    return 0


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def _library(name: str) -> str:
    """The path of a library of the compiler."""
    compiler = os.environ.get("CC", "cc")
    asked = [compiler, f"-print-file-name={name}"]
    found = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
    if not Path(found).is_absolute():
        sys.exit(f"{compiler} has no {name}")
    return found


def _keep_fault(file: Path) -> None:
    if file.exists():
        shutil.copy(file, FAULT)
        print(f"at {FAULT}")


if __name__ == "__main__":
    main()
