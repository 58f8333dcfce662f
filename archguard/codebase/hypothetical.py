"""The code base with hypothetical imports, for `archguard why`, `where` and `context`."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from archguard.codebase.codebase import Codebase
from archguard.codebase.file_results import FileResults
from archguard.codebase.imports.graph import Link
from archguard.codebase.syntax.source import SourceError
from archguard.model.names import ModuleName, plain_name


def with_hypothetical_imports(codebase: Codebase, imports: Iterable[tuple[str, str]]) -> Codebase:
    """A copy of `codebase` where the first module of each pair imports the second one, in a line at its end.

    Pairs whose first module has no file are ignored. Results of the original are not shared, but for the scopes of the
    modules that stay as they are.
    """
    links, changed = set[Link](), dict(codebase.sources)
    for importer, group in groupby(sorted(set(imports)), key=lambda pair: pair[0]):
        names = [imported for _, imported in group]
        if importer in changed:
            content = _content(codebase, importer)
            start = content.count(b"\n") + 2 if content is not None else 0
            links |= {Link(importer, name, start + index) for index, name in enumerate(names)}
            if content is not None:
                changed[importer] = changed[importer].with_content(content + _statements(names))
    scopes = {it: scope for it, scope in codebase.results.scopes.items() if changed[it] is codebase.sources[it]}
    graph = codebase.imports.with_links(links)
    return replace(codebase, sources=changed, imports=graph, results=FileResults(scopes=scopes), memo={})


def _content(codebase: Codebase, module: ModuleName) -> bytes | None:
    """The bytes of the file; None if it cannot be read."""
    try:
        return codebase.sources[module].content
    except SourceError:
        return None


def _statements(names: Iterable[str]) -> bytes:
    return "\n".join(("", *(f"import {plain_name(name)}" for name in names), "")).encode()
