"""Count the classes of a file, and the abstract ones among them.

A regular expression counts the lines that begin with `class`. The file is parsed only if it has a word that abstract
classes need, or if such a line seems to be in a multi-line string.
"""

import ast
import re
from typing import Final

from archguard.codebase.facts.calls import written
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.model.names import last_part

_ABSTRACT: Final = re.compile(rb"\b(?:ABC|Protocol|abstract\w*|ABCMeta)\b")
_CLASS: Final = re.compile(rb"^class[ \t]+\w+\s*[:(\[]", re.MULTILINE)
_MULTILINE_STRING: Final = re.compile(rb'"""[\s\S]*?"""' + rb"|'''[\s\S]*?'''")
_BASES: Final = frozenset({"ABC", "Protocol"})
_DECORATORS: Final = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"})


@dataclass(frozen=True)
class ClassCounts:
    """The number of top-level classes of a file."""

    every: int = 0
    abstract: int = 0
    """Those with `ABC` or `Protocol` as a base, `ABCMeta` as metaclass, or an abstract method of their own."""

    def __add__(self, other: "ClassCounts") -> "ClassCounts":
        return ClassCounts(self.every + other.every, self.abstract + other.abstract)

    @classmethod
    def extract(cls, source: Source) -> "ClassCounts":
        """The classes of `source`.

        Raises:
            SourceError: it cannot be read, or has to be parsed and cannot be.
        """
        content = source.content
        lines = len(_CLASS.findall(content))
        if not lines or not (_ABSTRACT.search(content) or _is_in_string(content, lines)):
            return cls(lines)
        found = [node for node in source.tree.body if isinstance(node, ast.ClassDef)]
        return cls(len(found), sum(map(_is_abstract, found)))


def _is_in_string(content: bytes, lines: int) -> bool:
    """Whether one of the lines that begin with `class` seems to be in a multi-line string."""
    return len(_CLASS.findall(_MULTILINE_STRING.sub(b"", content))) != lines


def _is_abstract(node: ast.ClassDef) -> bool:
    metaclasses = (keyword.value for keyword in node.keywords if keyword.arg == "metaclass")
    named = {*map(_last_name, node.bases), *map(_last_name, metaclasses)}
    return bool(named & {*_BASES, "ABCMeta"}) or any(map(_is_abstract_method, node.body))


def _is_abstract_method(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef(decorator_list=decorators) | ast.AsyncFunctionDef(decorator_list=decorators):
            return bool({_last_name(decorator) for decorator in decorators} & _DECORATORS)
    return False


def _last_name(node: ast.expr) -> str:
    """`ABC` for `abc.ABC`, `Protocol` for `Protocol[T]`."""
    named = node.value if isinstance(node, ast.Subscript) else node
    return last_part(written(named))
