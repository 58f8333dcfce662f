"""Types of bindings: definitions, assignments with unpacking, `for`, `with`; parameters are in `parameters.py`."""

import ast

from archguard.codebase.scopes.scopes import Binding, BindingKind
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.parameters import ParameterTypes
from archguard.semantics.special_methods import SpecialMethods
from archguard.semantics.types import UNKNOWN, ClassType, FunctionType, Types, union


class BindingTypes:
    """Infers what a binding assigns to its name."""

    def __init__(self, evaluator: Evaluator, special_methods: SpecialMethods, parameters: ParameterTypes) -> None:
        self.evaluator = evaluator
        self.special_methods = special_methods
        self.parameters = parameters

    def infer(self, binding: Binding) -> Types:  # noqa: PLR0911  # one case for each kind of binding
        """Infer the types that `binding` assigns to its name, which are not memoized."""
        match binding:
            case Binding(kind=BindingKind.DEFINED):
                return self._infer_definition(binding)
            case Binding(kind=BindingKind.PARAMETER):
                return self.parameters.infer(binding)
            case Binding(kind=BindingKind.OPAQUE):
                return UNKNOWN
            # The annotation wins, as its author knows more than the value shows; one that says nothing (`Any`) does
            # not.
            case Binding(annotation=ast.expr() as note) if found := self.evaluator.infer_annotation(note, binding.at):
                return found
            # `a, b = f(), g()`: each name has the type of its own element; a tuple type would unite both.
            case Binding(kind=BindingKind.ASSIGNED, node=ast.Tuple(elts=parts), path=(i, *rest)) if i < len(parts):
                return self._unpack(self.evaluator.infer(parts[i], binding.at), tuple(rest))
            case Binding(node=ast.expr() as node):
                values = self._enter_or_iterate(binding.kind, self.evaluator.infer(node, binding.at))
                return self._unpack(values, binding.path)
        return UNKNOWN

    def _infer_definition(self, binding: Binding) -> Types:
        scope = self.evaluator.files.scope_of(binding.node, binding.at)
        if not scope:
            return UNKNOWN
        if scope.is_class:
            return (ClassType(scope.name, scope),)
        return (FunctionType(scope.name, scope),)

    def _enter_or_iterate(self, kind: BindingKind, values: Types) -> Types:
        if kind is BindingKind.ENTERED:
            return union(*map(self.special_methods.entered_types, values))
        if kind is BindingKind.ITERATED:
            return union(*map(self.special_methods.iterated_types, values))
        return values

    def _unpack(self, values: Types, path: tuple[int, ...]) -> Types:
        for index in path:
            values = union(*(self.special_methods.element_types(value, index) for value in values))
        return values
