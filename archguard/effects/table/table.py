"""The table itself: bodies by function, read when they are first asked for."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import starmap

from archguard.codebase import Codebase, Source
from archguard.codebase.file_tasks import scan_files
from archguard.codebase.memo import per_codebase
from archguard.codebase.scopes.scopes import FunctionNode, Position, Scope
from archguard.effects.catalogue.catalogue import AddedClients, Extensions, semantic_model
from archguard.effects.table.body_reader import BodyReader
from archguard.effects.table.calls import CallReader, Calls
from archguard.effects.table.classifier import Classifier
from archguard.effects.table.code import Code
from archguard.effects.table.effect import Body, Effect, Site, Within
from archguard.effects.table.managers import opens_transaction
from archguard.effects.table.places import evaluated_with
from archguard.effects.tracing import names_stub
from archguard.semantics import ClassType, SemanticModel
from archguard.semantics.call_graph import is_of_receiver
from archguard.semantics.recorded import carried, recorded


def effect_table(codebase: Codebase, extensions: Extensions) -> "EffectTable":
    """The effect table of `codebase` (memoized per code base)."""
    return _effect_table(codebase, AddedClients.of(extensions))


@per_codebase
def _effect_table(codebase: Codebase, added: AddedClients) -> "EffectTable":
    has_stubs = bool(scan_files(codebase, "names stubs of gRPC", names_stub))
    return EffectTable(semantic_model(codebase, added.extensions), added.extensions, has_stubs=has_stubs)


class EffectTable:
    """The effects of functions, by their bodies alone."""

    variant = ""
    """There is one for each model."""

    def __init__(self, model: SemanticModel, extensions: Extensions, *, has_stubs: bool) -> None:
        self.model = model
        self.classifier = Classifier(model, extensions, has_stubs=has_stubs)

    def of(self, source: Source) -> Iterator[Effect]:
        """Yield every effect of the code in `source`, in the order of its functions."""
        for body in self.bodies(source):
            for site in body.sites:
                is_inside = self.is_in_transaction(body, site) if site.effects else False
                within = Within(bool(site.context.loops), is_inside, body.is_async)
                yield from (replace(effect, within=within) for effect in site.effects)

    def bodies(self, source: Source) -> Iterator[Body]:
        """Yield the body of the module, and of every function and lambda in it."""
        yield from map(self.body, self.functions(source))

    def functions(self, source: Source) -> Iterator[Scope]:
        """Yield the scope of the module, and of every function and lambda in it."""
        for scope in self.model.scope(source.module).walk():
            if isinstance(scope.node, FunctionNode | ast.Module):
                yield scope

    def unresolved(self, source: Source) -> int:
        """How many calls in `source` have an unknown callee."""
        return sum(self.calls(scope).unresolved for scope in self.functions(source))

    def body(self, scope: Scope, receiver: ClassType | None = None) -> Body:
        """The body of the function, lambda or module with this scope, called on an instance of `receiver`."""
        return self._body(scope, self.receiver(scope, receiver))

    @carried
    def _body(self, scope: Scope, receiver: ClassType | None) -> Body:
        return BodyReader(self.classifier, self._code(scope), self.calls(scope, receiver), receiver).body()

    @carried
    def looped(self, scope: Scope) -> Body:
        """The body of the function with this scope, with no more than what it does in loops."""
        return BodyReader(self.classifier, self._code(scope), self.calls(scope), None).looped()

    @carried
    def _code(self, scope: Scope) -> Code:
        return Code(scope)

    def calls(self, scope: Scope, receiver: ClassType | None = None) -> Calls:
        """The calls of the function, lambda or module with this scope, called on an instance of `receiver`."""
        return self._calls(scope, self.receiver(scope, receiver))

    @carried
    def _calls(self, scope: Scope, receiver: ClassType | None) -> Calls:
        return CallReader(self.classifier, scope, receiver).calls()

    def has_loop(self, scope: Scope) -> bool:
        """Whether something in the function with this scope may run again and again."""
        return any(inner.has_loop for inner in evaluated_with(scope)) or self.calls(scope).repeats

    def receiver(self, scope: Scope, receiver: ClassType | None) -> ClassType | None:
        """`receiver` if the effects of the function with this scope depend on it, as it calls its own methods."""
        return receiver if receiver is not None and self._calls_receiver(scope) else None

    @carried
    def _calls_receiver(self, scope: Scope) -> bool:
        paths = (path for inner in evaluated_with(scope) for path in inner.access_paths)
        return any(is_of_receiver(access.callee, path.at) for path in paths for access in path.accesses if access.call)

    def is_in_transaction(self, body: Body, site: Site) -> bool:
        """Whether a decorator or a `with` block around `site` opens a transaction."""
        managers = ((node, body.places.position(node, site.context)) for node in site.context.entered)
        return self._is_transaction_by_decorator(body.scope) or any(starmap(self.opens_transaction, managers))

    @recorded
    def _is_transaction_by_decorator(self, scope: Scope) -> bool:
        decorators = getattr(scope.node, "decorator_list", ())
        return any(self.opens_transaction(node, scope.at or scope.end) for node in decorators)

    @recorded
    def opens_transaction(self, manager: ast.expr, at: Position) -> bool:
        """Whether the context manager or decorator `manager` is a transaction."""
        return opens_transaction(self.classifier, self.body, manager, at)
