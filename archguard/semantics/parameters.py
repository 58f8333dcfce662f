"""Types of parameters, each from the most reliable source that gives one.

In order: the receiver, the annotation, an injected provider, the default, the arguments at call sites, the library that
calls the function. The library is the last, since it is recognized by the name of a method or parameter.
"""

import ast

from archguard.codebase.scopes.scopes import Binding, Scope
from archguard.semantics.annotations import provided
from archguard.semantics.argument_flow import ArgumentFlow
from archguard.semantics.attributes import decorator_names, first_parameter
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.types import UNKNOWN, ClassType, ExternalSymbol, InstanceType, Types, instances_of


class ParameterTypes:
    """Infers the parameters of functions of the project."""

    def __init__(self, evaluator: Evaluator, argument_flow: ArgumentFlow) -> None:
        self.evaluator = evaluator
        self.argument_flow = argument_flow

    def infer(self, binding: Binding) -> Types:
        """Infer a parameter from the most reliable source that gives a type.

        In order: receiver, annotation, injected provider, default, call sites, the library that calls the function.
        """
        scope = binding.at.scope
        enclosing = scope.at or scope.end
        if enclosing.scope.is_class and binding.name == first_parameter(scope):
            return _receiver_types(scope, self.evaluator.receiver_class(enclosing.scope))
        if binding.annotation and (found := self.evaluator.infer_annotation(binding.annotation, enclosing)):
            return found
        if binding.default and (found := provided(self.evaluator, binding.default, enclosing)):
            return found
        default = self.evaluator.infer(binding.default, enclosing) if binding.default else UNKNOWN
        return default or self.argument_flow.infer(binding) or self._passed_by_library(binding, scope)

    def _passed_by_library(self, parameter: Binding, function: Scope) -> Types:
        """What a library passes when it calls `function`: a `request`, the row that a serializer updates."""
        method = getattr(function.node, "name", "")
        if (outer := function.parent) and isinstance(outer.node, ast.ClassDef):
            cls, index = ClassType(outer.name, outer), _argument_index(function.node, parameter.name)
            bases = [base.name for base in self.evaluator.mro(cls) if isinstance(base, ExternalSymbol)]
            specs = (self.evaluator.library.passed(base, method, index) for base in bases)
            if spec := next(filter(None, specs), ""):
                return self.evaluator.apply_model(spec, InstanceType(cls), None, None)
        return self._passed_by_convention(parameter.name, function.module)

    def _passed_by_convention(self, name: str, module: Scope) -> Types:
        """What a parameter called `name` conventionally is in files that import a package: Django's `request`."""
        specs = self.evaluator.library.conventions.get(name, ())
        spec = next((spec for package, spec in specs if module.imports(package)), "")
        return self.evaluator.apply_model(spec, None, None, None) if spec else UNKNOWN


def _receiver_types(method: Scope, cls: ClassType) -> Types:
    """What `self` or `cls`, the first parameter of `method`, is in a method of `cls`."""
    name = getattr(method.node, "name", "")
    if name in ("__new__", "__init_subclass__") or "classmethod" in decorator_names(method):
        return (cls,)
    return instances_of((cls,))


def _argument_index(function: ast.AST, name: str) -> int:
    """The index of the positional parameter `name` of a method, without `self`; -1 if there is none."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return -1
    names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)][1:]
    return names.index(name) if name in names else -1
