"""The names of a module that may refer to a client function, found without inference.

Most arguments of calls are not functions, and inferring each would cost more than the rest of the analysis. So a
fixpoint over the bindings collects the names that may be bound to a client function, and only arguments with such a
name are inferred. It over-approximates: names are matched per module, not per scope.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from typing import Self

from archguard.codebase.scopes.scopes import Binding, BindingKind, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import load_conventions
from archguard.model.names import last_part
from archguard.semantics import ExternalSymbol, Resolver

_WRAPPERS = load_conventions().calls.wrappers
_FORMS = (ast.Name, ast.Attribute, ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Call)
"""The expressions of which `References.may_be` may be true."""


@dataclass(frozen=True)
class References:
    """The names and attributes of a module that may resolve to a client function."""

    names: frozenset[str]
    attributes: frozenset[str]

    @classmethod
    def of(cls, module: Scope, words: Collection[str], resolver: Resolver) -> Self:
        """Those of `module`, where `words` are the names of client functions."""
        scopes = [*module.walk()]
        name_bindings = [binding for scope in scopes for found in scope.bindings.values() for binding in found]
        attribute_bindings = [binding for scope in scopes for found in scope.attributes.values() for binding in found]
        star_imported = frozenset(words) if any(scope.star_imports for scope in scopes) else frozenset[str]()
        imported = frozenset(binding.name for binding in name_bindings if _is_imported(binding, words, resolver))
        bound, stored = _values(name_bindings), _values(attribute_bindings)
        returned = [
            (last_part(scope.name), node) for scope in scopes for node, _ in scope.returns if isinstance(node, _FORMS)
        ]
        current = cls(imported | star_imported, frozenset(words))
        while True:
            assigned = current._named(bound)
            names = current.names | assigned | current._named(returned)
            attributes = current.attributes | assigned | current._named(stored)
            if names == current.names and attributes == current.attributes:
                return current
            current = cls(names, attributes)

    def _named(self, values: Iterable[tuple[str, ast.expr]]) -> frozenset[str]:
        """The names of those of `values` that may resolve to such a function."""
        return frozenset(name for name, node in values if self.may_be(node))

    def may_be(self, node: ast.expr) -> bool:  # noqa: PLR0911  # one case for each expression
        """Whether `node` may resolve to such a function."""
        match node:
            case ast.Name(id=name):
                return name in self.names
            case ast.Attribute(attr=name):
                return name in self.attributes
            case ast.IfExp(body=one, orelse=other):
                return self.may_be(one) or self.may_be(other)
            case ast.BoolOp(values=parts):
                return any(map(self.may_be, parts))
            case ast.NamedExpr(value=inner):
                return self.may_be(inner)
            case ast.Call(func=func):
                return self.may_be(func) or (is_function_wrapper(node) and any(map(self.may_be, elements(node))))
        return False


def _values(bindings: Iterable[Binding]) -> list[tuple[str, ast.expr]]:
    """What `bindings` bind that may be a function: by `run = requests.get`, or as the default of a parameter."""
    assigned = (binding for binding in bindings if binding.kind in (BindingKind.ASSIGNED, BindingKind.PARAMETER))
    values = (
        (binding.name, binding.default if binding.kind is BindingKind.PARAMETER else binding.node)
        for binding in assigned
    )
    return [(name, node) for name, node in values if isinstance(node, _FORMS)]


def elements(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of `call`, with tuples and lists replaced by their elements."""
    for node in (*call.args, *(keyword.value for keyword in call.keywords)):
        argument = node.value if isinstance(node, ast.Starred) else node
        yield from argument.elts if isinstance(argument, ast.Tuple | ast.List) else (argument,)


def is_function_wrapper(call: ast.Call) -> bool:
    """Whether `call` may return a wrapper of its argument."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _WRAPPERS


def _is_imported(binding: Binding, words: Collection[str], resolver: Resolver) -> bool:
    module, name = binding.imported
    if binding.kind is not BindingKind.IMPORTED or not name:
        return False
    if not (own := resolver.find_module(module, binding.at.scope.module.name, name)):
        return name in words
    return any(_may_be_client_function(origin, words) for origin in resolver.resolve_in_module(own, name))


def _may_be_client_function(origin: object, words: Collection[str]) -> bool:
    """Whether `origin`, the definition of a name in another module, may be a function named like one of `words`."""
    match origin:
        case ExternalSymbol(name=name):
            return last_part(name) in words
        case Binding(kind=BindingKind.ASSIGNED, node=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in words
        case Binding(kind=BindingKind.ASSIGNED, node=ast.Call() as call):
            return is_function_wrapper(call)
    return False
