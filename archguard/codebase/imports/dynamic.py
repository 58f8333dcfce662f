"""Dynamic imports: `importlib.import_module("a.b")`, `__import__("a", fromlist=["b"])`.

Only string literals are resolved. Other calls are reported by `unfollowed`, so that the user knows of the gap.
"""

import ast
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final, Self, TypeGuard

from archguard.codebase.syntax.source import Source, SourceError
from archguard.dataclass import dataclass
from archguard.model import Problem, Severity
from archguard.model.names import ModuleName

DYNAMIC: Final = frozenset((b"import_module", b"__import__"))
"""A file with a dynamic import has one of these markers."""

_LOADERS: Final = frozenset(("import_module", "__import__"))
_RENAMED: Final = re.compile(rb"(?:import_module|__import__)[\s\\]*(?:as\b|#)")
"""A match may bind a loader to another name (`import_module as load`)."""


UNFOLLOWED: Final = "dynamic-import"
"""The code of the problems that are no errors: the rest of the file is read."""
_UNFOLLOWED: Final = "what is imported here is known to the running code only, so no contract looks at it"


@dataclass(frozen=True)
class Loading:
    """The arguments of a dynamic import."""

    module: ModuleName
    """Without leading dots."""
    level: int
    """The number of leading dots."""
    anchor: str
    """The package that the dots are relative to; "" is that of the file."""
    names: tuple[str, ...]
    """The names in `fromlist`."""

    @classmethod
    def of(cls, call: ast.Call) -> Self | None:
        """The arguments of `call`; None if they are not literals."""
        text = _argument(call, 0, "name")
        level, anchor, names = (0, _anchor(call), ()) if _is_import_module(call) else (_level(call), "", _names(call))
        match text:
            case ast.Constant(value=str(name)) if level is not None and names is not None:
                module = name.lstrip(".")
                # `__import__("a", level=1)` and `import_module(".a", package)` say the same.
                dots = level + len(name) - len(module)
                return cls(module, dots, anchor or "", names) if anchor is not None or not dots else None
        return None


def loaders(source: Source) -> frozenset[str]:
    """The names bound to an import function in `source`; empty for most files, which have no dynamic import.

    Raises:
        SourceError: the file cannot be read or parsed.
    """
    if not DYNAMIC & source.markers:
        return frozenset()
    renamed = ast.walk(source.tree) if may_rename_loader(source.content) else ()
    froms = [node for node in renamed if isinstance(node, ast.ImportFrom)]
    return _LOADERS | {
        alias.asname for node in froms for alias in node.names if alias.name in _LOADERS and alias.asname
    }


def may_rename_loader(content: bytes) -> bool:
    """Whether a file may bind an import function to another name."""
    return bool(_RENAMED.search(content))


@dataclass(frozen=True)
class Naming:
    """The few lines of a file that may contain one of some names; lets a walk skip all other statements."""

    lines: tuple[int, ...]

    @classmethod
    def of(cls, source: Source, names: Collection[str]) -> Self:
        """Those of `source`. Lines beyond ASCII count: Python normalizes identifiers (NFKC), so bytes may differ."""
        lines = enumerate(source.lines, start=1) if names else ()
        return cls(tuple(number for number, line in lines if not line.isascii() or any(name in line for name in names)))

    def may_be_in(self, node: ast.AST) -> bool:
        """Whether `node` may contain one of the names; not if it is a statement on other lines."""
        if not isinstance(node, ast.stmt):
            return True
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])  # above the line of the definition
        after = bisect_left(self.lines, min([node.lineno, *(decorator.lineno for decorator in decorators)]))
        return after < len(self.lines) and self.lines[after] <= (node.end_lineno or node.lineno)


def is_loading(node: ast.AST, loaders: Collection[str]) -> TypeGuard[ast.Call]:
    """Whether `node` is a call of one of `loaders` with literal arguments."""
    return isinstance(node, ast.Call) and _last_name(node.func) in loaders and Loading.of(node) is not None


def unfollowed_imports(source: Source) -> Iterator[Problem]:
    """A remark for each place in `source` where a loader is called without a literal, or passed on as a value.

    Raises:
        SourceError: the file cannot be read or parsed.
    """
    names = loaders(source)
    nodes = list(nodes_that_may_name(source.tree, Naming.of(source, names))) if names else []
    followed = {id(node.func) for node in nodes if is_loading(node, names)}
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute) and _last_name(node) in names and id(node) not in followed:
            error = SourceError(
                _UNFOLLOWED, "a literal is followed: import_module('shop.orders')", source.location(node)
            )
            yield replace(error.problem(UNFOLLOWED), severity=Severity.INFO)


def nodes_that_may_name(tree: ast.AST, naming: Naming) -> Iterator[ast.AST]:
    """The nodes that may contain one of the names, and the statements around them."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(filter(naming.may_be_in, ast.iter_child_nodes(node)))


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    by_name = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return next(iter([*call.args[position : position + 1], *by_name]), None)


def _is_import_module(call: ast.Call) -> bool:
    return _last_name(call.func) != "__import__"


def _anchor(call: ast.Call) -> str | None:
    match _argument(call, 1, "package"):
        case ast.Constant(value=str(package)):
            return package
        case None | ast.Constant() | ast.Name(id="__package__" | "__name__"):
            return ""
    return None


def _level(call: ast.Call) -> int | None:
    match _argument(call, 4, "level"):
        case None:
            return 0
        case ast.Constant(value=int(level)):
            return level
    return None


def _names(call: ast.Call) -> tuple[str, ...] | None:
    match _argument(call, 3, "fromlist"):
        case None | ast.Constant():
            return ()
        case ast.List(elts=items) | ast.Tuple(elts=items):
            constants = [item.value for item in items if isinstance(item, ast.Constant)]
            names = tuple(value for value in constants if isinstance(value, str))
            return names if len(names) == len(items) else None
    return None


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
