"""Resolve the import statements that `syntax_scanner` has found to names in the graph, as grimp's scanner does.

An imported name is the module of the project that it names or that it is in, else the top-level package. grimp is asked
instead (None) where it has a rule of its own: packages outside of the project that share their top-level name with one
inside, or with an external module that is distinguished, and packages without `__init__.py`.
Cost: one look-up for each statement; many files have the same ones, so their meanings are memoized.
"""

from collections.abc import Collection, Iterable
from dataclasses import field
from functools import cached_property

from archguard.codebase.imports.syntax_scanner import Statement
from archguard.codebase.modules.namespace import ServiceNamespace
from archguard.codebase.syntax.relative_names import absolute
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName, parent_name, self_and_parents, top_package

_MOST_MEMOIZED = 100_000
"""Memoized statements at most: 30 MB. Home Assistant has 15,000."""


@dataclass(frozen=True)
class StatementResolver:
    """Resolves the statements of the files of one service."""

    namespace: ServiceNamespace
    known: Collection[str]
    """Every module of the project."""
    externals: Collection[ModuleName]
    """External modules to distinguish from their top-level package."""
    excluded: Collection[ModuleName]
    """Excluded modules to distinguish from their top-level package."""
    _memo: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)

    def imported(self, statements: Iterable[Statement], package: str) -> list[tuple[str, ...]] | None:
        """The names in the graph that each of `statements` imports in a file of `package`.

        None if grimp must tell.
        """
        found = []
        memo = self._memo
        for _, dots, module, names, _, _ in statements:
            base = absolute(module, dots, package) if dots else module
            imported = memo.get((base, names))
            if imported is None:
                imported = self._resolve(base, names)
            if "" in imported:
                return None
            found.append(imported)
        return found

    def _resolve(self, base: str, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(self._memo) >= _MOST_MEMOIZED:
            self._memo.clear()
        targets = [f"{base}.{name}" for name in names] if base else names
        found = self._memo[base, names] = tuple(map(self.resolved, targets))
        return found

    def resolved(self, target: str) -> str:
        """The name in the graph of `target`, a module or a name in one; "" if grimp must tell."""
        names, qualified = self._names, self.namespace.qualified
        top = top_package(target)
        for name in (target, parent_name(target)):
            found = names.get(qualified(name))
            if found is not None and name != top:
                return found
        return "" if top in self._shared else names.get(qualified(top), top)

    @cached_property
    def _names(self) -> dict[str, str]:
        """The name in the graph of each module of the project, as one string each; "" if grimp must tell."""
        names = {name: name for name in self.known}
        for module in self.excluded:
            names[module] = next((outer for outer in self_and_parents(module) if outer in self.known), module)
        return names | dict.fromkeys(self._folders, "")

    @cached_property
    def _shared(self) -> frozenset[str]:
        """The top-level names that packages in the project share, or distinguished modules outside of it."""
        packages = (portion.package for portion in self.namespace.package_roots)
        return frozenset(top_package(name) for name in (*packages, *self.externals) if "." in name)

    @cached_property
    def _folders(self) -> frozenset[str]:
        """The packages without `__init__.py`."""
        return frozenset(
            self.namespace.qualified(name) for portion in self.namespace.package_roots for name in portion.namespaces
        )
