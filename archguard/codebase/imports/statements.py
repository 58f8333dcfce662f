"""Look up import statements by module and line: parsed from their own lines if possible, else from the whole file.

Only the lines of the last file are kept, and no syntax trees: a tree takes fifty times the memory of its file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from archguard.codebase.imports.extract import Import
from archguard.codebase.imports.line_parser import Statement, statement_at
from archguard.codebase.syntax.source import Source, SourceError
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName, self_and_parents


@dataclass(frozen=True)
class Statements:
    """Look-ups of single imports; fast if those of one file come in a row."""

    sources: Mapping[ModuleName, Source]
    _parsed: dict[str, tuple[Import, ...]] = field(default_factory=dict, init=False, repr=False)
    _lines_of: dict[str, Mapping[int, tuple[Import, ...]]] = field(default_factory=dict, init=False, repr=False)
    _last_file: list[tuple[str, Sequence[bytes], dict[int, Statement | None]]] = field(
        default_factory=list, init=False, repr=False
    )
    """The module read last, its lines, and the statements parsed from them; a list, since the class is frozen."""
    _last_line: list[tuple[tuple[str, int, bool], Mapping[str, tuple[Import, ...]]]] = field(
        default_factory=list, init=False, repr=False
    )
    """The imports by name at the line looked up last: callers look up each name of a long statement in turn."""

    def at(self, module: ModuleName, line: int) -> tuple[Import, ...]:
        """The imports that start at `line`, without the traits that need a parser."""
        plain = self.plain(module, line)
        return plain.imports if plain else self.parsed_at(module, line)

    def targets_at(self, module: ModuleName, line: int) -> list[str]:
        """The qualified names of the modules or attributes imported at `line`."""
        plain = self.plain(module, line)
        return [found.target for found in (plain.names if plain else self.parsed_at(module, line))]

    def plain(self, module: ModuleName, line: int) -> Statement | None:
        """The statement that starts at `line`; None if it needs a parser."""
        lines, known = self.lines(module), self._last_file[0][2]
        if line not in known:  # callers look up a statement once per imported name
            known[line] = statement_at(self.sources[module], lines, line)
        return known[line]

    def naming(self, module: ModuleName, line: int, name: str, *, parsed: bool = False) -> tuple[Import, ...]:
        """The imports at `line` of `name` or something in it; with `parsed`, the traits are complete."""
        key = (module, line, parsed)
        if not self._last_line or self._last_line[0][0] != key:
            self._last_line[:] = [(key, _by_name(self.parsed_at(module, line) if parsed else self.at(module, line)))]
        return self._last_line[0][1].get(name, ())

    def lines(self, module: ModuleName) -> Sequence[bytes]:
        """The lines of the file of `module`; empty if it cannot be read."""
        if not self._last_file or self._last_file[0][0] != module:
            self._last_file[:] = [(module, _lines(self.sources[module]), {})]
        return self._last_file[0][1]

    def parsed(self, module: ModuleName) -> tuple[Import, ...]:
        """All imports of a file; empty if this Python cannot parse it: its links then stay as grimp has them."""
        if module not in self._parsed:
            self._parsed[module] = _parsed(self.sources[module])
        return self._parsed[module]

    def parsed_at(self, module: ModuleName, line: int) -> tuple[Import, ...]:
        """The parsed imports that start at `line`."""
        if module not in self._lines_of:
            self._lines_of[module] = _by_line(self.parsed(module))
        return self._lines_of[module].get(line, ())


def _by_line(imports: Iterable[Import]) -> Mapping[int, tuple[Import, ...]]:
    lines: dict[int, list[Import]] = {}
    for found in imports:
        lines.setdefault(found.location.line, []).append(found)
    return {line: tuple(found) for line, found in lines.items()}


def _by_name(imports: Iterable[Import]) -> Mapping[str, tuple[Import, ...]]:
    names: dict[str, list[Import]] = {}
    for found in imports:
        for name in self_and_parents(found.target):
            names.setdefault(name, []).append(found)
    return {name: tuple(found) for name, found in names.items()}


def _lines(source: Source) -> Sequence[bytes]:
    try:
        return replace(source).content.splitlines()  # of a copy, so that `source` does not keep the content
    except SourceError:
        return ()


def _parsed(source: Source) -> tuple[Import, ...]:
    try:
        return tuple(Import.extract(replace(source)))  # of a copy, so that `source` does not keep the tree
    except SourceError:
        return ()
