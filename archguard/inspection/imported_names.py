"""What the imports of a file lead to, name by name, also while the file is being written.

Names are resolved as in the import graph: through re-exports to the modules that define them.
"""

from collections.abc import Iterator

from archguard.codebase import Codebase, Import, Source, SourceError
from archguard.dataclass import dataclass
from archguard.model import Violation


@dataclass(frozen=True)
class ImportedName:
    """One name of an import statement."""

    statement: Import
    modules: tuple[str, ...]
    """The modules of the project that define it, or what is imported from outside, as it is written."""

    def is_broken_by(self, violation: Violation) -> bool:
        """Whether `violation`, found in the same text, is about this import."""
        places = (self.statement.location, self.statement.name_location)
        found = violation.location
        return any((found.line, found.column) == (place.line, place.column) for place in places)


def imported_names(codebase: Codebase, source: Source) -> Iterator[ImportedName]:
    """The imports of `source`, whose text may be another than in `codebase`; none if it cannot be parsed."""
    try:
        found = tuple(Import.extract(source))
    except SourceError:
        return
    for statement in found:
        if statement.module:  # else it leaves the top-level package
            yield ImportedName(statement, _modules(codebase, source, statement))


def _modules(codebase: Codebase, source: Source, statement: Import) -> tuple[str, ...]:
    reexports = codebase.reexports
    if reexports is None or source.module not in codebase.sources:
        return (statement.target,)
    definitions = reexports.imported_as(source.module, statement.target)
    modules = tuple(dict.fromkeys(map(reexports.module_of, definitions)))
    return modules or (statement.module,)
