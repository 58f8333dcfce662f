"""The exemplary modules of a set: those that show a reader how code there is written.

A module is exemplary if it has no violation and no exemption, and imports what its neighbours import. Each group of
modules (a component, a package, a library) that most of the set imports counts for a module that imports it too, and
one that few import counts against it: by twice the share of the modules that import it, less one. So the best score has
whoever imports exactly what the majority does. Of equals, the one comes first that more modules import, then by name.
Cost: one pass over the imports of the set.
"""

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from archguard.codebase import Codebase
from archguard.dataclass import dataclass
from archguard.model import Report
from archguard.model.names import top_package

SHOWN: Final = 3
"""Three show what is common to them; more are no longer read."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A module to follow."""

    module: str
    """The module."""
    path: str
    """Its file."""
    imports: tuple[str, ...]
    """The components, packages and libraries that it imports."""


def exemplary_modules(
    codebase: Codebase, modules: frozenset[str], groups: Mapping[str, str], report: Report, exempt: Collection[str]
) -> tuple[Example, ...]:
    """At most `SHOWN` exemplary modules among `modules`, the best first.

    Args:
        codebase: The code.
        modules: The set, such as a component.
        groups: The group of each module of the project.
        report: The violations.
        exempt: The files with comments that exempt something.
    """
    candidates = [module for module in sorted(modules & codebase.sources.keys()) if _has_imports(codebase, module)]
    imported = {module: frozenset(_imported(codebase, module, groups)) for module in candidates}
    shares = Counter(group for found in imported.values() for group in found)
    broken = {violation.importer for violation in report.violations}
    clean = [it for it in candidates if it not in broken and codebase.display_path(it) not in exempt]
    scores = {it: sum(2 * shares[group] - len(candidates) for group in imported[it]) for it in clean}
    best = sorted(clean, key=lambda it: (-scores[it], -len(codebase.imports.importers.get(it, ())), it))[:SHOWN]
    return tuple(Example(module=it, path=codebase.display_path(it), imports=tuple(sorted(imported[it]))) for it in best)


def _has_imports(codebase: Codebase, module: str) -> bool:
    """Whether it imports anything, and is no package, whose file mostly re-exports."""
    return bool(codebase.imports.imported_by(module)) and not codebase.sources[module].is_package


def _imported(codebase: Codebase, module: str, groups: Mapping[str, str]) -> Iterator[str]:
    """The groups that `module` imports, other than its own and the standard library."""
    for imported in codebase.imports.imported_by(module):
        group = groups.get(imported) or top_package(imported)
        if group != groups.get(module) and group not in sys.stdlib_module_names:
            yield group
