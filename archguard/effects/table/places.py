"""The positions of expressions, which inference needs to tell which bindings reach them.

The binder keeps a position for each call, attribute and binding. Other expressions get that of the loop that iterates
over them, else that of the last call or binding before them, moved into the block in which they stand: the test of an
`if` may follow a branch that binds something. What tests of types have told is then that of the last call or binding in
the blocks around them. Cost: linear in the function, then a binary search each.
"""

import ast
from bisect import bisect_left
from collections.abc import Iterator
from typing import TypeAlias

from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.scopes import BindingKind, Branch, Comprehension, Position, Scope
from archguard.effects.table.bodies import Context

_Place: TypeAlias = tuple[int, int]
"""A line and a column."""


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

    def _before(self, scope: Scope, place: _Place) -> Position:
        """The position of what `scope` binds or calls last before `place`."""
        if scope not in self._by_scope:
            self._by_scope[scope] = _marks(scope)
        found = self._by_scope[scope]
        # -1 is before every order: what begins at the very place counts as later.
        index = bisect_left(found, (*place, -1), key=lambda mark: mark[:3])
        if not index:
            return Position(scope, scope.block, 0)
        line, column, _, before = found[index - 1]
        block = _block_of(place, before.block, (line, column))
        if block is before.block:
            return before
        around = set(block.within())
        narrowing = next((mark.narrowing for *_, mark in reversed(found[:index]) if mark.block in around), None)
        return Position(scope, block, before.order, narrowing)


def _block_of(place: _Place, block: Branch, before: _Place) -> Branch:
    """The block of `place`, where `block` is that of the last call or binding, which is at `before`."""
    found = block
    for branch in block.within():
        if branch.group is None:
            continue
        own, other = _alternative(branch.group, place), _alternative(branch.group, before)
        if own is None:  # after the statement
            found = branch.parent or block
        elif other is not None and own != other:
            found = Branch(branch.parent, branch.group)
    return found


def _alternative(group: ast.AST, place: _Place) -> int | None:
    """The number of the branch of the statement `group` in which `place` is; None if it is in none."""
    blocks: list[list[ast.stmt]] = []
    match group:
        case ast.If(body=body, orelse=orelse) | ast.While(body=body, orelse=orelse):
            blocks = [body, orelse]
        case ast.Match(cases=cases):
            blocks = [case.body for case in cases]
        case ast.For(body=body) | ast.AsyncFor(body=body) | ast.ExceptHandler(body=body):
            blocks = [body]
    return next((index for index, block in enumerate(blocks) if block and _is_inside(place, block)), None)


def _is_inside(place: _Place, block: list[ast.stmt]) -> bool:
    first, last = block[0], block[-1]
    end = last.end_lineno or last.lineno, last.end_col_offset or last.col_offset
    return (first.lineno, first.col_offset) <= place < end


def _is_call(node: ast.AST) -> bool:
    return type(node.value if type(node) is ast.Await else node) is ast.Call


def evaluated_with(function: Scope) -> Iterator[Scope]:
    """`function`, and the comprehensions and classes inside, whose code runs where it stands."""
    yield function
    for child in function.children:
        if child.is_class or isinstance(child.syntax, Comprehension):
            yield from evaluated_with(child)


def _bound_at(node: ast.AST) -> _Place:
    """From where on a name is bound to `node`: the last character of a value, behind the calls in it, if it is one."""
    if isinstance(node, ast.expr) and (
        last := getattr(node, "end_lineno", 0)
    ):  # `name: int` binds a value without a place
        return last, (node.end_col_offset or 1) - 1
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _marks(scope: Scope) -> list[tuple[int, int, int, Position]]:
    """The calls and bindings of `scope` by line, column and order, each with the position after it."""
    found = list[tuple[int, int, int, Position]]()
    for path in scope.access_paths:
        if path.accesses:
            node = path.accesses[-1].node
            found.append((node.lineno, node.col_offset, path.at.order, path.at))
    for binding in (binding for bindings in scope.bindings.values() for binding in bindings):
        after = Position(scope, binding.at.block, binding.at.order + 1, binding.at.narrowing)
        found.append((*_bound_at(binding.node), after.order, after))
    return sorted(found, key=lambda mark: mark[:3])
