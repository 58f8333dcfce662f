"""Types of expressions, by their form: names, attributes, calls, subscripts, operators, literals.

How it works: a name has the types of what it resolves to, an attribute those of the stores in the same file, of
application state, or of its owner's class. Tests with `isinstance` narrow both. An entry of a mapping that is known by
its key comes before everything else. Cost: nothing is memoized here; each subexpression is a query of its own.
"""

import ast

from archguard.codebase.scopes.app_state_names import app_state_name
from archguard.codebase.scopes.narrowing import target_name
from archguard.codebase.scopes.scopes import ITEM, Position
from archguard.semantics.attributes import AttributeLookup
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.mappings import Mappings
from archguard.semantics.special_methods import SpecialMethods
from archguard.semantics.type_narrowing import TypeNarrowing
from archguard.semantics.types import (
    UNKNOWN,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    Type,
    Types,
    external_instance,
    union,
)

_LITERAL_TYPES = {
    ast.JoinedStr: "builtins.str",
    ast.Compare: "builtins.bool",
    ast.Dict: "builtins.dict",
    ast.ListComp: "builtins.list",
    ast.SetComp: "builtins.set",
    ast.GeneratorExp: "collections.abc.Iterator",
}


class ExpressionTypes:
    """Infers expressions from the types of their parts."""

    def __init__(
        self, evaluator: Evaluator, attributes: AttributeLookup, special_methods: SpecialMethods, mappings: Mappings
    ) -> None:
        self.evaluator = evaluator
        self.attributes = attributes
        self.special_methods = special_methods
        self.mappings = mappings
        self.narrowing = TypeNarrowing(evaluator)

    def infer(self, node: ast.expr, at: Position) -> Types:
        """Infer the types of `node` at `at`, which are not memoized."""
        if isinstance(node, ast.Subscript | ast.Call) and (found := self.mappings.lookup(node, at)):
            return union(*(self.evaluator.infer(*placed) for placed in (*found[0], *found[1])))
        return self._infer_expression(node, at)

    def infer_name(self, name: str, at: Position) -> Types:
        """Infer the types of what `name` resolves to at `at`, before any test of it."""
        return union(*map(self.attributes.infer_origin, self.evaluator.resolver.resolve(name, at)))

    def _infer_expression(self, node: ast.expr, at: Position) -> Types:  # noqa: PLR0911  # one case for each form of expression
        match node:
            case ast.Name(id=name):
                origins = self.evaluator.resolver.resolve(name, at)
                found = union(*map(self.attributes.infer_origin, origins))
                return self.narrowing.narrow(name, origins, found, at) if at.narrowing else found
            case ast.Attribute(value=owner, attr=name):
                found = (
                    self._attribute_stores(node, at)
                    or self._app_state(node, at)
                    or union(
                        *(self.attributes.infer_attribute(value, name) for value in self.evaluator.infer(owner, at))
                    )
                )
                return self.narrowing.narrow(target_name(node), (), found, at) if at.narrowing else found
            case ast.Call(func=func):
                return union(
                    *(self.evaluator.return_types(callee, node, at) for callee in self.evaluator.infer(func, at))
                )
            case (
                ast.Await(value=inner)
                | ast.NamedExpr(value=inner)
                | ast.Starred(value=inner)
                | ast.Subscript(value=inner, slice=ast.Slice())
            ):
                return self.evaluator.infer(inner, at)
            case ast.IfExp(body=one, orelse=other):
                return union(self.evaluator.infer(one, at), self.evaluator.infer(other, at))
            case ast.BoolOp(values=parts):
                return union(*(self.evaluator.infer(part, at) for part in parts))
            case ast.Subscript(value=holder, slice=index):
                return self._app_state(node, at) or self._infer_subscript(holder, _constant_index(index), at)
            case ast.BinOp():
                return self._infer_operator(node, at)
            case ast.Lambda():
                scope = self.evaluator.files.scope_of(node, at)
                return (FunctionType(scope.name, scope),) if scope else UNKNOWN
        return self._infer_literal(node, at)

    def _infer_subscript(self, holder: ast.expr, index: int | None, at: Position) -> Types:
        found = union(*(self.special_methods.element_types(value, index) for value in self.evaluator.infer(holder, at)))
        return found or self._subscript_stores(holder, at)

    def _infer_operator(self, node: ast.BinOp, at: Position) -> Types:
        match node.op:
            case ast.BitOr() | ast.BitAnd():
                return self.evaluator.infer(node.left, at)
            case ast.Add():
                sides = (self.evaluator.infer(side, at) for side in (node.left, node.right))
                return union(*(tuple(filter(_is_list, side)) for side in sides))
            case ast.Div():
                sides = (
                    union(*map(self.special_methods.division_types, self.evaluator.infer(side, at)))
                    for side in (node.left, node.right)
                )
                return next(filter(None, sides), UNKNOWN)
        return UNKNOWN

    def _infer_literal(self, node: ast.expr, at: Position) -> Types:  # noqa: PLR0911  # one case for each form
        match node:
            case ast.Constant(value=constant):
                if constant is None or constant is ...:
                    return UNKNOWN
                return (external_instance(f"builtins.{type(constant).__name__}"),)
            case ast.List(elts=parts) | ast.Set(elts=parts):
                return (external_instance("builtins.list", union(*(self.evaluator.infer(part, at) for part in parts))),)
            case ast.Tuple(elts=parts):
                return (external_instance("builtins.tuple", *(self.evaluator.infer(part, at) for part in parts)),)
            case ast.Dict(values=parts):
                values = union(*(self.evaluator.infer(part, at) for part in parts))
                return (external_instance("builtins.dict", UNKNOWN, values),)
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
                inner = self.evaluator.files.scope_of(node, at)
                items = self.evaluator.infer(part, inner.end) if inner else UNKNOWN
                return (external_instance(_LITERAL_TYPES[type(node)], items),)
            case ast.DictComp(value=part):
                inner = self.evaluator.files.scope_of(node, at)
                values = self.evaluator.infer(part, inner.end) if inner else UNKNOWN
                return (external_instance("builtins.dict", UNKNOWN, values),)
            case _ if type(node) in _LITERAL_TYPES:
                return (external_instance(_LITERAL_TYPES[type(node)]),)
        return UNKNOWN

    def _attribute_stores(self, node: ast.Attribute, at: Position) -> Types:
        """Infer `g.db` from assignments to it in the same file: `g.db = connect()`.

        Those in the same scope win if it binds the name `g` itself; else those anywhere in the file count.
        """
        if not isinstance(node.value, ast.Name):
            return UNKNOWN
        owner, name, scope = node.value.id, node.attr, at.scope
        is_own = bool(scope.named(owner))
        stores = scope.stored(owner, name) if is_own else self.evaluator.files.stores(scope, owner, name)
        return union(*map(self.evaluator.infer_binding, stores)) if stores else UNKNOWN

    def _app_state(self, node: ast.expr, at: Position) -> Types:
        """Infer `request.app["pool"]` from stores in any module of the service: `app["pool"] = create_pool()`."""
        name = app_state_name(node)
        return (
            union(*map(self.evaluator.infer_binding, self.evaluator.app_state.bindings(name, at.scope)))
            if name
            else UNKNOWN
        )

    def _subscript_stores(self, holder: ast.expr, at: Position) -> Types:
        """Infer `clients[key]` from stores in the same file, under any key: `clients[key] = connect()`."""
        match holder:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return union(*map(self.evaluator.infer_binding, self.evaluator.files.stores(at.scope, name, ITEM)))
        return UNKNOWN


def _is_list(value: Type) -> bool:
    return isinstance(value, InstanceType) and value.of == ExternalSymbol("builtins.list")


def _constant_index(index: ast.expr) -> int | None:
    """The value of a constant index, which may be negative; None for any other expression."""
    match index:
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return None
