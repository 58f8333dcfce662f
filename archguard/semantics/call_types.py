"""Types of calls.

Functions of the project are inferred from their return annotation, else from their `return` and `yield` statements;
everything external from `ExternalModels`. The few functions that no spec can describe are cases of `_builtin_returns`.
"""

import ast
from dataclasses import replace

from archguard.codebase.scopes.scopes import Position
from archguard.model.names import last_part, parent_name
from archguard.semantics.attributes import decorator_names
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.known_names import KNOWN_NAMES
from archguard.semantics.special_methods import SpecialMethods
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
    external_instance,
    instances_of,
    union,
)


class CallTypes:
    """Infers what calls return."""

    def __init__(self, evaluator: Evaluator, specs: SpecInterpreter, special_methods: SpecialMethods) -> None:
        self.evaluator = evaluator
        self.specs = specs
        self.special_methods = special_methods

    def return_types(  # noqa: PLR0911  # one case for each type of callee
        self, callee: Type, node: ast.Call | None, at: Position | None
    ) -> Types:
        """Infer the types that a call of `callee` returns; `node` at `at` is the call, if there is one."""
        match callee:
            case ClassType():
                return (InstanceType(callee),)
            case FunctionType():
                return self._function_returns(callee)
            case InstanceType(of=ClassType()):
                return union(*self.special_methods.call(callee, "__call__", node, at))
            case InstanceType(of=ExternalSymbol(name="collections.abc.Callable"), items=(*_, items)):
                return items
            case InstanceType(of=ExternalSymbol(name=name)):
                return self.specs.apply_result(f"{name}.__call__", callee, node, at) or UNKNOWN
            case ExternalMember(receiver=receiver, base=base, name=name):
                return self._member_returns(receiver, f"{base}.{name}", node, at)
            case ExternalSymbol(name=name):
                return self._external_returns(name, node, at)
        return UNKNOWN

    def bind_receiver(self, values: Types, receiver: InstanceType | ClassType) -> Types:
        """Specialize the result of a method to the class of its `receiver`, which `self` and `cls()` are of."""
        cls = receiver.of if isinstance(receiver, InstanceType) else receiver
        if not isinstance(cls, ClassType) or len(self.evaluator.mro(cls)) == 1:
            return values
        bound = tuple(self._rebind(value, cls) for value in values)
        items = receiver.items if isinstance(receiver, InstanceType) else ()
        return tuple(self._with_items(value, items, cls) for value in bound) if any(items) else bound

    def _with_items(self, value: Type, items: tuple[Types, ...], cls: ClassType) -> Type:
        """`value` with the `items` of the receiver, if it is what the library's own methods of `cls` give of these.

        The body of a method is inferred once for all receivers: `self.filter(paid=True)` gives a query set of unknown
        rows, and those are the rows of the manager on which the method is called.
        """
        if not isinstance(value, InstanceType) or any(value.items):
            return value
        bases = [base.name for base in self.evaluator.mro(cls) if isinstance(base, ExternalSymbol)]
        given = {base: self.evaluator.library.result(f"{base}.*") for base in bases}
        results = {base if spec == "self" else spec.removesuffix("[item]") for base, spec in given.items() if spec}
        own = self.evaluator.mro(value.of) if isinstance(value.of, ClassType) else (value.of,)
        return replace(value, items=items) if any(base.name in results for base in own) else value

    def _rebind(self, value: Type, cls: ClassType) -> Type:
        match value:
            case ClassType() if value in self.evaluator.mro(cls):
                return cls
            case InstanceType(of=ClassType() as of, items=items) if of in self.evaluator.mro(cls):
                return InstanceType(cls, items)
            case InstanceType(of=of, items=(_, *_) as items):
                return InstanceType(of, tuple(self.bind_receiver(item, cls) for item in items))
        return value

    def _function_returns(self, function: FunctionType) -> Types:
        scope = function.scope
        returns = getattr(scope.node, "returns", None)
        found = self.evaluator.infer_annotation(returns, scope.at or scope.end) if returns else UNKNOWN
        # An annotation that says nothing, such as `-> Any` or one of an unknown class, must not hide what the body
        # shows.
        found = found or self._infer_body(function)
        if KNOWN_NAMES.classes.context_manager_decorators.isdisjoint(decorator_names(scope)):
            return found
        return tuple(_as_context_manager(value) for value in found)

    def _infer_body(self, function: FunctionType) -> Types:
        """Infer the result from the `yield` statements, else from the `return` statements."""
        scope = function.scope
        yielded = union(*(self.evaluator.infer(node, at) for node, at in scope.yields))
        # A generator's `return` is the value of `yield from` alone, which hardly any code uses.
        if yielded:
            return (external_instance("collections.abc.Iterator", yielded),)
        return union(*(self.evaluator.infer(node, at) for node, at in scope.returns))

    def _member_returns(
        self, receiver: InstanceType | ClassType, name: str, node: ast.Call | None, at: Position | None
    ) -> Types:
        if spec := self.evaluator.library.result(name):
            return self.specs.apply(spec, receiver, node, at)
        # What a library returns is not known, but that it comes from there is: `session.execute()` still leads to the
        # session. Results of builtins lead nowhere.
        return UNKNOWN if name.startswith("builtins.") else (external_instance(f"{name}()"),)

    def _external_returns(self, name: str, node: ast.Call | None, at: Position | None) -> Types:
        if node and at and (special := self._builtin_returns(name, node, at)):
            return special
        if spec := self.evaluator.library.result(name):
            is_method = spec == "self" or "[self]" in spec  # so `name` is `Class.method`
            owner = InstanceType(ExternalSymbol(parent_name(name))) if is_method else None
            return self.specs.apply(spec, owner, node, at)
        # By PEP 8 a call of `library.Name` makes an instance. It is the only hint that there is for a library without a
        # model.
        if last_part(name)[:1].isupper() or name.startswith("builtins."):
            return (external_instance(self.evaluator.library.canonical(name)),)
        return (external_instance(f"{name}()"),)

    def _builtin_returns(self, name: str, node: ast.Call, at: Position) -> Types:  # noqa: PLR0911  # one case for each function
        """Infer calls of builtins and of the standard library that return (parts of) their arguments."""
        match name, node.args:
            case (("typing.cast" | "typing_extensions.cast"), [annotation, *_]):
                return self.evaluator.infer_annotation(annotation, at)
            case "builtins.getattr", [owner, ast.Constant(value=str(attribute)), *_]:
                return union(
                    *(self.evaluator.infer_attribute(value, attribute) for value in self.evaluator.infer(owner, at))
                )
            case (("builtins.next" | "builtins.anext"), [iterator, *_]) | (
                ("builtins.max" | "builtins.min"),
                [iterator],
            ):
                return self._iterate(iterator, at)
            case _, [_, *_] if name in KNOWN_NAMES.functions.iterating:
                return (external_instance("builtins.list", self._passed_elements(name, node.args, at)),)
            case "builtins.type", [argument]:
                return tuple(
                    value.of for value in self.evaluator.infer(argument, at) if isinstance(value, InstanceType)
                )
            case "builtins.super", _:
                return self._super(at)
            case "contextvars.ContextVar", _ if default := [key.value for key in node.keywords if key.arg == "default"]:
                return (external_instance(name, self.evaluator.infer(default[0], at)),)
            case "functools.partial", [function, *_]:
                return self.evaluator.infer(function, at)
        return UNKNOWN

    def _passed_elements(self, name: str, arguments: list[ast.expr], at: Position) -> Types:  # noqa: PLR0911  # one case for each
        """Infer `x` in `for x in name(*arguments)`, for functions that pass on what they iterate over."""
        first, last = arguments[0], arguments[-1]
        match last_part(name):
            case "enumerate":
                return (external_instance("builtins.tuple", UNKNOWN, self._iterate(first, at)),)
            case "zip" | "zip_longest":
                return (external_instance("builtins.tuple", *(self._iterate(each, at) for each in arguments)),)
            case "chain":
                return union(*(self._iterate(each, at) for each in arguments))
            case "from_iterable":
                return union(*map(self.special_methods.iterated_types, self._iterate(first, at)))
            case "groupby":
                group = (external_instance("builtins.list", self._iterate(first, at)),)
                return (external_instance("builtins.tuple", UNKNOWN, group),)
            case "map":
                callees = self.evaluator.infer(first, at)
                return union(*(self.evaluator.return_types(callee, None, None) for callee in callees))
            case "filter":
                return self._iterate(last, at)
        return self._iterate(first, at)

    def _iterate(self, node: ast.expr, at: Position) -> Types:
        """Infer `x` in `for x in node`."""
        return union(*map(self.special_methods.iterated_types, self.evaluator.infer(node, at)))

    def _super(self, at: Position) -> Types:
        """Infer `super()`: instances of the direct bases of the enclosing class."""
        scope = at.scope
        while scope.parent and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        node = scope.node
        if not isinstance(node, ast.ClassDef) or not scope.at:
            return UNKNOWN
        bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
        return instances_of(union(*(self.evaluator.infer(base, scope.at) for base in bases)))


def _as_context_manager(value: Type) -> Type:
    """The context manager that `@contextmanager` makes of a generator."""
    match value:
        case InstanceType(of=ExternalSymbol(name=name), items=(items, *_)) if (
            last_part(name) in KNOWN_NAMES.annotations.yielding
        ):
            return external_instance("contextlib.AbstractContextManager", items)
    return value
