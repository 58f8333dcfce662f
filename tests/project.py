"""A small project in a temporary folder: what most tests have as their given."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from unittest import mock

import pytest

from archguard import __main__ as program
from archguard.checking import check
from archguard.cli import main
from archguard.codebase import Codebase, read_codebase
from archguard.config import Config, find_configuration, read, read_config
from archguard.model import Report


@dataclass(frozen=True)
class Project:
    """A folder with code and a configuration, and the ways to have it checked."""

    root: Path

    def write(self, path: str, content: str | bytes = "") -> Path:
        """A file below the root; a text is written as it stands, line ends included."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def write_all(self, files: Mapping[str, str | bytes]) -> None:
        """Several files."""
        for path, content in files.items():
            self.write(path, content)

    def configure(self, text: str, path: str = "archguard.yaml") -> Path:
        """The configuration, with the indentation of the test taken away."""
        return self.write(path, dedent(text))

    def config(self) -> Config:
        """The configuration, read as the command line reads it."""
        root, files = find_configuration(self.root)
        return read_config(files, root)

    def codebase(self) -> Codebase:
        """The code; a project without a configuration is looked at as a whole."""
        return read(self.config()) if (self.root / "archguard.yaml").exists() else read_codebase(self.root)

    def check(self, *only: str) -> Report:
        """The report on the contracts, or on `only` those of them."""
        return check(self.config(), only)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command line as users have it, in a process of its own, at the root."""
        kept = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "FORCE_COLOR")}
        return subprocess.run(
            [sys.executable, "-m", "archguard", *arguments],
            cwd=self.root,
            env=kept | environment,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    def call(self, *arguments: str, below: str = ".") -> subprocess.CompletedProcess[str]:
        """The same in this process, which is ten times as fast; for what a process of its own cannot change.

        A check keeps nothing for the next time.
        """
        return self._call(main, arguments, below)

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same, but what was kept of the last time is asked first."""
        return self._call(program.main, arguments, ".")

    def _call(
        self, main: Callable[[], None], arguments: tuple[str, ...], below: str
    ) -> subprocess.CompletedProcess[str]:
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(self.root / below),
            mock.patch("sys.argv", ["archguard", *arguments]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as raised,
        ):
            main()
        return subprocess.CompletedProcess(arguments, int(raised.value.code or 0), out.getvalue(), err.getvalue())


def broken(report: Report) -> list[tuple[str, str, int]]:
    """Who imports what at which line, for each violation of `report`."""
    return [(found.importer, found.imported, found.location.line) for found in report.violations]
