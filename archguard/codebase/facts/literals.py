"""The string expressions of a file; `archguard.semantics` evaluates the names in them."""

import ast
from collections.abc import Iterator
from dataclasses import field
from typing import Self

from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.scopes import Position, Scope
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.model import Location


@dataclass(frozen=True)
class Literal:
    """A string literal, an f-string, or a concatenation; docstrings are not literals."""

    holder: str
    """The qualified name of the function, class or module around it."""
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
        """Every string in `scope` of `source`, nested scopes included."""
        for inner in scope.walk():
            for node, at in inner.strings:
                yield cls(inner.name, source.location(node), node, at)
