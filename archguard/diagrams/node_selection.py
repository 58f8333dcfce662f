"""Select the sets of modules that become nodes. Imports are not considered yet, except to drop empty packages.

A package with several nodes inside becomes a frame (a group) around them. A package module that neither imports nor is
imported only holds others: it gets no node. Labels are shortened by the part of the name that the frame or the whole
project shares.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from archguard.codebase import Codebase
from archguard.dataclass import dataclass
from archguard.diagrams.view import Group, Node, NodeKind
from archguard.model.names import is_below, parts_of, qualify, self_and_parents, shortened, split_service

REST: Final = "..."
"""The name of the node into which several nodes were folded."""


@dataclass(frozen=True)
class Part:
    """A node before its arrows are known, and its modules."""

    node: Node
    modules: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The nodes of a view, before arrows are added; they are disjoint sets of modules."""

    title: str
    description: str = ""
    parts: tuple[Part, ...]
    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
    folded: tuple[Part, ...] = ()
    """The parts that were folded into the last of `parts`; empty if none were."""

    @property
    def units(self) -> Mapping[str, frozenset[str]]:
        """The modules of each node."""
        return {part.node.name: part.modules for part in self.parts}


def part(  # noqa: PLR0913  # the fields of a node
    codebase: Codebase,
    name: str,
    modules: Iterable[str],
    kind: NodeKind | None = None,
    *,
    label: str = "",
    group: str = "",
    description: str = "",
) -> Part:
    """Make the part `name`; without a `kind`, infer from its modules if it is a package, a module or external."""
    members = frozenset(modules)
    files = members & codebase.sources.keys()
    top = min(files, key=lambda module: (module.count("."), module), default="")
    node = Node(
        name=name,
        label=label or name,
        kind=kind or _kind(codebase, name, members),
        group=group,
        modules=len(files),
        path=codebase.display_path(name) or codebase.display_path(top),
        description=description,
    )
    return Part(node, members)


def _kind(codebase: Codebase, name: str, modules: frozenset[str]) -> NodeKind:
    if not modules & codebase.modules:
        return NodeKind.EXTERNAL
    is_package = modules != {name} or codebase.display_path(name).endswith("/__init__.py")
    return NodeKind.PACKAGE if is_package else NodeKind.MODULE


def shared_package(codebase: Codebase) -> str:
    """The package that contains the whole project, or ""."""
    return codebase.shared_package


def package_depth(codebase: Codebase) -> int:
    """The default depth of packages: one more than the prefix that all modules share, and at least two."""
    shared = shared_package(codebase)
    return max(2, len(parts_of(shared)) + 1)


def package_of(module: str, depth: int) -> str:
    """The first `depth` segments of the name of `module`, with its service prefix."""
    service, name = split_service(module)
    return qualify(service, shortened(name, depth))


def gathered(names: Iterable[str], key: Callable[[str], str]) -> dict[str, set[str]]:
    """Group `names` by their `key`."""
    found: dict[str, set[str]] = {}
    for name in sorted(names):
        found.setdefault(key(name), set()).add(name)
    return found


def packages(codebase: Codebase, modules: Collection[str], depth: int) -> tuple[tuple[Part, ...], tuple[Group, ...]]:
    """The packages of `modules` down to `depth`, grouped by frames for parent packages with several nodes.

    A package that only contains others, and neither imports nor is imported, is left out.
    """
    units = gathered(modules, lambda module: package_of(module, depth))
    units = {name: found for name, found in units.items() if not _is_only_container(codebase, name, found)}
    frames, shared = _frames(units), shared_package(codebase)
    parts = (
        part(codebase, name, found, group=frame, label=inside(name, shared if frame == name else frame or shared))
        for name, found in units.items()
        for frame in (_frame_of(name, frames),)
    )
    groups = (
        Group(name=it, label=inside(it, _parent_frame(it, frames) or shared), parent=_parent_frame(it, frames))
        for it in frames
    )
    return tuple(parts), tuple(groups)


def loose(codebase: Codebase, parts: Iterable[Part]) -> tuple[Part, ...]:
    """Remove `parts` from their frames, and label them with their names below the project's shared package."""
    shared = shared_package(codebase)
    return tuple(replace(it, node=replace(it.node, group="", label=inside(it.node.name, shared))) for it in parts)


def _is_only_container(codebase: Codebase, name: str, modules: set[str]) -> bool:
    alone = modules == {name} and not codebase.imports.imported_by(name) and name not in codebase.imports.importers
    return alone and any(is_below(other, name) for other in codebase.modules)


def _frames(units: Collection[str]) -> tuple[str, ...]:
    """The packages that contain several of `units`, but not all of them; parents first."""
    counts: dict[str, set[str]] = {}
    for name in units:
        for above in _containers(name):
            counts.setdefault(above, set()).add(name)
    several = [name for name, found in counts.items() if 1 < len(found | ({name} & set(units))) < len(units)]
    return tuple(sorted(several))


def _containers(name: str) -> Iterator[str]:
    """The containers of `name`: its parent packages, innermost first, then its service."""
    service, plain = split_service(name)
    yield from (qualify(service, parent) for parent in self_and_parents(plain)[1:])
    if service:
        yield service


def _frame_of(name: str, frames: Collection[str]) -> str:
    """The innermost frame for `name`; a package with a frame of its own is inside of that."""
    return name if name in frames else _parent_frame(name, frames)


def _parent_frame(name: str, frames: Collection[str]) -> str:
    return next((above for above in _containers(name) if above in frames), "")


def inside(name: str, frame: str) -> str:
    """`name` relative to `frame`; unchanged if it is not inside."""
    return name.removeprefix(frame).lstrip(".:") if name.startswith((f"{frame}.", f"{frame}::")) else name
