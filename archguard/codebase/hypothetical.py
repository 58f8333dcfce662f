"""The code base with hypothetical imports, for `archguard why` and `archguard where`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from archguard.codebase.codebase import Codebase
from archguard.codebase.imports.graph import Link
from archguard.codebase.syntax.source import Source, SourceError


@dataclass(frozen=True)
class HypotheticalSource(Source):
    """A source file with `statements` appended in memory."""

    statements: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        """The bytes of the file, and the statements.

        Raises:
            SourceError: the file cannot be read.
        """
        return super().content + "\n".join(("", *self.statements, "")).encode()


def with_hypothetical_imports(codebase: Codebase, imports: Iterable[tuple[str, str]]) -> Codebase:
    """A copy of `codebase` where the first module of each pair imports the second one, in a line at its end.

    Pairs whose first module has no file are ignored.
    """
    links, sources = set[Link](), dict(codebase.sources)
    for importer, group in groupby(sorted(set(imports)), key=lambda pair: pair[0]):
        if importer not in sources:
            continue
        names = [imported for _, imported in group]
        start = _line_after(sources[importer])
        links |= {Link(importer, name, start + index) for index, name in enumerate(names)}
        if start:
            sources[importer] = _with_imports(sources[importer], names)
    return replace(codebase, sources=sources, imports=codebase.imports.with_links(links), memo={})


def _with_imports(source: Source, names: Iterable[str]) -> HypotheticalSource:
    statements = tuple(f"import {name.rpartition('::')[2]}" for name in names)
    return HypotheticalSource(source.module, source.file, source.display_path, statements)


def _line_after(source: Source) -> int:
    """The line of the first appended statement; 0 if the file cannot be read."""
    try:
        return source.content.count(b"\n") + 2
    except SourceError:
        return 0
