"""Narrowing of types by `isinstance`: keeps what passes a test, or what does not."""

import ast

from archguard.codebase.scopes.scopes import Binding, Position
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.resolver import Origins
from archguard.semantics.types import ClassType, ExternalSymbol, InstanceType, Type, Types, instances_of, union


class TypeNarrowing:
    """Narrows the types of a name or attribute by the tests that dominate its use."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def narrow(self, target: str, origins: Origins, found: Types, at: Position) -> Types:
        """Narrow `found` by the `isinstance` tests on `target` since its last binding in this scope."""
        orders = [origin.at.order for origin in origins if isinstance(origin, Binding) and origin.at.scope is at.scope]
        test, tests = at.narrowing, []
        while test:
            if test.target == target and all(order < test.order for order in orders):
                tests.append(test)
            test = test.before
        for test in reversed(tests):
            found = self._keep(found, self._tested_classes(test.classes, at), holds=test.holds)
        return found

    def _tested_classes(self, node: ast.expr, at: Position) -> Types:
        """The classes in the second argument of `isinstance`: one class, a tuple, or a union."""
        match node:
            case ast.Tuple(elts=parts):
                return union(*(self._tested_classes(part, at) for part in parts))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return union(self._tested_classes(left, at), self._tested_classes(right, at))
        return self.evaluator.infer(node, at)

    def _keep(self, values: Types, classes: Types, *, holds: bool) -> Types:
        """Keep the `values` that are instances of `classes`, or those that are not; all if a class is unknown.

        If the test `holds` for none of them, the value is an instance of the tested classes all the same.
        """
        known = tuple(cls for cls in classes if isinstance(cls, ClassType | ExternalSymbol))
        if not known or len(known) != len(classes):
            return values
        matching = tuple(value for value in values if self._is_instance(value, known))
        if holds:
            return matching or instances_of(known)
        return tuple(value for value in values if value not in matching)

    def _is_instance(self, value: Type, classes: tuple[ClassType | ExternalSymbol, ...]) -> bool:
        match value:
            case InstanceType(of=ClassType() as cls):
                return any(ancestor in classes for ancestor in self.evaluator.mro(cls))
            case InstanceType(of=ExternalSymbol(name=name)):
                canonical = self.evaluator.library.canonical
                names = {canonical(cls.name) for cls in classes if isinstance(cls, ExternalSymbol)}
                return not names.isdisjoint(self.evaluator.library.ancestry(name))
        return False
