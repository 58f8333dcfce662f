"""Where the code of a project is: its source roots and packages, or its services."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from archguard.errors import ArchguardError
from archguard.onboarding.files import Tree


@dataclass(frozen=True)
class Layout:
    """The packages of each source root, as folders relative to the project's."""

    shared: Mapping[str, tuple[str, ...]]
    """Those that are one code base, or that several services use."""
    services: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """The root and the packages of each service, by its name."""

    @property
    def packages(self) -> tuple[str, ...]:
        """All packages outside of services."""
        return tuple(sorted({name for names in self.shared.values() for name in names}))


def find_layout(root: Path) -> Layout:
    """Where the code below `root` is.

    Raises:
        ArchguardError: there is none.
    """
    tree = Tree.below(root)
    roots = _without_strays(tree)
    if not roots:
        raise ArchguardError(
            "there is no package here", "run `archguard init` in the folder of a project that has code in Python"
        )
    services = _services(tree, roots)
    shared = {_shown(root, place): tuple(sorted(names)) for place, names in roots.items() if place not in services}
    named = _names(root, services)
    return Layout(shared, {named[place]: (_shown(root, place), tuple(sorted(roots[place]))) for place in services})


def _without_strays(tree: Tree) -> dict[Path, frozenset[str]]:
    """The names below each source root, without loose scripts that have nothing to do with the packages there."""
    roots: dict[Path, frozenset[str]] = {}
    packages = {place for cluster, place in tree.packages.items() if cluster != place}
    known = {
        name for cluster, place in tree.packages.items() if cluster != place for name in tree.names(cluster, place)
    }
    for cluster, place in tree.packages.items():
        names = tree.names(cluster, place)
        if cluster == place and packages:
            names = (
                names if {name.partition(".")[0] for name in tree.imported(cluster)} & (known | names) else frozenset()
            )
            names = names or (frozenset() if place in packages or place == tree.root else tree.names(cluster, place))
        if names:
            roots[place] = roots.get(place, frozenset()) | names
    return roots


def _services(tree: Tree, roots: Mapping[Path, frozenset[str]]) -> tuple[Path, ...]:
    """The source roots that are services: several have a package of the same name, or nobody imports the other."""
    owners = Counter(name for names in roots.values() for name in names)
    imported = {place: _imported_roots(tree, place) for place in roots}
    used = {
        other
        for place in roots
        for other in roots
        if place != other and any(owners[name] == 1 for name in roots[other] & imported[place])
    }
    if len(roots) < 2 or (used and max(owners.values()) == 1):  # noqa: PLR2004  # one root is one code base
        return ()
    return tuple(place for place in roots if place not in used or any(owners[name] > 1 for name in roots[place]))


def _imported_roots(tree: Tree, place: Path) -> frozenset[str]:
    clusters = [cluster for cluster, root in tree.packages.items() if root == place]
    return frozenset(name.partition(".")[0] for cluster in clusters for name in tree.imported(cluster))


def _names(root: Path, places: tuple[Path, ...]) -> dict[Path, str]:
    """A name for each service: its folder's, with the one above where two are the same."""
    parts = {place: [part for part in place.relative_to(root).parts if part not in ("src", "app")] for place in places}
    count = Counter(own[-1] if own else root.name for own in parts.values())
    return {
        place: own[-1] if own and count[own[-1]] == 1 else "-".join(own) or root.name for place, own in parts.items()
    }


def _shown(root: Path, place: Path) -> str:
    return place.relative_to(root).as_posix()
