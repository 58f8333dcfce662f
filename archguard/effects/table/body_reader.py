"""Reads the sites of a function: its calls, and the expressions by which it consumes queries and generators."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from archguard.codebase.scopes.access_paths import path_nodes
from archguard.codebase.scopes.scopes import Binding, BindingKind, Position, Scope
from archguard.effects.catalogue.operations import Operation
from archguard.effects.table.bodies import Context, Evaluation, Use
from archguard.effects.table.calls import Calls, ResolvedCall, reference_access, text_of
from archguard.effects.table.classifier import Classifier, Found
from archguard.effects.table.code import Code
from archguard.effects.table.effect import Body, Callee, Effect, Site, Within
from archguard.model import Confidence, Location
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    qualified_name,
)
from archguard.semantics.attributes import decorator_names
from archguard.semantics.call_graph import callee_types, functions_of, parameter_of

_ASYNC_ITERATION = "await"
"""How queries of an asynchronous mapper are executed."""
_NEVER_LAZY = (
    ast.Constant,
    ast.JoinedStr,
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.Dict,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
    ast.Compare,
)
"""Expressions that are no query, whatever is in them."""


class BodyReader:
    """Reads the sites of one function."""

    def __init__(self, classifier: Classifier, code: Code, calls: Calls, receiver: ClassType | None) -> None:
        self.classifier = classifier
        self.model = classifier.model
        self.execution = classifier.execution
        self.code = code
        self.calls = calls
        self.scope = code.scope
        self.places = code.places
        self.receiver = receiver
        self.source = self.model.files.source(self.scope.module.name)
        self.consumed = set(code.iterated)
        self.named: set[int] = set()
        self.loaded: set[tuple[Binding, Binding]] = set()

    def body(self) -> Body:
        """The sites of the function, in source order."""
        return self._body_of(self.code.evaluations)

    def looped(self) -> Body:
        """The sites of the function in loops, in source order."""
        body = self._body_of(filter(self._may_be_in_loop, self.code.evaluations))
        return replace(body, sites=tuple(site for site in body.sites if site.context.loops))

    def _body_of(self, evaluations: Iterable[Evaluation]) -> Body:
        sites = tuple(site for evaluation in evaluations for site in self._sites(evaluation))
        is_async = isinstance(self.scope.node, ast.AsyncFunctionDef)
        return Body(self.scope, self.places, sites, is_async)

    def _may_be_in_loop(self, evaluation: Evaluation) -> bool:
        """Whether `evaluation` is in a loop, or calls something again and again itself, as `map` does."""
        node, is_inside = evaluation.node, bool(evaluation.context.loops)
        if isinstance(node, ast.Name):
            return is_inside and (node.id in self.places.results or node.id in self.places.iterated)
        if is_inside or evaluation.use is not Use.CALL:
            return is_inside
        call = self.calls.resolved.get(id(node))
        return call is not None and bool(call.passed)

    def _sites(self, evaluation: Evaluation) -> Iterable[Site]:
        if evaluation.use is Use.CALL:
            return self._call_sites(evaluation)
        if evaluation.use is Use.RELATION:
            return self._relation(evaluation)
        site = self._consumption(evaluation) or self._awaited_relation(evaluation)
        return (site,) if site else ()

    def _call_sites(self, evaluation: Evaluation) -> Iterator[Site]:
        call = self.calls.resolved.get(id(evaluation.node))
        if call is None or call.access.call is None:
            return
        node, at, symbol = call.access.call, call.at, call.symbol
        if call.is_parameter:
            yield replace(self._site(evaluation, node, at, symbol), parameters=((symbol, False),))
            return
        effect, callees = self._effect_at(evaluation, call), self._callees(node, call.functions)
        consumed = self._consumed_argument(evaluation.context, node) if self.execution.consumes(symbol) else None
        if effect or callees or consumed:
            location = self.source.location(node)
            effects = (self._effect(effect, location, symbol),) if effect else ()
            # Rows that have been read are read once; what changes them does so each time.
            is_read = effect is not None and effect.operation is Operation.READ
            query = self._query_name(call.access.owner, at) if is_read else None
            context, is_awaited = evaluation.context, evaluation.is_awaited
            site = Site(node, at, context, symbol, location, is_awaited, effects, callees, query=query)
            yield self._with_consumed(site, consumed) if consumed else site
        yield from self._passed_sites(self._site(evaluation, node, at, symbol), call) if call.passed else ()

    def _site(self, evaluation: Evaluation, node: ast.expr, at: Position, symbol: str) -> Site:
        location = self.source.location(node)
        return Site(node, at, evaluation.context, symbol, location, evaluation.is_awaited)

    def _effect_at(self, evaluation: Evaluation, call: ResolvedCall) -> Found | None:
        """What the call does by itself at once."""
        for found in call.operations:
            if found.has_effect:
                return found
            if evaluation.is_awaited and call.access.call and self._is_executed_by_await(call.access.call, call.at):
                return found._replace(operation=Operation.READ)
        return None

    def _is_executed_by_await(self, call: ast.Call, at: Position) -> bool:
        """Whether `call` builds a query that is executed when it is awaited, by its result or by what it refines."""
        nodes = (call, call.func.value) if isinstance(call.func, ast.Attribute) else (call,)
        values = (value for node in nodes for value in self.model.infer(node, at))
        return any(self.classifier.lazy_query(value) == _ASYNC_ITERATION for value in values)

    def _effect(self, found: Found, location: Location, symbol: str = "") -> Effect:
        """What a call of `symbol` does; a method of a stub is as asynchronous as the channel that it is made of."""
        operation, target, confidence, channel = found
        blocks = not any(map(self.execution.is_asynchronous, (target, symbol)))
        return Effect(channel, operation, target, location, confidence, Within(), blocks)

    def _callees(self, call: ast.Call, functions: Iterable[tuple[int, FunctionType]]) -> tuple[Callee, ...]:
        in_thread = isinstance(call.func, ast.Call) and self.execution.is_thread_wrapper(text_of(call.func.func))
        return tuple(
            Callee(function, call, in_thread or self._is_wrapped_for_threads(function), index)
            for index, function in functions
            # A generator that nobody iterates does not run.
            if id(call) in self.consumed or not self.classifier.is_generator(function.scope)
        )

    def _is_wrapped_for_threads(self, function: FunctionType) -> bool:
        return any(map(self.execution.is_thread_wrapper, decorator_names(function.scope)))

    def _consumed_argument(self, context: Context, call: ast.Call) -> Site | None:
        """The site of the first query or generator among the arguments of a builtin such as `list`."""
        for argument in call.args:
            self.consumed.add(id(argument))
            if found := self._consumption(Evaluation(argument, Use.ITERATE, context)):
                return found
        return None

    def _with_consumed(self, site: Site, consumed: Site) -> Site:
        """`site`, with the effects of what it consumes."""
        return replace(
            site,
            # `list(Order.objects.all())`: the query is executed where `list` is called, and that is what is to be
            # moved.
            effects=(*site.effects, *(replace(effect, location=site.location) for effect in consumed.effects)),
            callees=(*site.callees, *consumed.callees),
            iterated=(*site.iterated, *consumed.iterated),
            context=consumed.context,
            query=consumed.query,
        )

    def _relation(self, evaluation: Evaluation) -> Iterator[Site]:
        """The site of a foreign key that is loaded for each row of a query: `order.customer.name`.

        Only where the loop over the query is in the same function, so that it is known not to load them at once.
        """
        node, read = evaluation.node, evaluation.context.read
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return
        at = self.places.position(node, evaluation.context)
        row = None if self.execution.is_known_of_relation(read) else self._row_of_plain_query(node.value, at)
        if row is None:
            return
        for value in self.model.infer(node.value, at):
            if field := self._relation_field(value, node.attr, self.execution.is_relation):
                binding, symbol = field
                # Once for each row and relation: Django keeps what it has loaded on the row.
                if (row, binding) in self.loaded:
                    return
                self.loaded.add((row, binding))
                site = self._site(evaluation, node, at, symbol)
                effect = self._effect(Found(Operation.READ, symbol, Confidence.LIKELY, "database"), site.location)
                yield replace(site, effects=(effect,))
                return

    def _awaited_relation(self, evaluation: Evaluation) -> Site | None:
        """The site of a foreign key whose row is loaded by awaiting it: `await order.customer`."""
        node = evaluation.node
        if evaluation.use is not Use.AWAIT or not isinstance(node, ast.Attribute):
            return None
        at = self.places.position(node, evaluation.context)
        for value in self.model.infer(node.value, at):
            if field := self._relation_field(value, node.attr, self.execution.is_awaited_relation):
                site = self._site(evaluation, node, at, field[1])
                effect = self._effect(Found(Operation.READ, field[1], Confidence.CERTAIN, "database"), site.location)
                return replace(site, effects=(replace(effect, blocks=False),))
        return None

    def _relation_field(self, owner: Type, name: str, is_relation: Callable[[str], bool]) -> tuple[Binding, str] | None:
        """The binding and the qualified name of the field `name` of the model `owner`, if `is_relation` says so."""
        if not isinstance(owner, InstanceType) or not isinstance(owner.of, ClassType):
            return None
        found = self.model.definition(owner.of, name)
        for binding in found[1] if found else ():
            if isinstance(binding.node, ast.Call):
                fields = map(qualified_name, self.model.infer(binding.node.func, binding.at))
                if any(map(is_relation, fields)):
                    return binding, f"{owner.of.name}.{name}"
        return None

    def _row_of_plain_query(self, name: ast.Name, at: Position) -> Binding | None:
        """The binding of `name` by a loop over a query that is not told how to load relations."""
        bindings = [origin for origin in self.model.resolve(name.id, at) if isinstance(origin, Binding)]
        are_rows = all(
            binding.kind is BindingKind.ITERATED
            and not binding.path
            and isinstance(binding.node, ast.expr)
            and any(self.classifier.lazy_query(value) for value in self.model.infer(binding.node, binding.at))
            and self._is_plain(binding.node, binding.at)
            for binding in bindings
        )
        return bindings[0] if bindings and are_rows else None

    def _is_plain(self, query: ast.expr, at: Position) -> bool:
        """Whether `query` is a chain of methods from a manager on, without one that loads relations."""
        links = path_nodes(query)
        if any(isinstance(link, ast.Attribute) and self.execution.loads_relations(link.attr) for link in links):
            return False
        start = links[-1]
        if not isinstance(start, ast.Name):
            return False
        origins = self.model.resolve(start.id, at)
        assigned = [origin for origin in origins if isinstance(origin, Binding) and origin.kind is BindingKind.ASSIGNED]
        is_class = any(isinstance(value, ClassType) for value in self.model.infer(start, at))
        return is_class or (
            bool(assigned)
            and all(isinstance(found.node, ast.expr) and self._is_plain(found.node, found.at) for found in assigned)
        )

    def _consumption(self, evaluation: Evaluation) -> Site | None:
        """The site of a lazy query or generator that is executed by being iterated or awaited."""
        node = evaluation.node
        if isinstance(node, _NEVER_LAZY):
            return None
        at = self.places.position(node, evaluation.context)
        lazy = self._lazy_query(evaluation, at)
        if evaluation.use is Use.ITERATE and (parameter := self._iterated_parameter(node, at, lazy)):
            return replace(self._site(evaluation, node, at, parameter), iterated=(parameter,))
        may_generate = evaluation.use is Use.ITERATE and isinstance(node, ast.Name) and node.id in self.places.results
        return self._executed(evaluation, at, lazy) if lazy is not None or may_generate else None

    def _executed(self, evaluation: Evaluation, at: Position, lazy: Type | None) -> Site | None:
        """The site of the query of type `lazy`, else of the generator, that is executed by the evaluation."""
        node = evaluation.node
        origin, built, binding = self._built(node, at, evaluation)
        # A query set keeps its rows: what is iterated twice is executed once.
        generators = self._generators(origin, built.context) if lazy is None else ()
        if (binding is not None and id(binding) in self.named) or (lazy is None and not generators):
            return None
        if binding is not None:
            self.named.add(id(binding))
        symbol = self._symbol(origin, built.context)
        site = self._site(built, origin, at, symbol)
        if lazy is None:
            return replace(site, callees=generators)
        target = symbol if isinstance(origin, ast.Call) else qualified_name(lazy)
        # How a relationship is loaded may be decided by options of the query, in another function.
        confidence = Confidence.LIKELY if _is_relationship(lazy) else Confidence.CERTAIN
        effect = self._effect(Found(Operation.READ, target, confidence, "database"), site.location)
        blocks = effect.blocks and not evaluation.is_awaited
        return replace(site, effects=(replace(effect, blocks=blocks),), query=binding)

    def _iterated_parameter(self, node: ast.expr, at: Position, lazy: Type | None) -> str:
        """The parameter that `node` names, if the callers tell whether it is a query; "" otherwise.

        Without an annotation its type is that of what some callers pass, and others may pass a list. What blocks is
        reported in the asynchronous function itself, for whichever caller it does.
        """
        found = _argument(self.scope, parameter_of(self.model, node, at))
        if found is None or (lazy is not None and isinstance(self.scope.node, ast.AsyncFunctionDef)):
            return ""
        return "" if found.annotation and self.model.infer(node, at) else found.arg

    def _lazy_query(self, evaluation: Evaluation, at: Position) -> Type | None:
        """The type of the lazy query that is executed; None if it is none."""
        wanted = {_ASYNC_ITERATION} if evaluation.use is Use.AWAIT else {"iteration"}
        if evaluation.is_awaited:
            wanted.add(_ASYNC_ITERATION)
        values = self.model.infer(evaluation.node, at)
        found = next((value for value in values if self.classifier.lazy_query(value) in wanted), None)
        return None if found is None or self._is_loaded_with_row(evaluation.node, at) else found

    def _is_loaded_with_row(self, node: ast.expr, at: Position) -> bool:
        """Whether `node` is a relationship of SQLAlchemy that is loaded with its row: `relationship(lazy="joined")`."""
        if not isinstance(node, ast.Attribute):
            return False
        owners = [value.of for value in self.model.infer(node.value, at) if isinstance(value, InstanceType)]
        found = [self.model.definition(owner, node.attr) for owner in owners if isinstance(owner, ClassType)]
        calls = [binding.node for definition in found if definition for binding in definition[1]]
        return any(
            keyword.arg == "lazy"
            and isinstance(keyword.value, ast.Constant)
            and self.execution.is_eager(keyword.value.value)
            for call in calls
            if isinstance(call, ast.Call)
            for keyword in call.keywords
        )

    def _built(
        self, node: ast.expr, at: Position, evaluation: Evaluation
    ) -> tuple[ast.expr, Evaluation, Binding | None]:
        """Where the value of the name `node` is built, what is around that, and the binding; else `node` itself.

        What is bound outside of the function, or is a parameter, is executed once: no loop is around it.
        """
        if not isinstance(node, ast.Name):
            return node, evaluation, None
        origins = [origin for origin in self.model.resolve(node.id, at) if isinstance(origin, Binding)]
        # The last binding that may reach the use: a query that is refined step by step is executed as a whole.
        for binding in reversed(origins):
            if binding.kind is BindingKind.ITERATED:
                return node, evaluation, None
            call = binding.node.value if isinstance(binding.node, ast.Await) else binding.node
            if binding.kind is BindingKind.ASSIGNED and (built := self.code.calls.get(id(call))):
                # A query that a loop refines, and that is executed behind it, is executed once.
                loops = _shared(built.context.loops, evaluation.context.loops)
                context = built.context._replace(loops=loops)
                return built.node, built._replace(context=context, is_awaited=evaluation.is_awaited), binding
        outside = evaluation._replace(context=evaluation.context._replace(loops=()))
        return node, outside, origins[-1] if origins else None

    def _generators(self, node: ast.expr, context: Context) -> tuple[Callee, ...]:
        if not isinstance(node, ast.Call):
            return ()
        at = self.places.position(node, context)
        values = callee_types(self.model, node.func, at, self.receiver)
        functions = (function for value in values for function in functions_of(self.model, value))
        return tuple(Callee(function, node) for function in functions if self.classifier.is_generator(function.scope))

    def _symbol(self, node: ast.expr, context: Context) -> str:
        if isinstance(node, ast.Call):
            at = self.places.position(node, context)
            values = callee_types(self.model, node.func, at, self.receiver)
            return qualified_name(values[0]) if values else text_of(node.func)
        return text_of(node)

    def _query_name(self, owner: ast.expr | None, at: Position) -> Binding | None:
        """The binding of the name of a lazy query on which a method is called: `query.exists()`."""
        if not isinstance(owner, ast.Name) or not any(map(self.classifier.lazy_query, self.model.infer(owner, at))):
            return None
        origins = [origin for origin in self.model.resolve(owner.id, at) if isinstance(origin, Binding)]
        return origins[-1] if origins else None

    def _passed_sites(self, site: Site, call: ResolvedCall) -> Iterator[Site]:
        """The sites of the callables that the callee runs: in a thread, or once per element."""
        for passed in call.passed:
            found = reference_site(self.classifier, passed.node, site, in_thread=passed.in_thread)
            if passed.is_repeated:
                context = site.context._replace(loops=(*site.context.loops, site.node))
                # The call by `map` itself, and the call of the function.
                callees = tuple(replace(callee, calls=2) for callee in found.callees)
                found = replace(found, context=context, callees=callees)
            if found.has_outcomes:
                yield found


def reference_site(classifier: Classifier, node: ast.expr, site: Site, *, in_thread: bool) -> Site:
    """What a call of the callable `node`, which stands at `site`, does: its effects, callees and parameters."""
    model, at = classifier.model, site.at
    empty = replace(site, effects=(), callees=(), parameters=())
    if parameter := parameter_of(model, node, at):
        return replace(empty, parameters=((parameter, in_thread),))
    access = reference_access(node)
    effects, callees = list[Effect](), list[Callee]()
    for value in model.infer(node, at):
        if isinstance(value, ExternalSymbol | ExternalMember):
            found = classifier.client_operation(value, access, at)
            if found and found.has_effect:
                operation, symbol, confidence, channel = found
                is_async = classifier.execution.is_asynchronous(symbol)
                blocks = not in_thread and not is_async
                effects.append(Effect(channel, operation, symbol, site.location, confidence, Within(), blocks))
        else:
            callees += [Callee(function, None, in_thread) for function in functions_of(model, value)]
    return replace(empty, effects=tuple(effects), callees=tuple(callees))


def iteration_site(classifier: Classifier, node: ast.expr, site: Site, place: Location) -> Site:
    """What iterating over the argument `node` of the call at `site` does, at `place` in the function that is called."""
    model, at = classifier.model, site.at
    empty = replace(site, effects=(), callees=(), parameters=(), iterated=())
    if parameter := parameter_of(model, node, at):
        return replace(empty, iterated=(parameter,))
    lazy = [value for value in model.infer(node, at) if classifier.lazy_query(value) == "iteration"]
    # A query set keeps its rows: one from before the loop is executed once.
    if not lazy or isinstance(node, _NEVER_LAZY) or (site.context.loops and _is_bound_before(model, node, site)):
        return empty
    target = qualified_name(lazy[0])
    confidence = Confidence.LIKELY if _is_relationship(lazy[0]) else Confidence.CERTAIN
    blocks = not classifier.execution.is_asynchronous(target)
    return replace(empty, effects=(Effect("database", Operation.READ, target, place, confidence, Within(), blocks),))


def _argument(function: Scope, parameter: str) -> ast.arg | None:
    """The node of the parameter of that name of `function` itself, rather than of a function around it."""
    arguments = getattr(function.node, "args", None)
    nodes = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs) if parameter and arguments else ()
    return next((node for node in nodes if node.arg == parameter), None)


def _is_bound_before(model: SemanticModel, node: ast.expr, site: Site) -> bool:
    """Whether `node` is a name that is bound outside of the innermost loop around `site`."""
    loop = site.context.loops[-1]
    first, last = getattr(loop, "lineno", 0), getattr(loop, "end_lineno", 0)
    origins = model.resolve(node.id, site.at) if isinstance(node, ast.Name) else ()
    lines = [getattr(origin.node, "lineno", 0) for origin in origins if isinstance(origin, Binding)]
    return bool(lines) and not any(first <= line <= last for line in lines)


def _shared(loops: tuple[ast.AST, ...], others: tuple[ast.AST, ...]) -> tuple[ast.AST, ...]:
    """The loops around both of two places."""
    return tuple(loop for loop, other in zip(loops, others, strict=False) if loop is other)


def _is_relationship(value: Type) -> bool:
    return isinstance(value, InstanceType) and value.of == ExternalSymbol("sqlalchemy.orm.relationship()")
