"""Decide which module may import which, with the semantics of tach."""

from collections.abc import Collection, Mapping

from archguard.codebase import Expression
from archguard.config.dialects.tach.globs import ModuleGlob, matches_text
from archguard.config.dialects.tach.options import ROOT, Interface, Module
from archguard.dataclass import dataclass


@dataclass(frozen=True)
class Layering:
    """The layers from top to bottom, and which of them are closed."""

    names: tuple[str, ...]
    closed: frozenset[str]
    explicit: bool
    """Whether a lower layer must be declared too."""

    def is_plain_for(self, used: Collection[str]) -> bool:
        """Whether a `layers` contract is equivalent, if only the layers `used` have modules.

        It is if all layers in the middle are closed, or none, and closed ones have modules: tach does not let modules
        skip a closed layer even if it is empty, while archguard ignores an empty layer.
        """
        between = set(self.names[1:-1])
        closed = between & self.closed
        return not self.explicit and (not closed or closed == between) and closed <= set(used)

    @property
    def is_closed(self) -> bool:
        """Whether no layer may be skipped."""
        return bool(set(self.names[1:-1]) & self.closed)

    def allows(self, one: Module, other: Module) -> bool | None:
        """Whether layers allow `one` to import `other`; None if the declarations of the modules decide."""
        if not one.layer or not other.layer or one.layer == other.layer:
            return None
        height, depth = self.names.index(one.layer), self.names.index(other.layer)
        if height > depth or self.closed & set(self.names[height + 1 : depth]):
            return False
        return None if self.explicit and not other.utility else True


@dataclass(frozen=True)
class Permissions:
    """The import permissions between modules."""

    layering: Layering
    packages: Mapping[str, str]
    """The distribution (folder of a pyproject.toml) of each module; tach does not check imports between them."""

    @property
    def is_one_package(self) -> bool:
        """Whether tach checks all imports between modules."""
        return len(set(self.packages.values())) <= 1

    def allows(self, one: Module, other: Module) -> bool:
        """Whether `one` may import `other`."""
        if one.unchecked or self.packages[one.path] != self.packages[other.path]:
            return True
        by_layer = self.layering.allows(one, other)
        return self.declared(one, other) if by_layer is None else by_layer

    def declared(self, one: Module, other: Module) -> bool:
        """Whether the declarations allow `one` to import `other`, regardless of layers."""
        if any(ModuleGlob(path).matches(other.path) for path in one.cannot_depend_on):
            return False
        if one.depends_on is None or other.utility:
            return True
        return any(ModuleGlob(path).matches(other.path) for path in one.depends_on)


def interfaces_from(interfaces: Collection[Interface], definition: str) -> tuple[Interface, ...]:
    """The interfaces that apply to the module `definition`."""
    return tuple(
        interface
        for interface in interfaces
        if any(Expression(pattern).matches(definition) for pattern in interface.from_)
    )


def exposed(interfaces: Collection[Interface], usage: str) -> tuple[str, ...] | None:
    """The names that a module with `interfaces` exposes to `usage`; None if no interface is visible to it."""
    visible = [it for it in interfaces if it.visibility is None or usage in it.visibility]
    exclusive = [interface for interface in visible if interface.exclusive][:1]
    names = [name for interface in exclusive or visible for name in interface.expose]
    return tuple(dict.fromkeys(names)) if visible else None


def cycle(modules: Collection[Module]) -> tuple[str, ...]:
    """The modules on cycles of declared dependencies, sorted."""
    declared = {module.path: set(module.depends_on or ()) for module in modules}
    return tuple(sorted(path for path in declared if _reaches(declared, path, path)))


def _reaches(declared: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, queue = set[str](), [start]
    while queue:
        new = declared.get(queue.pop(), set()) - seen
        seen |= new
        queue.extend(new)
    return goal in seen


def hidden(modules: Collection[Module]) -> tuple[tuple[str, str], ...]:
    """The declared dependencies on modules that are not visible to the declaring module."""
    visibility = {module.path: module.visibility for module in modules if module.visibility is not None}
    return tuple(
        (module.path, path)
        for module in modules
        for path in module.depends_on or ()
        if path in visibility and not any(matches_text(text, _dotted(module)) for text in visibility[path] or ())
    )


def _dotted(module: Module) -> str:
    return "." if module.path == ROOT else module.path
