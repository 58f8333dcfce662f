"""The code base after edits of some of its files, without reading the others again.

The imports of the edited files are extracted and resolved as the scan does it; the rest of the graph stays. There is no
such shortcut for an edit that changes what the imports of other files lead to: of a package that no longer re-exports
the same names, or of a file from which somebody imports such a name by a star. Files that named a new module before it
was there import it now: their imports are extracted again, too. `tests/properties` compares both ways.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from archguard.codebase.codebase import Codebase
from archguard.codebase.file_results import FileResults
from archguard.codebase.imports.dynamic import UNFOLLOWED, unfollowed_imports
from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.imports.graph import ImportGraph
from archguard.codebase.syntax.source import Source, SourceError
from archguard.model import Problem
from archguard.model.names import is_at_or_below, parent_name, split_last

_LAZY, _DYNAMIC = ImportTrait.LAZY, ImportTrait.DYNAMIC


def with_edits(codebase: Codebase, edited: Iterable[Source]) -> Codebase | None:
    """`codebase` with `edited` in place of the files of their modules, or as new ones; None if that takes a scan."""
    files = {source.module: source for source in edited}
    added = [source for module, source in files.items() if module not in codebase.sources]
    if codebase.reexports is None or not all(_may_be_edited(codebase, source) for source in files.values()):
        return None
    for source in added:
        # `from shop import orders` named an attribute of `shop` so far; now that there is `shop/orders.py`, it is an
        # import of that.
        files |= {importer.module: importer for importer in _naming(codebase, source)}
    sources = {**codebase.sources, **files}
    reexports = codebase.reexports.after_edits(sources, files.keys() & codebase.sources.keys())
    if reexports is None or any(_is_named_by_its_package(codebase, source) for source in added):
        return None
    modules, lines = codebase.imports.modules.union(files), dict(codebase.imports.lines)
    paths = {source.display_path for source in files.values()}
    # Those of the edited files are found again below.
    problems = [problem for problem in codebase.problems if not _is_in(problem, paths)]
    statements = {link: found for link, found in codebase.statements_of_links.items() if link.importer not in files}
    new = replace(
        codebase,
        sources=sources,
        imports=ImportGraph(modules, lines),
        reexports=reexports,
        statements_of_links=statements,
        units_by_pattern=codebase.units_by_pattern if modules == codebase.modules else {},
        memo={},
    )
    for module, source in files.items():
        found = _imports(new, source)
        if found is None:
            return None
        lines[module], remarks = found
        problems += remarks
    is_same = (modules, lines) == (codebase.imports.modules, codebase.imports.lines)
    imports = codebase.imports if is_same else ImportGraph(modules, lines)  # the same has memoized its digests
    results = FileResults()
    # Names still lead to the same modules, and results that depend on that still hold.
    if reexports.has_same_stars(codebase.reexports, files.keys() & codebase.sources.keys()):
        results.names = codebase.results.names
    return replace(new, imports=imports, problems=tuple(problems), results=results, memo={})


def added_source(codebase: Codebase, path: str) -> Source | None:
    """The source of a file that is to be written beside the modules of a package; None for any other path."""
    file = Path(path)
    beside = str(file.with_name("__init__.py"))
    package = next((source for source in codebase.sources.values() if source.file == beside), None)
    if package is None or file.suffix != ".py" or not file.stem.isidentifier() or os.path.lexists(path):
        return None
    shown = package.display_path.removesuffix("__init__.py") + file.name
    return Source(f"{package.module}.{file.stem}", path, shown)


def _may_be_edited(codebase: Codebase, edited: Source) -> bool:
    module = edited.module
    if module not in codebase.sources:
        is_free = not any(is_at_or_below(one, module) for one in codebase.modules)
        return codebase.has_plain_imports and is_free
    has_lazy = any(link.importer == module for link in codebase.lazy)
    errors = [problem for problem in codebase.problems if _is_in(problem, {codebase.display_path(module)})]
    # An error in the file may be gone with the edit, and then grimp would read it another way than `ast` does here.
    are_remarks = all(problem.code == UNFOLLOWED for problem in errors)
    return codebase.has_plain_imports and are_remarks and not has_lazy


def _is_in(problem: Problem, paths: Collection[str]) -> bool:
    return problem.location is not None and problem.location.path in paths


def _naming(codebase: Codebase, added: Source) -> Iterator[Source]:
    """The sources that import the package of `added`, and have its name somewhere."""
    package, name = split_last(added.module)
    for importer in codebase.imports.importers.get(package, ()):
        if name.encode() in codebase.sources[importer].content:
            yield codebase.sources[importer]


def _is_named_by_its_package(codebase: Codebase, added: Source) -> bool:
    """Whether the package of `added` has a name like it, which others may import; what they mean is the module now."""
    package, name = split_last(added.module)
    assert codebase.reexports is not None  # noqa: S101  # checked by `with_edits`
    return name.encode() in codebase.sources[package].content or codebase.reexports.binds(package, name)


def _imports(codebase: Codebase, source: Source) -> tuple[Mapping[str, tuple[int, ...]], tuple[Problem, ...]] | None:
    """What the file imports, each with its lines, and remarks on what cannot be followed; None if that takes a scan."""
    try:
        imports = tuple(Import.extract(source))
        remarks = tuple(unfollowed_imports(source)) if codebase.follows_dynamic_imports else ()
    except SourceError:
        return None
    if any(one.leaves or _LAZY in one.traits for one in imports):
        return None
    if not codebase.follows_dynamic_imports:
        imports = tuple(one for one in imports if _DYNAMIC not in one.traits)
    lines: dict[str, set[int]] = {}
    for imported, line in _resolved(codebase, source, imports):
        if imported != source.module:
            lines.setdefault(imported, set()).add(line)
    return {imported: tuple(sorted(lines[imported])) for imported in sorted(lines)}, remarks


def _resolved(codebase: Codebase, source: Source, imports: Iterable[Import]) -> Iterator[tuple[str, int]]:
    """The modules that `imports` lead to, with re-exports resolved."""
    reexports, known = codebase.reexports, codebase.modules
    assert reexports is not None  # noqa: S101  # checked by `with_edits`
    view = reexports.views[source.service]
    by_package: dict[tuple[str, int], set[str]] = {}
    for one in imports:
        imported, line = view.resolve(one.target, known, codebase.distinguished), one.location.line
        target = view.qualified(one.target)
        is_package = imported in codebase.sources and codebase.sources[imported].is_package
        if not is_package or _DYNAMIC in one.traits:  # a dynamic import has no names to be re-exported
            yield imported, line
            continue
        origins = by_package.setdefault((imported, line), set())
        if (parent_name(target) == imported and target not in known) or target == imported:
            origins.update(reexports.origins(target) or (imported,))
    for (package, line), origins in by_package.items():
        yield from ((origin, line) for origin in origins or (package,))
