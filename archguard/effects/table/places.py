"""The positions of expressions, which inference needs to tell which bindings reach them.

The binder keeps a position for each call, attribute and binding. Other expressions get that of the loop that iterates
over them, else that of the last call or binding before them. Cost: linear in the function, then a binary search each.
"""

import ast
from bisect import bisect_left
from collections.abc import Iterator

from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.scopes import BindingKind, Comprehension, Position, Scope
from archguard.effects.table.bodies import Context


class Places:
    """Where the expressions of a function stand: the position that inference needs for each."""

    def __init__(self, function: Scope) -> None:
        self._function = function
        self._accesses: dict[int, tuple[Access, Position]] = {}
        self._iterables: dict[int, Position] = {}
        self._scopes: dict[int, Scope] = {}
        self.results: set[str] = set()
        """The names to which the results of calls are assigned."""
        self.iterated: set[str] = set()
        """The names to which elements are assigned, one after another."""
        self._by_scope: dict[Scope, list[tuple[int, int, int, Position]]] = {}
        for scope in evaluated_with(function):
            self._scopes[id(scope.syntax)] = scope
            for path in scope.access_paths:
                for access in path.accesses:
                    self._accesses[id(access.node)] = access, path.at
            for bindings in scope.bindings.values():
                for binding in bindings:
                    if binding.kind is BindingKind.ITERATED:
                        self._iterables[id(binding.node)] = binding.at
                        self.iterated.add(binding.name)
                    elif binding.kind is BindingKind.ASSIGNED and _is_call(binding.node):
                        self.results.add(binding.name)

    def access(self, node: ast.expr) -> tuple[Access, Position] | None:
        """The access of the call or attribute `node`, with its position."""
        return self._accesses.get(id(node))

    def position(self, node: ast.expr, context: Context) -> Position:
        """The position of any other expression: that of its loop, else of what is bound or called before it."""
        if found := self._accesses.get(id(node)):
            return found[1]
        if id(node) in self._iterables:
            return self._iterables[id(node)]
        scope = self._scopes.get(id(context.comprehension), self._function)
        return self._before(scope, (node.lineno, node.col_offset))

    def _before(self, scope: Scope, place: tuple[int, int]) -> Position:
        """The position of what `scope` binds or calls last before `place`."""
        if scope not in self._by_scope:
            self._by_scope[scope] = _marks(scope)
        found = self._by_scope[scope]
        # -1 is before every order: what begins at the very place counts as later.
        index = bisect_left(found, (*place, -1), key=lambda mark: mark[:3])
        return found[index - 1][3] if index else Position(scope, scope.block, 0)


def _is_call(node: ast.AST) -> bool:
    return type(node.value if type(node) is ast.Await else node) is ast.Call


def evaluated_with(function: Scope) -> Iterator[Scope]:
    """`function`, and the comprehensions and classes inside, whose code runs where it stands."""
    yield function
    for child in function.children:
        if child.is_class or isinstance(child.syntax, Comprehension):
            yield from evaluated_with(child)


def _marks(scope: Scope) -> list[tuple[int, int, int, Position]]:
    """The calls and bindings of `scope` by line, column and order, each with the position after it."""
    found = list[tuple[int, int, int, Position]]()
    for path in scope.access_paths:
        if path.accesses:
            node = path.accesses[-1].node
            found.append((node.lineno, node.col_offset, path.at.order, path.at))
    for binding in (binding for bindings in scope.bindings.values() for binding in bindings):
        after = Position(scope, binding.at.block, binding.at.order + 1, binding.at.narrowing)
        line, column = getattr(binding.node, "lineno", 0), getattr(binding.node, "col_offset", 0)
        found.append((line, column, after.order, after))
    return sorted(found, key=lambda mark: mark[:3])
