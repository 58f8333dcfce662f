"""The code of a function as it stands, whoever calls it: what it evaluates, and where that is."""

from collections.abc import Mapping
from functools import cached_property

from archguard.codebase.scopes.scopes import Scope
from archguard.effects.catalogue.execution import load_execution
from archguard.effects.table.bodies import Evaluation, Use, evaluations
from archguard.effects.table.places import Places


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
