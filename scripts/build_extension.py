"""Build the compiled scanner of imports beside its source: `python scripts/build_extension.py`.

Installing archguard from its source does this too (`hatch_build.py`), and does without if something is missing: a
compiler, or the headers of Python. Cython must be installed; it is a requirement of the build. The extension uses the
stable ABI, so that one file serves every CPython from 3.11 on.

The environment variable ARCHGUARD_EXTENSION is `required` (a failure is an error), `no` (nothing is built), or unset.
CC names the compiler, and CFLAGS more options for it.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "archguard" / "codebase" / "imports" / "syntax_scanner.py"
EXTENSION: Final = SOURCE.with_suffix(".abi3.so")
_MODULE: Final = "archguard.codebase.imports.syntax_scanner"
_STABLE_ABI: Final = "0x030B0000"


class BuildError(Exception):
    """The extension cannot be built here."""


def build() -> Path | None:
    """Build the extension. Returns its path, or None if it cannot be built here.

    Raises:
        BuildError: it cannot be built, and the environment says that it must.
    """
    wish = os.environ.get("ARCHGUARD_EXTENSION", "")
    EXTENSION.unlink(missing_ok=True)  # an old one must not be used with a newer source
    if wish == "no":
        return None
    try:
        _build()
    except (BuildError, OSError, subprocess.SubprocessError) as error:
        if wish == "required":
            raise BuildError(_details(error)) from error
        return None
    return EXTENSION


def _build() -> None:
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED") or os.name != "posix":
        raise BuildError("the stable ABI of CPython with the GIL is needed, on Linux or macOS")
    compiler, options = _compiler()
    with tempfile.TemporaryDirectory() as folder:
        c_source, built = Path(folder, "scanner.c"), Path(folder, EXTENSION.name)
        directives = "language_level=3,annotation_typing=False"
        translate = [sys.executable, "-m", "cython", "-X", directives, "--module-name", _MODULE]
        _run([*translate, str(SOURCE), "-o", str(c_source)])
        headers = sysconfig.get_path("include")
        macros = [f"-DPy_LIMITED_API={_STABLE_ABI}", "-DCYTHON_LIMITED_API=1"]
        wished = shlex.split(os.environ.get("CFLAGS", ""))
        _run([compiler, *options, "-O2", *wished, "-fPIC", *macros, "-I", headers, str(c_source), "-o", str(built)])
        shutil.move(built, EXTENSION)


def _compiler() -> tuple[str, list[str]]:
    """The compiler, and its options for a shared library."""
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        raise BuildError("the headers of Python are missing")
    configured, *options = shlex.split(sysconfig.get_config_var("LDSHARED") or "cc -shared")
    for name in (os.environ.get("CC", ""), configured, "cc", "gcc", "clang"):
        if found := shutil.which(name):
            return found, options
    raise BuildError("there is no C compiler")


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603


def _details(error: Exception) -> str:
    output = error.stderr.decode(errors="replace") if isinstance(error, subprocess.CalledProcessError) else ""
    return f"the extension cannot be built: {error}\n{output}"


if __name__ == "__main__":
    os.environ.setdefault("ARCHGUARD_EXTENSION", "required")
    print(build())
