"""Results of generic functions: the type variables in a signature, solved from the arguments of one call.

How it works: each parameter's annotation is matched with the argument: `T`, `type[T]`, `list[T]`, `Callable[..., T]`
and aliases of these. What `T` stands for is put into the annotation of the result. Of overloads, the first one counts
that takes as many positional arguments. A function that takes `*providers: Callable` and yields or returns a tuple of
unknown length gives one element for each: what the provider gives.

Limits: the variables of generic classes are not solved, nor are `ParamSpec` and `TypeVarTuple`; constraints between
arguments are not checked. Cost: one lookup for each call of a function without type variables, which most are; for any
other, one inference for each argument. Results are part of the memoized type of the call.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position, Scope
from archguard.dataclass import dataclass
from archguard.model.names import last_part
from archguard.semantics.annotations import provider_result
from archguard.semantics.attributes import decorator_names, first_parameter
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.known_names import KNOWN_NAMES
from archguard.semantics.special_methods import SpecialMethods
from archguard.semantics.types import (
    UNKNOWN,
    ExternalSymbol,
    FunctionType,
    Types,
    external_instance,
    instances_of,
    union,
)

if TYPE_CHECKING:
    from archguard.incremental.dependencies import Frame

_NAMES = KNOWN_NAMES.annotations
_CALLABLE = "Callable"
_MAX_ALIASES = 3
"""How many aliases of an annotation are followed; an alias may name itself."""
_Solution: TypeAlias = dict[str, Types]
_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class GenericFunctions:
    """Infers the results of calls of generic functions of the project."""

    def __init__(self, evaluator: Evaluator, special_methods: SpecialMethods) -> None:
        self.evaluator = evaluator
        self.special_methods = special_methods
        self._descriptions: dict[Scope, tuple[_Description, Frame]] = {}

    def return_types(self, function: FunctionType, call: ast.Call, at: Position) -> Types:
        """The types that `call` returns; UNKNOWN if nothing depends on the arguments."""
        description = self._description(function.scope)
        # Behind `*arguments`, it is not known which argument is for which parameter.
        if not description.says_anything or any(isinstance(argument, ast.Starred) for argument in call.args):
            return UNKNOWN
        for scope in description.generic:
            found = self._of_signature(scope, function, call, at)
            if found is not None:
                return found
        return self._of_providers(function.scope, call, at) if description.takes_providers else UNKNOWN

    def _description(self, scope: Scope) -> "_Description":
        """Which parts of the definitions of a function depend on arguments; most functions have none."""
        recorder = self.evaluator.files.recorder
        if scope in self._descriptions:
            known, frame = self._descriptions[scope]
            recorder.use(frame)
            return known
        with recorder.computation() as frame:
            generic = tuple(other for other in self._overloads(scope) if self._has_variables(other))
            found = _Description(generic, self._takes_providers(scope))
        self._descriptions[scope] = found, frame
        return found

    def _has_variables(self, scope: Scope) -> bool:
        """Whether the annotation of the result has type variables."""
        node = scope.node
        if not isinstance(node, _Function) or node.returns is None:
            return False
        return any(self._variables(node.returns, node, scope.at or scope.end))

    def _overloads(self, scope: Scope) -> Iterator[Scope]:
        """The definitions that describe calls: those with `@overload`, else the function itself."""
        outer, name = scope.parent, last_part(scope.name)
        bindings = outer.named(name) if outer else []
        found = [self.evaluator.files.scope_of(binding.node, binding.at) for binding in bindings if len(bindings) > 1]
        overloads = [other for other in found if other and "overload" in decorator_names(other)]
        yield from overloads or [scope]

    def _of_signature(self, scope: Scope, function: FunctionType, call: ast.Call, at: Position) -> Types | None:
        """The result as this definition describes it; None if it does not take the call."""
        node, place = scope.node, scope.at or scope.end
        if not isinstance(node, _Function) or node.returns is None:
            return None
        is_bound = function.receiver is not None and bool(first_parameter(scope))
        positional = [*node.args.posonlyargs, *node.args.args][int(is_bound) :]
        if len(call.args) > len(positional) and not node.args.vararg:
            return None
        if len(call.args) < len(positional) - len(node.args.defaults) - len(call.keywords):
            return None
        by_name = {parameter.arg: parameter for parameter in (*positional, *node.args.kwonlyargs)}
        pairs = [*zip(positional, call.args, strict=False)]
        pairs += [(by_name[item.arg], item.value) for item in call.keywords if item.arg in by_name]
        to = _Solving(place, at)
        for parameter, argument in pairs:
            if parameter.annotation is not None:
                self._solve(parameter.annotation, argument, to)
        found = self._described(node.returns, place, to.solution)
        return found or None

    # Type variables

    def _variables(self, annotation: ast.expr, function: _Function, at: Position) -> Iterator[str]:
        """The type variables in `annotation`."""
        own = {parameter.name for parameter in getattr(function, "type_params", ())}
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name) and (node.id in own or self._is_variable(node.id, at)):
                yield node.id

    def _is_variable(self, name: str, at: Position) -> bool:
        origins = self.evaluator.resolve(name, at)
        return any(
            isinstance(origin, Binding)
            and isinstance(origin.node, ast.Call)
            and _last_name(origin.node.func) == "TypeVar"
            for origin in origins
        )

    def _solve(self, pattern: ast.expr, argument: ast.expr, to: "_Solving") -> None:
        """Add what the variables in `pattern`, an annotation, stand for if `argument` is passed."""
        match pattern:
            case ast.Name(id=name):
                to.add(name, self.evaluator.infer(argument, to.passed_at))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                self._solve(left, argument, to)
                self._solve(right, argument, to)
            case ast.Subscript(value=base, slice=inner):
                self._solve_generic(base, inner.elts if isinstance(inner, ast.Tuple) else [inner], argument, to)

    def _solve_generic(self, base: ast.expr, inner: list[ast.expr], argument: ast.expr, to: "_Solving") -> None:
        """The same for the generic `base` with the arguments `inner`."""
        generic, values = _last_name(base), self.evaluator.infer(argument, to.passed_at)
        if generic in ("type", "Type"):
            self._match(inner[0], instances_of(values), to)
        elif generic == _CALLABLE:
            self._match(inner[-1], provider_result(self.evaluator, argument, to.passed_at), to)
        elif alias := self._alias(base, to.at) if to.aliases else None:
            given = (to.names.get(node.id, node.id) for node in inner if isinstance(node, ast.Name))
            names = dict(zip(self._variables_of(*alias), given, strict=False))
            self._solve(alias[0], argument, replace(to, at=alias[1], names=names, aliases=to.aliases - 1))
        elif generic in _NAMES.transparent or generic == "Annotated":
            self._solve(inner[0], argument, to)
        else:
            self._match(inner[-1], union(*map(self.special_methods.iterated_types, values)), to)

    def _match(self, pattern: ast.expr, values: Types, to: "_Solving") -> None:
        """Add what the variable in `pattern` stands for, if it describes `values`."""
        while isinstance(pattern, ast.Subscript) and _last_name(pattern.value) in _NAMES.yielding | _NAMES.transparent:
            pattern = pattern.slice.elts[0] if isinstance(pattern.slice, ast.Tuple) else pattern.slice
        if isinstance(pattern, ast.Name):
            to.add(pattern.id, values)

    def _alias(self, base: ast.expr, at: Position) -> tuple[ast.expr, Position] | None:
        """What the generic alias `base` stands for: `Callable[[Session], AsyncGenerator[T, None]]`."""
        origins = self.evaluator.resolve(base.id, at) if isinstance(base, ast.Name) else ()
        for origin in origins:
            if (
                isinstance(origin, Binding)
                and origin.kind is BindingKind.ASSIGNED
                and isinstance(origin.node, ast.expr)
            ):
                return origin.node, origin.at
        return None

    def _variables_of(self, alias: ast.expr, at: Position) -> list[str]:
        """The variables of an alias, in their order."""
        found = (node.id for node in ast.walk(alias) if isinstance(node, ast.Name) and self._is_variable(node.id, at))
        return list(dict.fromkeys(found))

    def _described(self, annotation: ast.expr, at: Position, solution: _Solution) -> Types:
        """The instances that `annotation` describes, with the solution in place of its variables."""
        match annotation:
            case ast.Name(id=name) if name in solution:
                return solution[name]
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return union(self._described(left, at, solution), self._described(right, at, solution))
            case ast.Subscript(value=base, slice=inner):
                arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                items = tuple(self._described(argument, at, solution) for argument in arguments)
                if _last_name(base) in _NAMES.transparent:
                    return union(*items)
                if _last_name(base) in ("type", "Type") or not any(items):
                    return UNKNOWN
                outside = [value.name for value in self.evaluator.infer(base, at) if isinstance(value, ExternalSymbol)]
                return (external_instance(outside[0], *items),) if outside else UNKNOWN
        return self.evaluator.infer_annotation(annotation, at)

    # Functions that are passed providers

    def _takes_providers(self, scope: Scope) -> bool:
        node = scope.node
        if not isinstance(node, _Function) or node.args.vararg is None or node.returns is None:
            return False
        annotation, leading = node.args.vararg.annotation, (*node.args.posonlyargs, *node.args.args)
        is_callable = annotation is not None and self._is_callable(annotation, scope.at or scope.end)
        return is_callable and not leading and _holds_open_tuple(node.returns)

    def _of_providers(self, scope: Scope, call: ast.Call, at: Position) -> Types:
        """What a function gives that is passed `*providers: Callable`, and gives a tuple of unknown length."""
        returns = getattr(scope.node, "returns", None)
        given = tuple(provider_result(self.evaluator, argument, at) for argument in call.args)
        found = external_instance("builtins.tuple", *given)
        is_yielded = isinstance(returns, ast.Subscript) and _last_name(returns.value) in _NAMES.yielding
        return (external_instance("contextlib.AbstractContextManager", (found,)),) if is_yielded else (found,)

    def _is_callable(self, annotation: ast.expr, at: Position) -> bool:
        base = annotation.value if isinstance(annotation, ast.Subscript) else annotation
        alias = self._alias(base, at)
        inner = alias[0] if alias else base
        return _last_name(inner.value if isinstance(inner, ast.Subscript) else inner) == _CALLABLE


class _Description(NamedTuple):
    """What the definitions of a function say of its results that depends on arguments."""

    generic: tuple[Scope, ...]
    """The definitions whose result has type variables: overloads, or the function itself."""
    takes_providers: bool
    """Whether it is passed `*providers: Callable`, and gives a tuple of unknown length."""

    @property
    def says_anything(self) -> bool:
        """Whether there is anything to solve."""
        return bool(self.generic) or self.takes_providers


@dataclass(eq=False)
class _Solving:
    """Where an annotation and an argument stand that are matched, and what is known of the type variables."""

    at: Position
    """The position of the annotation."""
    passed_at: Position
    """The position of the argument."""
    solution: _Solution = field(default_factory=dict)
    """What the variables of the signature stand for; grows with each argument."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The variables of the signature, by those of the alias that the annotation is in."""
    aliases: int = _MAX_ALIASES

    def add(self, name: str, values: Types) -> None:
        """Add that the variable `name` may stand for `values`."""
        name = self.names.get(name, name)
        self.solution[name] = union(self.solution.get(name, UNKNOWN), values)


def _holds_open_tuple(annotation: ast.expr) -> bool:
    """Whether it is `tuple[Any, ...]`, alone or as what an iterator or context manager gives."""
    if not isinstance(annotation, ast.Subscript):
        return False
    inside = annotation.slice
    arguments = inside.elts if isinstance(inside, ast.Tuple) and inside.elts else [inside]  # `tuple[()]` has none
    if _last_name(annotation.value) in ("tuple", "Tuple"):
        last = arguments[-1]
        return isinstance(last, ast.Constant) and last.value is Ellipsis
    return _last_name(annotation.value) in _NAMES.yielding | _NAMES.transparent and _holds_open_tuple(arguments[0])


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
