"""Resolve the import statements that `syntax_scanner` has found to names in the graph, as grimp's scanner does.

An imported name is the module of the project that it names or that it is in, else the top-level package. grimp is asked
instead (None) where it has a rule of its own: packages outside of the project that share their top-level name with one
inside, or with an external module that is distinguished, and packages without `__init__.py`.
Cost: one look-up for each imported name; the names of a project are few, so their meanings are memoized.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from archguard.codebase.imports.syntax_scanner import Statement
from archguard.codebase.modules.namespace import ServiceNamespace
from archguard.codebase.syntax.relative_names import absolute
from archguard.model.names import ModuleName, QualifiedName, parent_name, self_and_parents, top_package

_MOST_MEMOIZED = 100_000
"""Memoized names at most: 20 MB. Home Assistant has 40,000."""


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
    _memo: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def imported(self, statements: Iterable[Statement], package: ModuleName) -> list[tuple[str, Statement]] | None:
        """The names in the graph that `statements` import in a file of `package`, each with its statement.

        None if grimp must tell.
        """
        found = []
        memo = self._memo
        for statement in statements:
            _, _, dots, module, names, _, _ = statement
            if dots:
                module = absolute(module, dots, package)
            for name in names:
                target = f"{module}.{name}" if module else name
                imported = memo.get(target)
                if imported is None:
                    imported = self._resolve(target)
                if not imported:
                    return None
                found.append((imported, statement))
        return found

    def _resolve(self, target: QualifiedName) -> str:
        """The name in the graph of `target`; "" if grimp must tell."""
        # Cleared as a whole: which names come again is not known, and one that does is resolved in microseconds.
        if len(self._memo) >= _MOST_MEMOIZED:
            self._memo.clear()
        found = self._memo[target] = self._name_in_graph(target)
        return found

    def _name_in_graph(self, target: QualifiedName) -> str:
        top = top_package(target)
        for name in (target, parent_name(target), top):
            found = self._known_name(name)
            if found is not None:
                return found if name != top or top not in self._shared else ""
        return "" if top in self._shared else top

    def _known_name(self, target: QualifiedName) -> str | None:
        """The name in the graph of a module of the project; "" if grimp must tell, None if it is no such module."""
        name = self.namespace.qualified(target)
        # grimp resolves a namespace package by rules of its own, which are not repeated here.
        if name in self._folders:
            return ""
        if name in self.excluded:
            return next((outer for outer in self_and_parents(name) if outer in self.known), name)
        return name if name in self.known else None

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
