"""What a reading of a scope says, in a form that two versions of a file can be compared by.

A reading is recorded by `Scope`; whatever was computed from it is still right while its fingerprint is the same in the
new version of the file. Scopes are told by their path from the module, so that a definition that is added moves none of
the others: `/FunctionDef:place#0/Lambda:#1` is the second lambda in the first `place`.

A fingerprint holds syntax, and no positions but those that `Reading.LINES` is about. The position of a use decides
which bindings of a name reach it only where there are several, or where `isinstance` narrows it: then the whole text of
the scope is part of the fingerprint.
"""

import ast
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cached_property
from typing import Any

from archguard.codebase.memoization import memoized
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import (
    Binding,
    BindingKind,
    Comprehension,
    Position,
    Scope,
    ScopeNode,
    mentions,
    walk,
)

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def scope_paths(module: Scope) -> dict[Scope, str]:
    """The path of each scope in `module`."""
    paths = {module: ""}
    for scope in walk(module):
        # Numbered among its namesakes, so that a function that is added above leaves the paths of all others as they
        # were.
        siblings = Counter[str]()
        for child in scope.contents.children:
            label = f"{type(child.syntax).__name__}:{getattr(child.syntax, 'name', '')}"
            paths[child] = f"{paths[scope]}/{label}#{siblings[label]}"
            siblings[label] += 1
    return paths


class ModuleFingerprints:
    """The fingerprints of one version of a module."""

    def __init__(self, module: Scope) -> None:
        self.module = module
        self._texts: dict[Scope, str] = {}
        self._flows: dict[Scope, str] = {}

    @memoized
    def of(self, path: str, reading: Reading, name: Hashable) -> Hashable:
        """The fingerprint of a reading; None if there is no scope at `path`. Many results have the same readings.

        Raises:
            RecursionError: the syntax is nested too deeply.
        """
        scope = self._scopes.get(path)
        return None if scope is None else self._fingerprint(scope, reading, name)

    @cached_property
    def _paths(self) -> Mapping[Scope, str]:
        return scope_paths(self.module)

    @cached_property
    def _scopes(self) -> Mapping[str, Scope]:
        return {path: scope for scope, path in self._paths.items()}

    def _fingerprint(self, scope: Scope, reading: Reading, name: object) -> Hashable:  # noqa: C901, PLR0911, PLR0912  # one a reading
        contents = scope.contents
        match reading:
            case Reading.HEADER:
                return _header(scope.syntax)
            case Reading.NAME:
                return self._name(scope, str(name))
            case Reading.NAMES:
                return tuple((bound, self._name(scope, bound)) for bound in contents.bindings)
            case Reading.ATTRIBUTE:
                return self._stores(scope, lambda inner: inner.contents.attributes.get(name, []))  # type: ignore[call-overload]  # a pair of texts
            case Reading.SELF_STORES:
                return tuple(self._self_stores(scope, name))
            case Reading.APP_STATE:
                return self._stores(scope, lambda inner: inner.contents.app_state.get(str(name), []))
            case Reading.IMPORTS:
                return scope.imports(str(name))
            case Reading.STARS:
                return tuple(contents.star_imports)
            case Reading.RESULTS:
                return tuple(map(_expressions, (contents.returns, contents.yields)))
            case Reading.CALLS:
                return tuple((path, ast.dump(call)) for path, call in self._calls(scope).get(name, ()))
            case Reading.MENTIONS:
                return tuple(ast.dump(node) for node in mentions(scope.syntax, str(name)))
            case Reading.TEXT:
                return self._text(scope)
            case Reading.LINES:
                return tuple(_lines(scope))
            case Reading.NESTED:
                return tuple(self._paths[inner] for inner in walk(scope))
            case Reading.CLASSES:
                return tuple(_header(inner.syntax) for inner in walk(scope) if inner.is_class)
            case Reading.STATEMENTS:
                return None  # of the file, not of its scope: see `kept_results.Change`
            case Reading.ADDITIONS:
                return tuple(_additions(scope.syntax, name))

    def _name(self, scope: Scope, name: str) -> Hashable:
        """The bindings of a name, with what decides which of them reach a use."""
        bindings = scope.contents.bindings.get(name, [])
        found = (scope.contents.nonlocals.get(name), *map(_binding, bindings))
        # One binding reaches each use, wherever it stands. Of several, and where a test narrows, the flow around
        # decides.
        if len(bindings) > 1 or "id='isinstance'" in self._flow(scope):
            found = (*found, self._flow(scope))
        return (*found, *self._bound_from_inside(name)) if scope is self.module else found

    def _bound_from_inside(self, name: str) -> Iterator[Hashable]:
        """What functions bind that declare the name `global`; they may do it at any time, so all of them counts."""
        for inner in walk(self.module):
            if name in inner.contents.nonlocals and name in inner.contents.bindings:
                yield self._paths[inner], *map(_binding, inner.contents.bindings[name]), self._flow(inner)

    def _stores(self, module: Scope, stores_in: Callable[[Scope], list[Binding]]) -> Hashable:
        return tuple(
            (self._paths[inner], *map(_binding, found)) for inner in walk(module) if (found := stores_in(inner))
        )

    def _self_stores(self, cls: Scope, attribute: object) -> Iterator[Hashable]:
        for method in cls.contents.children:
            for (owner, name), bindings in method.contents.attributes.items():
                if name == attribute:
                    yield self._paths[method], owner, _header(method.syntax), *map(_binding, bindings)

    @memoized
    def _calls(self, module: Scope) -> Mapping[Hashable, list[tuple[str, ast.Call]]]:
        """The calls of each name, with the paths of their scopes."""
        calls: dict[Hashable, list[tuple[str, ast.Call]]] = {}
        for inner in walk(module):
            for path in inner.contents.access_paths:
                for access in path.accesses:
                    if access.call:
                        calls.setdefault(access.name, []).append((self._paths[inner], access.call))
        return calls

    def _text(self, scope: Scope) -> str:
        """All of a scope but the bodies of the classes and functions inside, which have fingerprints of their own."""
        if scope not in self._texts:
            body = getattr(scope.syntax, "body", None)
            self._texts[scope] = _dump(body) if isinstance(body, list) else ast.dump(scope.syntax)
        return self._texts[scope]

    def _flow(self, scope: Scope) -> str:
        """The text without the statements that decide nothing about which binding of a name reaches a use."""
        if scope not in self._flows:
            body = getattr(scope.syntax, "body", None)
            self._flows[scope] = _dump(body, _without_idle) if isinstance(body, list) else ast.dump(scope.syntax)
        return self._flows[scope]


def _additions(node: ast.AST, name: object) -> Iterator[str]:
    """`+=` to a name, with all around it: whether it stands above a use decides, too."""
    for inner in ast.walk(node):
        match inner:
            case ast.AugAssign(target=ast.Name(id=added)) if added == name:
                yield ast.dump(node)
                return


def _lines(scope: Scope) -> Iterator[int]:
    """The lines of the calls in a scope and in the comprehensions inside."""
    for path in scope.contents.access_paths:
        yield from (access.node.lineno for access in path.accesses)
    for child in scope.contents.children:
        if isinstance(child.syntax, Comprehension):
            yield from _lines(child)


def _expressions(found: list[tuple[ast.expr, Position]]) -> tuple[str, ...]:
    return tuple(ast.dump(node) for node, _ in found)


def _binding(binding: Binding) -> Hashable:
    parts = (binding.annotation, binding.default, binding.key)
    # The statement may import other names, too: that one is added to it changes nothing for this one.
    node = "" if binding.kind is BindingKind.IMPORTED else _dump(binding.node)
    return binding.kind, binding.path, binding.imported, node, *(part and ast.dump(part) for part in parts)


def _header(node: ScopeNode) -> str:
    """A class or function without its body; any other scope whole, but the module."""
    if isinstance(node, _DEFINITIONS):
        return _dump(node)
    return "" if isinstance(node, ast.Module) else ast.dump(node)


def _dump(value: object, kept: "Callable[[list[Any]], list[Any]]" = list) -> str:
    """Like `ast.dump`, but without the bodies of classes and functions, and of each list what is `kept` of it."""
    match value:
        case ast.expr() | ast.arg() | ast.arguments() | ast.keyword():
            return ast.dump(value)
        case ast.AST():
            skipped = "body" if isinstance(value, _DEFINITIONS) else ""
            fields = (f"{name}={_dump(each, kept)}" for name, each in ast.iter_fields(value) if name != skipped)
            return f"{type(value).__name__}({', '.join(fields)})"
        case list():
            return f"[{', '.join(_dump(each, kept) for each in kept(value))}]"
    return repr(value)


def _without_idle(nodes: list[Any]) -> list[Any]:
    """`nodes` without the expressions that stand as statements and bind nothing.

    The last of a block counts: after a `return`, it would be where the block ends.
    """
    return [node for node in nodes[:-1] if not (isinstance(node, ast.Expr) and not _binds(node))] + nodes[-1:]


def _binds(node: ast.Expr) -> bool:
    return any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node))
