"""Infer the layout of a project: its source roots and packages, or its services.

How it works: `files.py` assigns each cluster of files a source root. Roots are dropped if they only hold unrelated
scripts, contain other roots, or are unrelated to a root with 80% of the files. Several roots are services if they have
packages of the same name, or if none imports another; roots that others import are shared code.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path

from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.model.names import top_package
from archguard.onboarding.files import Tree

_NEARLY_ALL = 0.8
"""A source root with this share of the files is the project; small unrelated ones beside it are dropped."""


@dataclass(frozen=True)
class Layout:
    """The packages of each source root; folders are relative to the project's root."""

    shared: Mapping[str, tuple[str, ...]]
    """The source roots of the code base; with services, those that several services share."""
    services: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """The root and the packages of each service, by its name."""

    @property
    def packages(self) -> tuple[str, ...]:
        """All packages outside of services."""
        return tuple(sorted({name for names in self.shared.values() for name in names}))


def find_layout(root: Path) -> Layout:
    """Infer the layout of the code below `root`.

    Raises:
        ArchguardError: there is no code.
    """
    tree = Tree.below(root)
    roots = _without_small_roots(tree, _without_overlaps(_without_loose_scripts(tree)))
    if not roots:
        raise ArchguardError(
            "there is no package here", "run `archguard init` in the folder of a project that has code in Python"
        )
    services = _services(tree, roots)
    shared = {_relative(root, place): tuple(sorted(names)) for place, names in roots.items() if place not in services}
    named = _service_names(root, {place: roots[place] for place in services})
    return Layout(shared, {named[place]: (_relative(root, place), tuple(sorted(roots[place]))) for place in services})


def _without_loose_scripts(tree: Tree) -> dict[Path, frozenset[str]]:
    """The top-level names of each source root, without loose scripts that import none of the packages."""
    packages = {cluster: place for cluster, place in tree.packages.items() if cluster != place}
    known = {name for cluster, place in packages.items() for name in tree.names(cluster, place)}
    roots: dict[Path, frozenset[str]] = {}
    for cluster, place in tree.packages.items():
        names = tree.names(cluster, place)
        is_loose = cluster == place and (place == tree.root or place in packages.values())
        if names and not (is_loose and packages and not _roots_of(tree.imported(cluster)) & (known | names)):
            roots[place] = roots.get(place, frozenset()) | names
    return roots


def _without_overlaps(roots: Mapping[Path, frozenset[str]]) -> dict[Path, frozenset[str]]:
    """Drop plain folders (not packages) that contain other source roots."""
    kept = {
        place: frozenset(
            name
            for name in names
            if _is_regular(place, name) or not any(other.is_relative_to(place / name) for other in roots)
        )
        for place, names in roots.items()
    }
    return {place: names for place, names in kept.items() if names}


def _without_small_roots(tree: Tree, roots: Mapping[Path, frozenset[str]]) -> dict[Path, frozenset[str]]:
    """If one source root has nearly all files, drop the others that neither import it nor are imported by it."""
    sizes = {place: _size(tree, place) for place in roots}
    main = next((place for place, size in sizes.items() if size >= _NEARLY_ALL * sum(sizes.values())), None)
    if main is None:
        return dict(roots)
    used = _imported(tree, main)
    return {
        place: names
        for place, names in roots.items()
        if place == main or used & names or _imported(tree, place) & roots[main] or (place / "Dockerfile").is_file()
    }


def _services(tree: Tree, roots: Mapping[Path, frozenset[str]]) -> tuple[Path, ...]:
    """The source roots that are services: packages share a name, or no root imports another one."""
    owners = Counter(name for place, names in roots.items() for name in names if _is_regular(place, name))
    imported = {place: _imported(tree, place) for place in roots}
    used = {
        other
        for place in roots
        for other in roots
        if place != other and any(owners[name] < 2 for name in roots[other] & imported[place])  # noqa: PLR2004  # alone
    }
    same_named = {place for place, names in roots.items() if any(owners[name] > 1 for name in names)}
    if len(roots) < 2 or (used and not same_named):  # noqa: PLR2004  # one source root is one code base
        return ()
    return tuple(place for place in roots if place not in used or place in same_named)


def _is_regular(place: Path, name: str) -> bool:
    """Whether `name` is a regular package or module, not a namespace that several source roots may share."""
    return (place / name / "__init__.py").is_file() or (place / f"{name}.py").is_file()


def _clusters(tree: Tree, place: Path) -> list[Path]:
    return [cluster for cluster, root in tree.packages.items() if root == place]


def _size(tree: Tree, place: Path) -> int:
    return sum(len(tree.clusters[cluster]) for cluster in _clusters(tree, place))


def _imported(tree: Tree, place: Path) -> frozenset[str]:
    return frozenset(name for cluster in _clusters(tree, place) for name in _roots_of(tree.imported(cluster)))


def _roots_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset(top_package(name) for name in names)


def _service_names(root: Path, services: Mapping[Path, frozenset[str]]) -> dict[Path, str]:
    """A unique name for each service: its folder, preceded by as many parent folders as make it unique."""
    parts = {place: _folders(root, place) or [min(names)] for place, names in services.items()}
    return {
        place: _unique_name(own, [other for other in parts.values() if other != own]) for place, own in parts.items()
    }


def _unique_name(own: list[str], others: list[list[str]]) -> str:
    lengths = range(1, len(own) + 1)
    return "-".join(own[-next((n for n in lengths if own[-n:] not in [it[-n:] for it in others]), len(own)) :])


def _folders(root: Path, place: Path) -> list[str]:
    return [re.sub(r"[^\w-]", "-", part) for part in place.relative_to(root).parts if part not in ("src", "app")]


def _relative(root: Path, place: Path) -> str:
    return place.relative_to(root).as_posix()
