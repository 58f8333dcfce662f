"""Extract the imports of a file by `ast`, with what grimp does not report: names, columns and traits.

Most files have plain imports at the top level only; a count of the word `import` proves it, and skips the walk.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final, Self, TypeAlias

from archguard.codebase.imports.dynamic import Loading, Naming, is_loading, loaders
from archguard.codebase.syntax.relative_names import absolute
from archguard.codebase.syntax.source import Source, SourceError
from archguard.dataclass import dataclass
from archguard.model import Location
from archguard.model.names import ModuleName, QualifiedName, top_package

MOST_NAMES: Final = 5_000
"""Names in one import statement; generated code has two thousand. The cost per statement is quadratic."""
_TOO_MANY_NAMES: Final = f"imports more than {MOST_NAMES:,} names at once, which would take too long to follow"


class ImportTrait(StrEnum):
    """What sets an import apart from one that simply runs when its module is imported."""

    TYPE_CHECKING = "type_checking"
    """Below `if TYPE_CHECKING:`; it never runs."""
    LOCAL = "local"
    """Inside a function."""
    OPTIONAL = "optional"
    """In a `try` that catches `ImportError`."""
    LAZY = "lazy"
    """`lazy import` of PEP 810."""
    DYNAMIC = "dynamic"
    """`importlib.import_module("a.b")` or `__import__("a.b")`."""


_Traits: TypeAlias = frozenset[ImportTrait]
_Found: TypeAlias = tuple[ast.Import | ast.ImportFrom | ast.Call, _Traits]


@dataclass(frozen=True)
class Import:
    """`import module`, or `from module import name`, in absolute names."""

    module: ModuleName
    """Without the service; "" if a relative import leaves the top-level package."""
    name: str
    """The imported name, `*`, or "" for a plain `import`."""
    alias: str
    """The name that the statement binds, or "" if it binds none."""
    location: Location
    """The location of the statement, with the column of the imported name."""
    name_location: Location
    """The location of the imported name, which may be some lines below in parentheses."""
    traits: frozenset[ImportTrait] = frozenset()

    @property
    def target(self) -> QualifiedName:
        """The qualified name of the imported module or attribute."""
        return f"{self.module}.{self.name}" if self.name not in ("", "*") else self.module

    @property
    def named(self) -> str:
        """The target, but `module.*` for a star import."""
        return f"{self.target}.*" if self.name == "*" else self.target

    @property
    def leaves(self) -> bool:
        """Whether it is a relative import that leaves the top-level package."""
        return not self.module

    @classmethod
    def extract(cls, source: Source, wanted: Callable[[str, str], bool] | None = None) -> Iterator[Self]:
        """Yield the imports of `source` at any depth, in file order; with `wanted`, only those it accepts.

        Raises:
            SourceError: the file cannot be read or parsed.
        """
        for node, traits in _find_imports(source):
            if not isinstance(node, ast.Call) and len(node.names) > MOST_NAMES:
                raise SourceError(_TOO_MANY_NAMES, "import the module instead", source.location(node))
            for module, name, alias, place in _names(node, source.package):
                if wanted is None or wanted(module, name):
                    yield cls(module, name, alias, _location(source, node, place), source.location(place), traits)


def _find_imports(source: Source) -> Iterator[_Found]:
    """Every import in `source`. Fast path: no loaders, and no word `import` outside of the top-level statements."""
    names = loaders(source)
    plain = [node for node in source.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    if not source.tree.body or (not names and len(plain) == source.content.count(b"import")):
        return ((node, frozenset()) for node in plain)
    statements = Naming(tuple(number for number, line in enumerate(source.lines, start=1) if "import" in line))
    return _Walk(names, Naming.of(source, names), statements).found(source.tree)


@dataclass(frozen=True)
class _Walk:
    """Walks statements; also expressions, where one of `loaders` may be named."""

    loaders: frozenset[str]
    naming: Naming
    statements: Naming
    """The lines with the word `import`: most functions have none, and are skipped."""

    def found(self, tree: ast.Module) -> Iterator[_Found]:
        """Every import in `tree`, in file order. Iterative: a long chain of `elif` nests as deeply as it is long."""
        stack: list[tuple[ast.AST, _Traits]] = [(tree, frozenset())]
        while stack:
            node, traits = stack.pop()
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node, traits
                continue
            if is_loading(node, self.loaders):
                yield node, traits | {ImportTrait.DYNAMIC}
            stack.extend(reversed(list(self._children_with_traits(node, traits))))

    def _children_with_traits(self, node: ast.AST, traits: _Traits) -> Iterator[tuple[ast.AST, _Traits]]:
        """The children of `node`, with the traits that imports in them have."""
        trait, marked = _marked(node)
        # Not every child: decorators, defaults and the test of an `if` run when the module is imported.
        own = set(map(id, marked))
        for child in self._children(node) if self.loaders else self._statements(node):
            yield child, traits | {trait} if id(child) in own else traits

    def _children(self, node: ast.AST) -> Iterator[ast.AST]:
        children = ast.iter_child_nodes(node)
        return (child for child in children if type(child) in _CONTAINERS or self.naming.may_be_in(child))

    def _statements(self, node: ast.AST) -> Iterator[ast.AST]:
        """The statements in `node` that may be imports or contain some."""
        for block in _BLOCKS:
            for child in getattr(node, block, ()):
                if self.statements.may_be_in(child):
                    yield child


_BLOCKS: Final = ("body", "handlers", "orelse", "finalbody", "cases")
_CONTAINERS: Final = frozenset(
    {
        *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
        *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match, ast.match_case),
        *(ast.Try, ast.TryStar, ast.ExceptHandler),
    }
)


def _marked(node: ast.AST) -> tuple[ImportTrait, Iterable[ast.AST]]:
    """The trait that `node` gives to imports in it, and the children that it applies to."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return ImportTrait.LOCAL, node.body
        case ast.Lambda():
            return ImportTrait.LOCAL, [node.body]
        # Only the branch that never runs: `else` of `if TYPE_CHECKING` is what does run.
        case ast.If():
            return ImportTrait.TYPE_CHECKING, _type_checking_branch(node)
        # With its handlers: what they import in place of the missing package is as optional.
        case _ if _is_guarded(node):
            return ImportTrait.OPTIONAL, ast.iter_child_nodes(node)
    return ImportTrait.LOCAL, ()


def _type_checking_branch(node: ast.If) -> list[ast.stmt]:
    match node.test:
        case ast.UnaryOp(op=ast.Not(), operand=test) if _is_type_checking(test):
            return node.orelse
        case test if _is_type_checking(test):
            return node.body
    return []


def _is_guarded(node: ast.AST) -> bool:
    """Whether `node` catches the error of a failing import."""
    match node:
        case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
            return any(_catches_import_error(handler.type) for handler in handlers)
        case ast.With(items=items):
            return any(_suppresses(item.context_expr) for item in items)
    return False


def _is_type_checking(test: ast.expr) -> bool:
    return _last_name(test) == "TYPE_CHECKING"


def _catches_import_error(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(
        # None is a bare `except:`.
        name is None or _last_name(name) in {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
        for name in names
    )


def _suppresses(context: ast.expr) -> bool:
    return (
        isinstance(context, ast.Call)
        and _last_name(context.func) == "suppress"
        and any(_catches_import_error(argument) for argument in context.args)
    )


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _names(
    node: ast.Import | ast.ImportFrom | ast.Call, package: ModuleName
) -> Iterator[tuple[str, str, str, ast.alias | ast.Call]]:
    match node:
        case ast.Import():
            for alias in node.names:
                # `import a.b` binds `a` only, but with `as` it binds the whole.
                yield alias.name, "", alias.asname or top_package(alias.name), alias
        case ast.ImportFrom():
            module = absolute(node.module or "", node.level, package)
            for alias in node.names:
                yield module, alias.name, (alias.asname or alias.name).replace("*", ""), alias
        case ast.Call():
            if loading := Loading.of(node):
                module = absolute(loading.module, loading.level, loading.anchor or package)
                yield from ((module, name, "", node) for name in loading.names or ("",))


def _location(source: Source, node: ast.Import | ast.ImportFrom | ast.Call, place: ast.alias | ast.Call) -> Location:
    """The line where the statement starts, as in grimp; the rest from the imported name."""
    named = source.location(place)
    return Location(source.display_path, node.lineno, *_columns(source, node, named))


def _columns(source: Source, node: ast.Import | ast.ImportFrom | ast.Call, named: Location) -> tuple[int, int, int]:
    # In parentheses, the column of a name belongs to another line than the one that is reported.
    column = named.column if named.line == node.lineno else source.location(node).column
    return column, named.end_line, named.end_column
