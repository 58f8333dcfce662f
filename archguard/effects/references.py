"""Where a module may refer to a function of a client without calling it, told without following any name.

Most arguments of calls are no functions at all: following each would take longer than all else that is looked for.
"""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Self

from archguard.codebase.scopes.scopes import Binding, BindingKind, Scope
from archguard.semantics import ExternalSymbol, SemanticModel

_WRAPPERS = frozenset({"partial", "partialmethod", "sync_to_async", "async_to_sync", "asyncify"})
"""What gives the function that it is handed; a call of such a function is a reference as well."""


@dataclass(frozen=True)
class References:
    """The names and attributes of a module that may stand for a function of a client."""

    names: frozenset[str]
    attributes: frozenset[str]

    @classmethod
    def of(cls, module: Scope, words: Collection[str], model: SemanticModel) -> Self:
        """Those of `module`, if functions of clients are called one of `words`."""
        scopes = [*module.walk()]
        bound = [binding for scope in scopes for found in scope.bindings.values() for binding in found]
        kept = [binding for scope in scopes for found in scope.attributes.values() for binding in found]
        starred = frozenset(words) if any(scope.star_imports for scope in scopes) else frozenset[str]()
        imported = {binding.name for binding in bound if _is_imported(binding, words, model)}
        own, attributes = imported | starred, frozenset(words)
        while True:
            known = cls(frozenset(own), attributes)
            own = own | {binding.name for binding in bound if known._is_given(binding)}
            own |= {scope.name.rpartition(".")[2] for scope in scopes if known._is_returned(scope)}
            attributes |= {binding.name for binding in (*kept, *bound) if known._is_given(binding)}
            if own == known.names and attributes == known.attributes:
                return known

    def may_be(self, node: ast.expr) -> bool:  # noqa: PLR0911  # one case for each expression
        """Whether `node` may stand for such a function."""
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
                return self.may_be(func) or (_is_wrapper(node) and any(map(self.may_be, elements(node))))
        return False

    def _is_returned(self, scope: Scope) -> bool:
        return any(self.may_be(node) for node, _ in scope.returns)

    def _is_given(self, binding: Binding) -> bool:
        """Whether `binding` gives its name such a function: by `run = requests.get`, or as what a parameter is."""
        if binding.kind is BindingKind.PARAMETER:
            return binding.default is not None and self.may_be(binding.default)
        return binding.kind is BindingKind.ASSIGNED and isinstance(binding.node, ast.expr) and self.may_be(binding.node)


def elements(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of `call`, and what stands in those that are tuples or lists."""
    for node in (*call.args, *(keyword.value for keyword in call.keywords)):
        argument = node.value if isinstance(node, ast.Starred) else node
        yield from argument.elts if isinstance(argument, ast.Tuple | ast.List) else (argument,)


def _is_wrapper(call: ast.Call) -> bool:
    """Whether what `call` gives may be the function that it is handed."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _WRAPPERS


def _is_imported(binding: Binding, words: Collection[str], model: SemanticModel) -> bool:
    module, name = binding.imported
    if binding.kind is not BindingKind.IMPORTED or not name:
        return False
    if not (own := model.find_module(module, binding.at.scope.module.name, name)):
        return name in words
    return any(_is_told(origin, words) for origin in model.resolve_in_module(own, name))


def _is_told(origin: object, words: Collection[str]) -> bool:
    """Whether what another module has under a name may be a function with one of `words`."""
    match origin:
        case ExternalSymbol(name=name):
            return name.rpartition(".")[2] in words
        case Binding(kind=BindingKind.ASSIGNED, node=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in words
        case Binding(kind=BindingKind.ASSIGNED, node=ast.Call() as call):
            return _is_wrapper(call)
    return False
