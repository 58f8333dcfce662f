"""Render pictures with Graphviz: the program `dot` on the PATH, else `graphviz-pure`, a dependency of archguard.

A project may contain programs of these names, and the PATH may include its folders. No program of the project is ever
run: `dot` is only searched in folders of the PATH that are absolute and outside of the project, and `graphviz-pure`
first in the installation of archguard, then in the same folders.
"""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from archguard.dataclass import dataclass
from archguard.diagrams.layout import Layout, arranged
from archguard.diagrams.view import View
from archguard.errors import ArchguardError

_PURE: Final = "graphviz-pure"
_ONLY_DOT: Final = ("pdf",)
"""The formats that graphviz-pure does not support."""
_INSTALL: Final = "install Graphviz (apt install graphviz, brew install graphviz, winget install graphviz)"


@dataclass(frozen=True)
class Picture:
    """A graph that is fitted to a slide, and the program that draws it."""

    program: str
    graph: str
    """The graph in the language DOT."""

    def written(self, format_: str, *options: str) -> bytes:
        """The picture in one of Graphviz' formats.

        Raises:
            ArchguardError: the program failed.
        """
        return _run(self.program, self.graph, format_, *options)

    def layout(self) -> Layout:
        """Where everything is; empty if the program does not tell."""
        return _layout(self.program, self.graph)


def picture(view: View, format_: str) -> Picture:
    """Lay out `view`, to be written as `format_`.

    Raises:
        ArchguardError: no program for `format_` was found, or it failed.
    """
    program = _program_for(view, format_)
    return Picture(program, arranged(view, partial(_layout, program)))


def table(view: View, graph: str, format_: str) -> Picture:
    """`graph`, which shows `view` as a table, to be written as `format_`.

    Raises:
        ArchguardError: no program for `format_` was found.
    """
    return Picture(_program_for(view, format_), graph)


def _program_for(view: View, format_: str) -> str:
    root = view.code.codebase.root if view.code else Path()
    return _program(_Project.around(root, Path()), format_)


def _layout(program: str, graph: str) -> Layout:
    """What the program writes as JSON; empty if it writes none, which some builds of Graphviz cannot."""
    done = subprocess.run([program, "-Tjson"], input=graph.encode(), capture_output=True, check=False)  # noqa: S603  # ours
    try:
        layout = json.loads(done.stdout)
    except ValueError:
        return {}
    return layout if isinstance(layout, dict) and "bb" in layout else {}


def _run(program: str, graph: str, format_: str, *options: str) -> bytes:
    done = subprocess.run([program, f"-T{format_}", *options], input=graph.encode(), capture_output=True, check=False)  # noqa: S603  # ours
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise ArchguardError(f"{program} cannot draw {format_}: {said}", _INSTALL)
    return done.stdout


@dataclass(frozen=True)
class _Project:
    """The folders whose content is not trusted: those of the project."""

    folders: frozenset[tuple[int, int]]
    """Device and inode, since a folder may have several paths: case-insensitive names, or several mounts."""

    @classmethod
    def around(cls, *starts: Path) -> "_Project":
        """The folders `starts`, each extended to its repository."""
        return cls(frozenset(_identity(_repository(start)) for start in starts))

    def holds(self, path: Path) -> bool:
        """Whether `path` or the target of its links is inside."""
        places = (Path(os.path.abspath(path)), Path(os.path.realpath(path)))  # noqa: PTH100  # without and with links
        return any(_identity(folder) in self.folders for place in places for folder in (place, *place.parents))


def _repository(start: Path) -> Path:
    folder = Path(os.path.realpath(start))
    return next((it for it in (folder, *folder.parents) if os.path.lexists(it / ".git")), folder)


def _identity(folder: Path) -> tuple[int, int]:
    try:
        status = folder.stat()
    except OSError:
        return -1, -1  # it does not exist, so it contains nothing
    return status.st_dev, status.st_ino


def _program(project: _Project, format_: str) -> str:
    found = list(_on_path("dot"))
    allowed = [program for program in found if not project.holds(program)]
    if format_ not in _ONLY_DOT:
        # Behind `dot`, which draws edges better: graphviz-pure is what every machine has.
        allowed += _installed(project)
        allowed += (program for program in _on_path(_PURE) if not project.holds(program))
    if allowed:
        return str(allowed[0])
    missing = f"{format_} is drawn by Graphviz' program `dot`, which is not on the PATH"
    refused = f"; {found[0]} is part of the project, and no program of a project is run" if found else ""
    raise ArchguardError(missing + refused, f"{_INSTALL}; {_others(format_)}")


def _others(format_: str) -> str:
    if format_ in _ONLY_DOT:
        return "SVG and PNG are drawn without it"
    return f"or `pip install {_PURE}`; --format dot, mermaid and others need neither"


def _on_path(name: str) -> Iterator[Path]:
    """The programs `name` in the absolute folders of the PATH; "" and "." would be the working directory."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = Path(folder, _file(name))
        if program.is_absolute() and _is_program(program):
            yield program


def _installed(project: _Project) -> Iterator[Path]:
    """The graphviz-pure of archguard's own installation, whether it is on the PATH or not."""
    for distribution in distributions(name=_PURE, path=list(_trusted(project, sys.path))):
        listed = (distribution.locate_file(file) for file in distribution.files or () if file.name == _file(_PURE))
        below_target = distribution.locate_file(f"bin/{_file(_PURE)}")  # where `pip install --target` puts it
        for place in (*listed, below_target):
            program = Path(os.path.abspath(str(place)))  # noqa: PTH100  # a link may lead to a shared store
            if _is_program(program):
                yield program


def _trusted(project: _Project, folders: Iterable[str]) -> Iterator[str]:
    """The `folders` outside of the project; the environment that runs archguard is allowed inside of it."""
    environment = Path(sys.prefix)
    for folder in folders:
        path = Path(folder)
        if path.is_absolute() and (path.is_relative_to(environment) or not project.holds(path)):
            yield folder


def _file(name: str) -> str:
    return name + (sysconfig.get_config_var("EXE") or "")


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
