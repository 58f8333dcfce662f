"""The projects that the editor works on: those of the open documents, and of the folders of the workspace.

A document belongs to the project whose configuration is found first from its folder upwards, as on the command line; a
configuration file belongs to the project that loads it. A document without a project, or that is no module of it, has
no findings. All runs in one thread, since what archguard reads is recorded for the one computation that is active.
"""

from collections.abc import Collection, Iterable
from pathlib import Path

from archguard.config import find_configuration
from archguard.errors import ConfigError
from archguard.servers.lsp.documents import Document
from archguard.servers.lsp.project import Findings, Project


class Projects:
    """Every project in use. For one thread."""

    def __init__(self) -> None:
        self._projects: dict[Path, Project] = {}
        self._roots: dict[Path, Path | None] = {}
        """The folder of the configuration for each folder that was looked up."""

    def forget_roots(self) -> None:
        """Look configurations up again: some may have come or gone."""
        self._roots.clear()

    def findings(self, documents: Collection[Document], folders: Iterable[Path] = ()) -> tuple[Findings, ...]:
        """What the contracts find in every project of `documents` and of `folders`, which may have none."""
        roots = {document.path: self._root(document.path) for document in documents}
        needed = {*roots.values(), *map(self._root_of_folder, folders)}
        self._projects = {root: self._projects.get(root) or Project(root) for root in sorted(filter(None, needed))}
        return tuple(
            project.findings([document for document in documents if roots[document.path] == root])
            for root, project in self._projects.items()
        )

    def findings_for(self, path: Path, documents: Collection[Document]) -> Findings | None:
        """What the contracts find in the project of `path`; None if it has none."""
        root = self._root(path)
        if root is None:
            return None
        project = self._projects.setdefault(root, Project(root))
        return project.findings([document for document in documents if self._root(document.path) == root])

    def _root(self, path: Path) -> Path | None:
        loading = (root for root, project in self._projects.items() if path in project.configuration_files)
        return next(loading, None) or self._root_of_folder(path.parent)

    def _root_of_folder(self, folder: Path) -> Path | None:
        if folder not in self._roots:
            self._roots[folder] = _root_of_folder(folder)
        return self._roots[folder]


def _root_of_folder(folder: Path) -> Path | None:
    """The folder of the configuration that is found first from `folder` upwards; None if there is none."""
    try:
        return find_configuration(folder)[0]
    except ConfigError:
        return None
    except ExceptionGroup:  # a candidate cannot be read: the project says so
        return folder
