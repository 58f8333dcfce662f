"""The import statements of the code, read from their own lines where these say enough, and else by parsing the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from archguard.codebase.facts import Import
from archguard.codebase.facts.plain import Statement, statement_at
from archguard.codebase.source import Source, SourceError


@dataclass(frozen=True)
class Statements:
    """Answers for one import after the other; fast if those of a file are asked for together."""

    sources: Mapping[str, Source]
    _parsed: dict[str, tuple[Import, ...]] = field(default_factory=dict, init=False, repr=False)
    _open: list[tuple[str, Sequence[bytes]]] = field(default_factory=list, init=False, repr=False)
    """The file that was read last, with its lines."""

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
        return statement_at(self.sources[module], self.lines(module), line)

    def lines(self, module: str) -> Sequence[bytes]:
        """The lines of the file of `module`; none of one that cannot be read."""
        if not self._open or self._open[0][0] != module:
            self._open[:] = [(module, _lines(self.sources[module]))]
        return self._open[0][1]

    def parsed(self, module: str) -> tuple[Import, ...]:
        """All imports of a file; none of one that this Python cannot parse, whose links then stay as grimp has them."""
        if module not in self._parsed:
            self._parsed[module] = _parsed(self.sources[module])
        return self._parsed[module]

    def parsed_at(self, module: str, line: int) -> tuple[Import, ...]:
        """Those of them that start at `line`."""
        return tuple(found for found in self.parsed(module) if found.location.line == line)


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
