"""The strings of a file, each as a whole; `archguard.semantics` fills in what their names stand for."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.scopes import Position, Scope
from archguard.codebase.syntax.source import Source
from archguard.model import Location


@dataclass(frozen=True)
class Literal:
    """A string literal, an f-string, or a concatenation; docstrings are none."""

    holder: str
    """The function, class or module in which it stands."""
    location: Location
    node: ast.expr = field(compare=False, repr=False)
    at: Position = field(compare=False, repr=False)

    @classmethod
    def extract(cls, source: Source) -> Iterator[Self]:
        """Every string of `source`.

        Raises:
            SourceError: the file cannot be read or parsed.
        """
        yield from cls.within(read_scope(source), source)

    @classmethod
    def within(cls, scope: Scope, source: Source) -> Iterator[Self]:
        """Every string in `scope` of `source`, those in scopes inside included."""
        for inner in scope.walk():
            for node, at in inner.strings:
                yield cls(inner.name, source.location(node), node, at)
