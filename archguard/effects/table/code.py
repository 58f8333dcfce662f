"""The code of a function as it stands, whoever calls it: what it evaluates, and where that is."""

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

from archguard.codebase.scopes.scopes import FunctionNode, Scope
from archguard.effects.catalogue.execution import load_execution
from archguard.effects.table.bodies import Evaluation, Use, evaluations
from archguard.effects.table.places import Places
from archguard.semantics.call_graph import is_of_receiver


class Code:
    """The code of the function, lambda or module with this scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.places = Places(scope)
        self.evaluations = evaluations(scope.node, load_execution().awaits_arguments)

    @cached_property
    def calls(self) -> Mapping[int, Evaluation]:
        """The evaluations of calls, by the identity of the call."""
        return {id(found.node): found for found in self.evaluations if found.use is Use.CALL}

    @cached_property
    def iterated(self) -> frozenset[int]:
        """The identities of the expressions whose elements are asked for."""
        return frozenset(id(found.node) for found in self.evaluations if found.use is Use.ITERATE)

    @cached_property
    def calls_receiver(self) -> bool:
        """Whether it calls methods of its receiver: the class of that decides which."""
        placed = filter(None, (self.places.access(found.node) for found in self.calls.values()))
        return any(is_of_receiver(access.callee, at) for access, at in placed)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The parameters of the function, and of those around it.

        Not recorded: whoever resolves a name has read which of the scopes around it bind it.
        """
        found = set[str]()
        for scope in _around(self.scope):
            if isinstance(scope.syntax, FunctionNode):
                found |= _parameters(scope.syntax.args)
        return frozenset(found)


def _around(scope: Scope) -> Iterator[Scope]:
    found: Scope | None = scope
    while found:
        yield found
        found = found.parent


def _parameters(arguments: ast.arguments) -> set[str]:
    return {node.arg for node in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
