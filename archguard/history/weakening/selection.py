"""What the patterns of two configurations select in the same code, so that they can be compared by it.

The patterns of the configuration before are matched twice: with the code as it is now, so that a module that is new or
gone is no change of the pattern; and with the code as it was, whose modules are followed to their new names, so that a
pattern that was renamed together with its modules selects the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from functools import cached_property

from archguard.codebase import Codebase, Pattern, Target
from archguard.codebase.modules.pattern import ImportPattern
from archguard.config import Config
from archguard.dataclass import dataclass


@dataclass(frozen=True)
class Selection:
    """The modules that patterns select, under the configuration before and after a change."""

    before: Config
    after: Config
    code: Codebase
    """The code after the change."""
    code_before: Codebase | None = None
    moved: Mapping[str, str] = field(default_factory=dict)
    """The names of modules before -> their names now."""

    def old(self, patterns: Iterable[Pattern]) -> frozenset[str]:
        """What `patterns` of the configuration before select in the code."""
        return frozenset().union(*map(self._old, patterns))

    def new(self, patterns: Iterable[Pattern]) -> frozenset[str]:
        """What `patterns` of the configuration after select in the code."""
        return frozenset().union(*(_selected(self.code, pattern) or {pattern.text} for pattern in patterns))

    def old_units(self, patterns: Iterable[Pattern]) -> frozenset[frozenset[str]]:
        """The sets of modules that each match of `patterns` stands for."""
        return frozenset(unit for pattern in patterns for unit in self.code_under_old_names.units(pattern).values())

    def new_units(self, patterns: Iterable[Pattern]) -> frozenset[frozenset[str]]:
        """The same, under the configuration after."""
        return frozenset(unit for pattern in patterns for unit in self.code.units(pattern).values())

    def old_imports(self, pattern: ImportPattern) -> frozenset[tuple[str, str]]:
        """The imports that `pattern` of the configuration before matches, under their names now."""
        then = _imports(self.code_before, pattern) if self.code_before else frozenset()
        return _imports(self.code, pattern) | {(self._now(one), self._now(other)) for one, other in then}

    def new_imports(self, pattern: ImportPattern) -> frozenset[tuple[str, str]]:
        """The imports that `pattern` matches now."""
        return _imports(self.code, pattern)

    def excluded(self, patterns: Iterable[Pattern]) -> frozenset[str]:
        """The modules, of all that are found, that `patterns` leave out."""
        found = self.code.modules | self.code.excluded
        return frozenset().union(*(self.code.matching(pattern, found) or {pattern.text} for pattern in patterns))

    def changed_names(self, patterns: Iterable[Pattern]) -> tuple[str, ...]:
        """The components and services among `patterns` that stand for other modules now."""
        named = {pattern.text: pattern for pattern in patterns if self._is_name(pattern.text)}
        return tuple(name for name, pattern in sorted(named.items()) if self._old(pattern) != self.new((pattern,)))

    def _is_name(self, text: str) -> bool:
        return any(text in config.components or text in config.services for config in (self.before, self.after))

    def _old(self, pattern: Pattern) -> frozenset[str]:
        then = _selected(self.code_before, pattern) if self.code_before else frozenset()
        followed = {self._now(name) for name in then} - (then - self.code.modules - self.code.imports.externals)
        found = _selected(self.code_under_old_names, pattern) | followed
        return found or (frozenset() if then else frozenset({pattern.text}))

    def _now(self, module: str) -> str:
        return self.moved.get(module, module)

    @cached_property
    def code_under_old_names(self) -> Codebase:
        """The code of today with the components and services of the configuration before."""
        return replace(self.code, components=self.before.components, services=self.before.services)


def _selected(code: Codebase, pattern: Pattern) -> frozenset[str]:
    outside = code.matching(pattern, code.imports.externals) if isinstance(pattern, Target) else frozenset()
    return code.members((pattern,)) | outside


def _imports(code: Codebase, pattern: ImportPattern) -> frozenset[tuple[str, str]]:
    return frozenset(
        (importer, imported)
        for importer in code.imports.lines
        if pattern.importer.names(importer)
        for imported in code.imports.imported_by(importer)
        if pattern.imported.names(imported)
    )
