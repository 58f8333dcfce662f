"""Types of what syntax calls special methods for: `with`, `for`, subscripts and `/`.

A class of the project is evaluated by its `__enter__`, `__iter__`, `__getitem__` or `__truediv__`, a class outside by
the model of that method; without these, by its type arguments.
"""

import ast

from archguard.codebase.scopes.scopes import Position
from archguard.model.names import last_part
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.known_names import KNOWN_NAMES
from archguard.semantics.specs import SpecInterpreter
from archguard.semantics.types import (
    UNKNOWN,
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    Type,
    Types,
    union,
)


class SpecialMethods:
    """Infers what values give when they are entered, iterated, indexed or divided."""

    def __init__(self, evaluator: Evaluator, specs: SpecInterpreter) -> None:
        self.evaluator = evaluator
        self.specs = specs

    def entered_types(self, value: Type) -> Types:
        """Infer `x` in `with value as x`."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name), items=(items, *_)) if (
                last_part(name) in KNOWN_NAMES.annotations.yielding
            ):
                return items
            case InstanceType(of=ExternalSymbol(name=name)):
                return self.specs.apply_result(f"{name}.__enter__", value) or (value,)
            case InstanceType(of=ClassType()):
                methods = (*self.call(value, "__enter__"), *self.call(value, "__aenter__"))
                return union(*methods) or (value,)
        return UNKNOWN

    def iterated_types(self, value: Type) -> Types:
        """Infer `x` in `for x in value`."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name), items=items):
                found = self.specs.apply_result(f"{name}.__iter__", value)
                held = items[:1] if last_part(name).lower().endswith(("dict", "mapping")) else items
                return found or union(*held) if (found or held) else UNKNOWN
            case InstanceType(of=ClassType(), items=items):
                # Without a method of its own, it is iterated as the class outside that it extends.
                own = self.call(value, "__iter__")
                return union(*map(self._next_types, union(*own))) if own else union(*items)
            case ExternalMember(receiver=receiver, base=base, name=name):
                spec = self.evaluator.library.result(f"{base}.{name}.__iter__")
                return self.specs.apply(spec, receiver, None, None) if spec else UNKNOWN
        return UNKNOWN

    def _next_types(self, iterator: Type) -> Types:
        """Infer `next(iterator)`: by `__next__` of a class of the project, else as `for` iterates an external one."""
        if isinstance(iterator, InstanceType) and isinstance(iterator.of, ClassType):
            return union(*self.call(iterator, "__next__"))
        return self.iterated_types(iterator)

    def element_types(self, value: Type, index: int | None) -> Types:
        """Infer `value[index]`; the index is None if it is not constant."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name), items=items) if items:
                if last_part(name).lower() == "tuple" and index is not None:
                    return items[index] if -len(items) <= index < len(items) else UNKNOWN
                return items[-1]
            case InstanceType(of=ExternalSymbol(name=name)):
                return self.specs.apply_result(f"{name}.__getitem__", value)
            case InstanceType(of=ClassType(), items=items):
                own = self.call(value, "__getitem__")
                return union(*own) if own or not items else items[-1]
            case ClassType() | ExternalSymbol():
                return (value,)  # a generic class with its arguments
        return UNKNOWN

    def division_types(self, value: Type) -> Types:
        """Infer `value / x` and `x / value`: a path gives a path."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name)):
                return self.specs.apply_result(f"{name}.__truediv__", value)
            case InstanceType(of=ClassType()):
                methods = self.evaluator.infer_attribute(value, "__truediv__")
                return union(*(self.evaluator.return_types(method, None, None) for method in methods))
        return UNKNOWN

    def call(
        self, owner: InstanceType, name: str, node: ast.Call | None = None, at: Position | None = None
    ) -> list[Types]:
        """Infer what each method of `owner` called `name` returns; `node` at `at` is the call, if there is one."""
        methods = self.evaluator.infer_attribute(owner, name)
        return [self.evaluator.return_types(method, node, at) for method in methods if isinstance(method, FunctionType)]
