"""The code base after edits of some of its files, without reading the others again.

The imports of the edited files are extracted and resolved as the scan does it; the rest of the graph stays. There is no
such shortcut for an edit that may change what the imports of other files lead to: of a package, which may re-export
names, or of a file whose names are imported by a star. `tests/properties` compares both ways.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from archguard.codebase.codebase import Codebase
from archguard.codebase.file_results import FileResults
from archguard.codebase.imports.dynamic import DYNAMIC
from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.imports.graph import ImportGraph
from archguard.codebase.syntax.source import Source, SourceError

_LAZY = ImportTrait.LAZY


def with_edits(codebase: Codebase, edited: Iterable[Source]) -> Codebase | None:
    """`codebase` with `edited` in place of the files of these modules; None if all files must be read again."""
    sources, lines = dict(codebase.sources), dict(codebase.imports.lines)
    for source in edited:
        found = _imports(codebase, source) if _may_be_edited(codebase, source) else None
        if found is None:
            return None
        sources[source.module], lines[source.module] = source, found
    imports = codebase.imports if lines == codebase.imports.lines else ImportGraph(codebase.imports.modules, lines)
    return replace(codebase, sources=sources, imports=imports, results=FileResults(is_edited=True), memo={})


def _may_be_edited(codebase: Codebase, edited: Source) -> bool:
    """Whether the imports of other files lead to the same modules after the edit."""
    module, reexports = edited.module, codebase.reexports
    return (
        codebase.has_plain_imports
        and reexports is not None
        and not edited.is_package
        and reexports.is_same_for_others(edited)
        and not codebase.has_read_errors(module)
        and not any(link.importer == module for link in codebase.lazy)
    )


def _imports(codebase: Codebase, source: Source) -> Mapping[str, tuple[int, ...]] | None:
    """What the file imports, each with its lines; None if that takes a scan."""
    try:
        if DYNAMIC & source.markers:
            return None
        imports = tuple(Import.extract(source))
    except SourceError:
        return None
    if any(one.leaves or _LAZY in one.traits for one in imports):
        return None
    lines: dict[str, set[int]] = {}
    for imported, line in _resolved(codebase, source, imports):
        if imported != source.module:
            lines.setdefault(imported, set()).add(line)
    return {imported: tuple(sorted(lines[imported])) for imported in sorted(lines)}


def _resolved(codebase: Codebase, source: Source, imports: Iterable[Import]) -> Iterator[tuple[str, int]]:
    """The modules that `imports` lead to, with re-exports resolved."""
    reexports, known = codebase.reexports, codebase.modules
    assert reexports is not None  # noqa: S101  # checked by `_may_be_edited`
    view = reexports.views[source.service]
    by_package: dict[tuple[str, int], set[str]] = {}
    for one in imports:
        imported, line = view.resolve(one.target, known, codebase.distinguished), one.location.line
        target = view.qualified(one.target)
        if not (imported in codebase.sources and codebase.sources[imported].is_package):
            yield imported, line
            continue
        origins = by_package.setdefault((imported, line), set())
        if (target.rpartition(".")[0] == imported and target not in known) or target == imported:
            origins.update(reexports.origins(target) or (imported,))
    for (package, line), origins in by_package.items():
        yield from ((origin, line) for origin in origins or (package,))
