"""Find the project's own Python files, and infer the source root from which each cluster of them is imported.

How it works: walk the folders, skipping those that usually hold no deployed code (tests, docs, virtual environments).
Files of a regular package form a cluster with everything below it, as do the files of any other folder. A cluster's
source root is the folder from which most of its own absolute imports can be resolved; otherwise the one from which
others import it; otherwise its place decides (the parent of a package, a folder with a Dockerfile).

Cost: the walk, and a regular expression over at most 200 files per cluster. Nothing is parsed or imported.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from archguard.dataclass import dataclass
from archguard.incremental.fingerprint import content
from archguard.model.names import parts_of, top_package
from archguard.onboarding.pattern_writer import is_in
from archguard.onboarding.usual_names import USUAL_NAMES, any_of

_NOT_DEPLOYED = any_of(USUAL_NAMES.not_deployed_folders, re.IGNORECASE)
_SCRIPTS = any_of(USUAL_NAMES.script_modules)
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\w[\w.]*)[ \t]+import|import[ \t]+(\w[\w.]*(?:[ \t]*,[ \t]*\w[\w.]*)*))", re.MULTILINE
)
_RELATIVE = re.compile(rb"^[ \t]*from[ \t]+(\.+)", re.MULTILINE)
_MAX_SAMPLE = 200
"""The most files of a cluster whose imports are read: enough for a majority, in a bounded time."""


@dataclass(frozen=True)
class Tree:
    """The Python files below a folder, without those beside deployed code."""

    root: Path
    files: Mapping[Path, tuple[Path, ...]]
    """The files of each folder with Python files."""

    @classmethod
    def below(cls, root: Path) -> "Tree":
        """Find the files below `root`; if all are in folders such as `scripts`, include these folders."""
        return cls(root, dict(_walk(root, _NOT_DEPLOYED)) or dict(_walk(root, re.compile(r"[._].*|node_modules|venv"))))

    @cached_property
    def packages(self) -> Mapping[Path, Path]:
        """The source root of each cluster; folders that only hold scripts are left out."""
        roots = {it: self._root_by_imports(it) or self._root_by_importers(it) for it in self.clusters}
        known = {root for root in roots.values() if root}
        placed = {cluster: found or self._root_by_place(cluster, known) for cluster, found in roots.items()}
        return {cluster: place for cluster, place in placed.items() if place}

    def names(self, cluster: Path, source_root: Path) -> frozenset[str]:
        """The top-level names below `source_root` that `cluster` consists of or belongs to."""
        if cluster != source_root:
            return frozenset({cluster.relative_to(source_root).parts[0]})
        names = {file.relative_to(cluster).with_suffix("").parts[0] for file in self.clusters[cluster]}
        return frozenset(name for name in names if name.isidentifier() and not _is_not_deployed(name))

    def imported(self, cluster: Path) -> Counter[str]:
        """The names that the files of `cluster` import absolutely, with counts; of many files, a sample."""
        return Counter(name for file in self.clusters[cluster][:_MAX_SAMPLE] for name in _imports(file))

    def _imported_from_here(self, cluster: Path) -> Counter[str]:
        """The same without imports of a file's own name, which are a library's: `import celery` in `celery.py`."""
        return Counter(
            name
            for file in self.clusters[cluster][:_MAX_SAMPLE]
            for name in _imports(file)
            if name.partition(".")[0] != file.stem
        )

    def _has_relative_imports_of_itself(self, cluster: Path) -> bool:
        """Whether relative imports resolve to `cluster` itself, which must be a package then."""
        return any(
            dots == len(file.relative_to(cluster).parts)
            for file in self.clusters[cluster][:_MAX_SAMPLE]
            for dots in _relative_import_dots(file)
        )

    @cached_property
    def _dependency_words(self) -> frozenset[str]:
        """All words in the files that declare dependencies."""
        return frozenset().union(*(_words(self.root / name) for name in USUAL_NAMES.dependency_files))

    @cached_property
    def clusters(self) -> Mapping[Path, tuple[Path, ...]]:
        """The files of each top-level package, including nested folders, and those of each other folder."""
        clusters: dict[Path, list[Path]] = {}
        for folder, files in sorted(self.files.items()):
            clusters.setdefault(self._outermost_package(folder), []).extend(files)
        return {
            cluster: tuple(files)
            for cluster, files in clusters.items()
            if any(not _SCRIPTS.fullmatch(file.stem) or file.parent != cluster for file in files)
            or self._is_regular(cluster)
        }

    def _outermost_package(self, folder: Path) -> Path:
        """The outermost regular package around `folder`; `folder` itself if there is none."""
        above = [place for place in (folder, *folder.parents) if place != self.root and self._is_regular(place)]
        return above[-1] if above else folder

    def _is_regular(self, folder: Path) -> bool:
        return folder / "__init__.py" in self.files.get(folder, ())

    def _root_by_imports(self, cluster: Path) -> Path | None:
        """The nearest folder from which most of its absolute imports resolve; None if none does."""
        imported = self._imported_from_here(cluster)
        places = [place for place in (cluster, *cluster.parents) if place.is_relative_to(self.root)]
        if self._is_regular(cluster):
            places = [*places[1:], *([] if self._has_relative_imports_of_itself(cluster) else [cluster])]
        found = {
            place: sum(count for name, count in imported.items() if self._resolves(place, name, cluster))
            for place in places
        }
        return max(places, key=lambda place: found[place]) if any(found.values()) else None

    def _resolves(self, place: Path, name: str, cluster: Path) -> bool:
        """Whether `name` resolves if `place` is a source root.

        A package is rarely a source root itself: `import json` in flask is the standard library, although there is a
        `flask/json`, and a declared dependency is not the file of that name in the package.
        """
        first = top_package(name)
        is_elsewhere = first in sys.stdlib_module_names or first.lower() in self._dependency_words
        if is_elsewhere and place == cluster and self._is_regular(cluster):
            return False
        return _exists_below(place, name)

    def _root_by_importers(self, cluster: Path) -> Path | None:
        """The nearest folder from which other files import it; None if no file does."""
        places = [place for place in cluster.parents if place.is_relative_to(self.root)]
        names = {place: ".".join(cluster.relative_to(place).parts) for place in places}
        found = {
            place: sum(is_in(imported, {name}) for imported in self._all_imported) for place, name in names.items()
        }
        return max(places, key=lambda place: found[place]) if any(found.values()) else None

    @cached_property
    def _all_imported(self) -> frozenset[str]:
        return frozenset(name for cluster in self.clusters for name in self.imported(cluster))

    def _root_by_place(self, cluster: Path, known: Collection[Path]) -> Path | None:
        if cluster == self.root or (not self._is_regular(cluster) and _has_deployment_file(cluster)):
            return cluster
        if self._is_regular(cluster):
            return cluster.parent
        usual = self.root / "src" if cluster.is_relative_to(self.root / "src") else self.root
        return next((place for place in cluster.parents if place in known), None if known else usual)


def _is_not_deployed(name: str) -> bool:
    return bool(_SCRIPTS.fullmatch(name) or _NOT_DEPLOYED.fullmatch(name))


def _walk(root: Path, skipped: re.Pattern[str]) -> Iterator[tuple[Path, tuple[Path, ...]]]:
    for name, folders, files in os.walk(root):
        here = Path(name)
        # Below a package, every folder that can be imported is part of it, whatever it is called.
        inside = "__init__.py" in files and here != root
        # In place: `os.walk` goes into the folders that are left in the list, in its order.
        folders[:] = sorted(
            folder
            for folder in folders
            if folder != "__pycache__" and not (here / folder / "pyvenv.cfg").is_file()
            if (folder.isidentifier() if inside else not skipped.fullmatch(folder) or _is_real_package(here / folder))
        )
        found = tuple(here / file for file in sorted(files) if file.endswith(".py") and file.count(".") == 1)
        if found:
            yield here, found


def _is_real_package(folder: Path) -> bool:
    """Whether a folder named like a tool's output is a package: the output of tools has no `__init__.py`."""
    return folder.name in ("build", "dist", "env", "venv") and (folder / "__init__.py").is_file()


def _imports(file: Path) -> Iterator[str]:
    try:
        text = content(str(file))
    except OSError:
        return
    for match in _IMPORT.finditer(text):
        names = (match[1] or match[2]).decode(errors="replace").split(",")
        yield from (name.strip() for name in names)


def _relative_import_dots(file: Path) -> Iterator[int]:
    """The number of leading dots of each relative import of `file`."""
    try:
        text = content(str(file))
    except OSError:
        return
    yield from (len(match[1]) for match in _RELATIVE.finditer(text))


def _words(file: Path) -> frozenset[str]:
    try:
        text = content(str(file)).decode(errors="replace")
    except OSError:
        return frozenset()
    return frozenset(re.findall(r"\w+", text.lower().replace("-", "_")))


def _exists_below(place: Path, name: str) -> bool:
    """Whether a module or package `name` exists below the source root `place`."""
    first, *rest = parts_of(name)
    package = place / first
    if (place / f"{first}.py").is_file() or (package / "__init__.py").is_file():
        return True
    if not rest:
        return next(package.glob("*.py"), None) is not None
    return (package / rest[0]).is_dir() or (package / f"{rest[0]}.py").is_file()


def _has_deployment_file(folder: Path) -> bool:
    return any((folder / name).is_file() for name in USUAL_NAMES.deployment_files)
