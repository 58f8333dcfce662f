"""Which files are the project's own code, and from which folder each of them is imported."""

import os
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from archguard.incremental.fingerprint import content
from archguard.onboarding.pattern_writer import is_in

_BESIDE_CODE = re.compile(
    r"[._].*|_*tests?_*|tests?_.*|.*_tests?|testing|docs?|examples?|samples?|demos?|(.*_)?benchmarks?|(.*_)?scripts?|tools?"
    r"|features|fixtures|notebooks?|spikes?|e2e|bin|hooks|templates|migrations|alembic|vendor|third_party"
    r"|node_modules|site-packages|venv|env|build|dist|.*\.egg-info",
    re.IGNORECASE,
)
"""Folders that stand beside the code that is deployed. Inside of a package they are part of it."""
_SCRIPTS = re.compile(
    r"__init__|setup|conftest|noxfile|fabfile|tasks|conf|manage|gunicorn\w*|tests?_.*|.*_test(s|_settings)?"
)
"""Modules that are run by a tool, and belong to no package."""
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\w[\w.]*)[ \t]+import|import[ \t]+(\w[\w.]*(?:[ \t]*,[ \t]*\w[\w.]*)*))", re.MULTILINE
)
_RELATIVE = re.compile(rb"^[ \t]*from[ \t]+(\.+)", re.MULTILINE)
_DEPENDENCIES = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "requirements.in",
    "requirements/base.txt",
    "Pipfile",
)
_SAMPLE = 200
"""So many files of a package tell where it is imported from."""


@dataclass(frozen=True)
class Tree:
    """The files of Python below a folder, without those that stand beside the code."""

    root: Path
    files: Mapping[Path, tuple[Path, ...]]
    """The files of each folder that has some."""

    @classmethod
    def below(cls, root: Path) -> "Tree":
        """Those below `root`; where all stand in folders such as `scripts`, these count too."""
        return cls(root, dict(_walk(root, _BESIDE_CODE)) or dict(_walk(root, re.compile(r"[._].*|node_modules|venv"))))

    @cached_property
    def packages(self) -> Mapping[Path, Path]:
        """The source root of each cluster; without scripts in a folder of their own."""
        roots = {it: self._root_by_imports(it) or self._root_by_importers(it) for it in self.clusters}
        known = {root for root in roots.values() if root}
        placed = {cluster: found or self._root_by_place(cluster, known) for cluster, found in roots.items()}
        return {cluster: place for cluster, place in placed.items() if place}

    def names(self, cluster: Path, source_root: Path) -> frozenset[str]:
        """The top-level packages or modules below `source_root` that `cluster` is, or is a part of."""
        if cluster != source_root:
            return frozenset({cluster.relative_to(source_root).parts[0]})
        names = {file.relative_to(cluster).with_suffix("").parts[0] for file in self.clusters[cluster]}
        return frozenset(name for name in names if name.isidentifier() and not _is_beside(name))

    def imported(self, cluster: Path) -> Counter[str]:
        """What the files of `cluster` (a sample of many) import by absolute names, and how often."""
        return Counter(name for file in self.clusters[cluster][:_SAMPLE] for name in _imports(file))

    def _imported_from_here(self, cluster: Path) -> Counter[str]:
        """The same, less what a file by its own name imports: `from celery import Celery` in `celery.py`."""
        return Counter(
            name
            for file in self.clusters[cluster][:_SAMPLE]
            for name in _imports(file)
            if name.partition(".")[0] != file.stem
        )

    def _is_package_to_itself(self, cluster: Path) -> bool:
        """Whether relative imports in it start from it, which they can do in a package only."""
        return any(
            dots == len(file.relative_to(cluster).parts)
            for file in self.clusters[cluster][:_SAMPLE]
            for dots in _dots(file)
        )

    @cached_property
    def _declared(self) -> frozenset[str]:
        """The words in the files that say what the project depends on."""
        return frozenset().union(*(_words(self.root / name) for name in _DEPENDENCIES))

    @cached_property
    def clusters(self) -> Mapping[Path, tuple[Path, ...]]:
        """The files of each package at the top with all below it, and the loose ones of each other folder."""
        clusters: dict[Path, list[Path]] = {}
        for folder, files in sorted(self.files.items()):
            clusters.setdefault(self._topmost(folder), []).extend(files)
        return {
            cluster: tuple(files)
            for cluster, files in clusters.items()
            if any(not _SCRIPTS.fullmatch(file.stem) or file.parent != cluster for file in files)
            or self._is_regular(cluster)
        }

    def _topmost(self, folder: Path) -> Path:
        """The regular package at the top that `folder` is in, however deep; itself if it is in none."""
        above = [place for place in (folder, *folder.parents) if place != self.root and self._is_regular(place)]
        return above[-1] if above else folder

    def _is_regular(self, folder: Path) -> bool:
        return folder / "__init__.py" in self.files.get(folder, ())

    def _root_by_imports(self, cluster: Path) -> Path | None:
        """The folder from which most of what its files import can be found, the nearest; None if nothing can."""
        imported = self._imported_from_here(cluster)
        places = [place for place in (cluster, *cluster.parents) if place.is_relative_to(self.root)]
        if self._is_regular(cluster):
            places = [*places[1:], *([] if self._is_package_to_itself(cluster) else [cluster])]
        found = {
            place: sum(count for name, count in imported.items() if self._leads_somewhere(place, name, cluster))
            for place in places
        }
        return max(places, key=lambda place: found[place]) if any(found.values()) else None

    def _leads_somewhere(self, place: Path, name: str, cluster: Path) -> bool:
        """Whether `name` can be imported when `place` is a source root.

        A package is hardly a source root itself. `import json` in flask is Python's, though there is a `flask/json`,
        and what the project declares to depend on is not the file of that name in its package.
        """
        first = name.partition(".")[0]
        is_elsewhere = first in sys.stdlib_module_names or first.lower() in self._declared
        if is_elsewhere and place == cluster and self._is_regular(cluster):
            return False
        return _leads_somewhere(place, name)

    def _root_by_importers(self, cluster: Path) -> Path | None:
        """The folder from which other files import it, the nearest; None if none does."""
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
        if cluster == self.root or (not self._is_regular(cluster) and _is_deployed(cluster)):
            return cluster
        if self._is_regular(cluster):
            return cluster.parent
        usual = self.root / "src" if cluster.is_relative_to(self.root / "src") else self.root
        return next((place for place in cluster.parents if place in known), None if known else usual)


def _is_beside(name: str) -> bool:
    return bool(_SCRIPTS.fullmatch(name) or _BESIDE_CODE.fullmatch(name))


def _walk(root: Path, skipped: re.Pattern[str]) -> Iterator[tuple[Path, tuple[Path, ...]]]:
    for name, folders, files in os.walk(root):
        here = Path(name)
        inside = "__init__.py" in files and here != root
        folders[:] = sorted(
            folder
            for folder in folders
            if folder != "__pycache__" and not (here / folder / "pyvenv.cfg").is_file()
            if (
                folder.isidentifier()
                if inside
                else not skipped.fullmatch(folder) or _is_package_of_that_name(here / folder)
            )
        )
        found = tuple(here / file for file in sorted(files) if file.endswith(".py") and file.count(".") == 1)
        if found:
            yield here, found


def _is_package_of_that_name(folder: Path) -> bool:
    """Whether a folder like those that tools fill is a package: those that tools make are none."""
    return folder.name in ("build", "dist", "env", "venv") and (folder / "__init__.py").is_file()


def _imports(file: Path) -> Iterator[str]:
    try:
        text = content(str(file))
    except OSError:
        return
    for match in _IMPORT.finditer(text):
        names = (match[1] or match[2]).decode(errors="replace").split(",")
        yield from (name.strip() for name in names)


def _dots(file: Path) -> Iterator[int]:
    """How many dots each relative import of `file` begins with."""
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


def _leads_somewhere(place: Path, name: str) -> bool:
    """Whether `name` can be imported when `place` is a source root."""
    first, *rest = name.split(".")
    package = place / first
    if (place / f"{first}.py").is_file() or (package / "__init__.py").is_file():
        return True
    if not rest:
        return next(package.glob("*.py"), None) is not None
    return (package / rest[0]).is_dir() or (package / f"{rest[0]}.py").is_file()


_DEPLOYED = ("Dockerfile", "Procfile", "pyproject.toml", "setup.py", "requirements.txt", "serverless.yml", "app.yaml")


def _is_deployed(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _DEPLOYED)
