"""The import statements of the code, read from their own lines where these say enough, and else by parsing the file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from archguard.codebase.imports.extract import Import
from archguard.codebase.imports.line_parser import Statement, statement_at
from archguard.codebase.modules.namespace import self_and_parents
from archguard.codebase.syntax.source import Source, SourceError


@dataclass(frozen=True)
class Statements:
    """Answers for one import after the other; fast if those of a file are asked for together."""

    sources: Mapping[str, Source]
    _parsed: dict[str, tuple[Import, ...]] = field(default_factory=dict, init=False, repr=False)
    _lines_of: dict[str, Mapping[int, tuple[Import, ...]]] = field(default_factory=dict, init=False, repr=False)
    _open: list[tuple[str, Sequence[bytes], dict[int, Statement | None]]] = field(
        default_factory=list, init=False, repr=False
    )
    """The file that was read last, with its lines, and the statements that have been read from them."""
    _named: list[tuple[tuple[str, int, bool], Mapping[str, tuple[Import, ...]]]] = field(
        default_factory=list, init=False, repr=False
    )
    """What the statements of the line that was asked for last name: of many names, each is asked for."""

    def at(self, module: str, line: int) -> tuple[Import, ...]:
        """The imports that start at `line`; they lack traits that only a parser knows."""
        plain = self.plain(module, line)
        return plain.imports if plain else self.parsed_at(module, line)

    def targets_at(self, module: str, line: int) -> list[str]:
        """The modules or attributes that are named at `line`."""
        plain = self.plain(module, line)
        return [found.target for found in (plain.names if plain else self.parsed_at(module, line))]

    def plain(self, module: str, line: int) -> Statement | None:
        """The statement that starts at `line`; None if only a parser can tell what it is."""
        lines, known = self.lines(module), self._open[0][2]
        if line not in known:  # a statement of many names is asked for once for each of them
            known[line] = statement_at(self.sources[module], lines, line)
        return known[line]

    def naming(self, module: str, line: int, name: str, *, parsed: bool = False) -> tuple[Import, ...]:
        """The imports at `line` that name `name` or what is in it; with the traits that a parser knows if `parsed`."""
        asked = (module, line, parsed)
        if not self._named or self._named[0][0] != asked:
            self._named[:] = [(asked, _by_name(self.parsed_at(module, line) if parsed else self.at(module, line)))]
        return self._named[0][1].get(name, ())

    def lines(self, module: str) -> Sequence[bytes]:
        """The lines of the file of `module`; none of one that cannot be read."""
        if not self._open or self._open[0][0] != module:
            self._open[:] = [(module, _lines(self.sources[module]), {})]
        return self._open[0][1]

    def parsed(self, module: str) -> tuple[Import, ...]:
        """All imports of a file; none of one that this Python cannot parse, whose links then stay as grimp has them."""
        if module not in self._parsed:
            self._parsed[module] = _parsed(self.sources[module])
        return self._parsed[module]

    def parsed_at(self, module: str, line: int) -> tuple[Import, ...]:
        """Those of them that start at `line`."""
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
        return replace(source).content.splitlines()  # of a copy, since whoever reads these lines asks for nothing more
    except SourceError:
        return ()


def _parsed(source: Source) -> tuple[Import, ...]:
    try:
        return tuple(Import.extract(replace(source)))  # of a copy, since a tree takes fifty times the file's memory
    except SourceError:
        return ()
