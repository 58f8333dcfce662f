"""Types of annotations: generics, strings, aliases, `Annotated` and the markers of dependency injection."""

import ast

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position
from archguard.model.names import last_part, split_last, top_package
from archguard.semantics.evaluator import Evaluator, TypeQueries
from archguard.semantics.known_names import KNOWN_NAMES
from archguard.semantics.types import (
    UNKNOWN,
    ClassType,
    ExternalSymbol,
    InstanceType,
    ModuleType,
    Types,
    external_instance,
    instances_of,
    union,
)

_NAMES = KNOWN_NAMES.annotations


class Annotations:
    """Infers the instances that annotations describe."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._parsed: dict[tuple[str, Position], ast.expr | None] = {}

    def objects(self, node: ast.expr, at: Position) -> Types:  # noqa: PLR0911  # one case for each form
        """Infer the instances that the annotation `node` describes."""
        match node:
            case ast.Name(id="Self") | ast.Constant(value="self"):  # `ForeignKey("self")`
                return self._enclosing_instance(at)
            case ast.Constant(value=str(text)):
                return self.evaluator.infer_annotation(parsed, at) if (parsed := self._parse(text, at)) else UNKNOWN
            case ast.Name(id=name):
                return self._infer_name(name, at)
            case ast.Attribute(value=owner, attr=name):
                owners = self.evaluator.infer(owner, at)
                return union(*(self._infer_member(value, name) for value in owners))
            case ast.Subscript(value=base, slice=arguments):
                return self._generic(base, _elements(arguments), at)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return union(self.evaluator.infer_annotation(left, at), self.evaluator.infer_annotation(right, at))
        return UNKNOWN

    def _parse(self, text: str, at: Position) -> ast.expr | None:
        """Parse a string annotation, once per position: types are memoized by node, so the node must stay the same."""
        key = (text.strip(), at)
        if key not in self._parsed:
            try:
                self._parsed[key] = ast.parse(key[0], mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._parsed[key] = None
        return self._parsed[key]

    def _enclosing_instance(self, at: Position) -> Types:
        scope = at.scope
        while scope.parent and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        return (InstanceType(ClassType(scope.name, scope)),) if isinstance(scope.node, ast.ClassDef) else UNKNOWN

    def _infer_name(self, name: str, at: Position) -> Types:
        origins = self.evaluator.resolver.resolve(name, at) or self.evaluator.resolver.resolve(name, at.scope.end)
        return union(*map(self._origin_instances, origins))

    def _infer_member(self, owner: object, name: str) -> Types:
        if isinstance(owner, ModuleType):
            return union(*map(self._origin_instances, self.evaluator.resolver.resolve_in_module(owner.name, name)))
        if isinstance(owner, ExternalSymbol | ClassType | InstanceType):
            return _informative_instances(self.evaluator.infer_attribute(owner, name))
        return UNKNOWN

    def _origin_instances(self, origin: Binding | ExternalSymbol | ModuleType) -> Types:
        match origin:
            case Binding(kind=BindingKind.DEFINED):
                return _informative_instances(self.evaluator.infer_binding(origin))
            case Binding(kind=BindingKind.ASSIGNED, node=ast.Call() as call):
                return self._created(call, origin)
            case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as alias, path=()):
                return self.evaluator.infer_annotation(alias, origin.at)
            case ExternalSymbol():
                return _informative_instances((origin,))
        return UNKNOWN

    def _created(self, call: ast.Call, origin: Binding) -> Types:
        """Infer an alias created by a call: `TypeVar("T", bound=Session)`, `NewType("X", Session)`, a class factory."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == "TypeVar":
            bounds = [keyword.value for keyword in call.keywords if keyword.arg == "bound"] or call.args[1:]
            return union(*(self.evaluator.infer_annotation(bound, origin.at) for bound in bounds))
        if name == "NewType" and len(call.args) > 1:
            return self.evaluator.infer_annotation(call.args[1], origin.at)
        return _informative_instances(self.evaluator.infer_binding(origin))

    def _generic_name(self, base: ast.expr, at: Position) -> str:
        """The last name of an external generic, whatever its alias: `Annotated`; "" for other expressions."""
        external = [value.name for value in self.evaluator.infer(base, at) if isinstance(value, ExternalSymbol)]
        return last_part(external[0]) if external else ""

    def _generic(self, base: ast.expr, arguments: list[ast.expr], at: Position) -> Types:
        name = self._generic_name(base, at)
        if name == "Annotated":
            return self._with_metadata(arguments, at)
        if name in _NAMES.transparent:
            return union(*(self.evaluator.infer_annotation(argument, at) for argument in arguments))
        if name == "Coroutine":
            return self.evaluator.infer_annotation(arguments[-1], at)
        if name in ("type", "Type"):
            return tuple(value.of for value in self._union_of(arguments, at) if isinstance(value, InstanceType))
        if name == "Callable":
            result = self.evaluator.infer_annotation(arguments[-1], at)
            return (external_instance("collections.abc.Callable", result),) if result else UNKNOWN
        items = tuple(self.evaluator.infer_annotation(argument, at) for argument in arguments)
        return tuple(
            _with_items(value, items)
            for value in self.evaluator.infer_annotation(base, at)
            if name not in _NAMES.uninformative
        )

    def _union_of(self, arguments: list[ast.expr], at: Position) -> Types:
        return union(*(self.evaluator.infer_annotation(argument, at) for argument in arguments))

    def _with_metadata(self, arguments: list[ast.expr], at: Position) -> Types:
        """Infer `Annotated[Session, Depends(get_session)]`: the type, else the result of the provider."""
        if found := self.evaluator.infer_annotation(arguments[0], at):
            return found
        return union(*(provided(self.evaluator, argument, at) for argument in arguments[1:]))


def provided(model: TypeQueries, node: ast.expr, at: Position) -> Types:
    """Infer the value that `Depends(get_session)` or `Provide[Container.session]` injects: the provider's result."""
    match node:
        case (
            ast.Call(func=marker, args=[provider, *_])
            | ast.Call(func=marker, keywords=[ast.keyword(arg="dependency", value=provider), *_])
            | ast.Subscript(value=marker, slice=provider)
        ):
            name = marker.attr if isinstance(marker, ast.Attribute) else getattr(marker, "id", "")
            if name in _NAMES.providers:
                return provided(model, provider, at) or provider_result(model, provider, at)
    return UNKNOWN


def provider_result(model: TypeQueries, provider: ast.expr, at: Position) -> Types:
    """Infer the result of calling `provider`; of a generator, what it yields."""
    results = union(*(model.return_types(value, None, at) for value in model.infer(provider, at)))
    return union(*(_unwrap_iterator(value) for value in results))


def _unwrap_iterator(value: object) -> Types:
    match value:
        case InstanceType(of=ExternalSymbol(name=name), items=(items, *_)) if last_part(name) in _NAMES.yielding:
            return items
        case InstanceType() | ExternalSymbol() | ClassType():
            return (value,)
    return UNKNOWN


def _informative_instances(values: Types) -> Types:
    """Instances of the classes `values`, without uninformative ones such as `Any`."""
    return tuple(value for value in instances_of(values) if not _is_uninformative(value))


def _is_uninformative(value: object) -> bool:
    match value:
        case InstanceType(of=ExternalSymbol(name=name)):
            module, last = split_last(name)
            return last in _NAMES.uninformative and top_package(module) in _NAMES.typing_modules
    return False


def _with_items(value: object, items: tuple[Types, ...]) -> InstanceType:
    assert isinstance(value, InstanceType)  # noqa: S101  # annotations describe instances
    return value if value.items else InstanceType(value.of, items)


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]
