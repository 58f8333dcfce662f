"""The effects of calls, carried up the call graph from callee to caller.

How it works: `reached` gives the effects of a call site: its own, and those of the functions that it runs, to a depth.
Each effect keeps the chain of calls down to it, and the conditions on parameters under which it happens: where the call
passes a constant for such a parameter, or its default holds, the condition is decided. A function that calls one of its
parameters, or iterates over one, has the effects of what the caller passes. Of several ways to effects of the same
sort, the shortest is kept.

An effect blocks the caller only over synchronous calls: what is awaited, or runs in a thread, blocks nothing.

Limits: `depth` counts calls of the project's functions, and one more for a function that `map` or the like calls; a
chain that is longer is not seen. Conditions other than on the truth of a parameter are taken for possible. Cost: each
function is summarized once per depth and class of its receiver.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import BindingKind, Scope
from archguard.dataclass import dataclass
from archguard.effects.table import Body, Callee, Effect, EffectTable, Site
from archguard.effects.table.bodies import Guard
from archguard.effects.table.body_reader import iteration_site, reference_site
from archguard.model import Confidence, Location, Step
from archguard.semantics import ClassType, FunctionType, SemanticModel
from archguard.semantics.call_graph import argument_of, receiver_class
from archguard.semantics.recorded import carried, recorded


@dataclass(frozen=True)
class Hop:
    """One call of a chain."""

    caller: Scope
    callee: Scope
    location: Location


@dataclass(frozen=True)
class Reached:
    """An effect that a call leads to."""

    effect: Effect
    chain: tuple[Hop, ...] = ()
    """The calls down to it, the first one first; empty if the call itself has the effect."""
    guards: tuple[Guard, ...] = ()
    """What must hold of the parameters of the function that contains the call."""
    blocks: bool = False
    """Whether the caller waits for it."""
    confidence: Confidence = Confidence.CERTAIN
    varies: frozenset[str] | None = None
    """If a memoized function is on the way: what its arguments depend on, parameters of the function that contains the
    call, or `_LOCAL`. None if there is no such function."""

    def steps(self) -> tuple[Step, ...]:
        """The chain with the effect itself as its last step; empty if the call itself has the effect."""
        hops = [(hop.caller, hop.callee.name, hop.location) for hop in self.chain]
        if hops:
            hops.append((self.chain[-1].callee, self.effect.target, self.effect.location))
        for caller, _, _ in hops:
            caller.read(Reading.LINES)
        return tuple(Step(caller.name, callee, place.path, place.line) for caller, callee, place in hops)


@dataclass(frozen=True)
class ParameterUse:
    """A call of a parameter, or an iteration over it: it has the effects of what the caller passes."""

    parameter: str
    iterated_at: Location | None = None
    """Where it is iterated over; None if it is called."""
    chain: tuple[Hop, ...] = ()
    guards: tuple[Guard, ...] = ()
    blocks: bool = True


_CONSTANT = (BindingKind.DEFINED, BindingKind.IMPORTED)
_FURTHER = 1
"""How much further than `depth` an alternative is looked at: a pool's method that calls that of a connection."""
_LOCAL = "*"
"""Stands for the variables of a function, which may differ each time that a loop runs."""
_Outcome: TypeAlias = Reached | ParameterUse


class CallEffects:
    """The effects of call sites, followed `depth` calls of the project's functions deep, but not into `except_`."""

    def __init__(self, table: EffectTable, depth: int, except_: frozenset[str] = frozenset()) -> None:
        self.table = table
        self.depth = depth
        self.except_ = except_
        self.variant = f"{depth} {sorted(except_)}"

    @property
    def model(self) -> SemanticModel:
        """The semantic model."""
        return self.table.model

    def may_reach(self, scope: Scope, channels: frozenset[str]) -> bool:
        """Whether a call in the function with this scope may lead to an effect in `channels`.

        True too often rather than too rarely: it looks at no arguments. Queries that are executed lazily do not count.
        """
        return self._may_reach(scope, None, self.depth, channels)

    @carried
    def _may_reach(self, scope: Scope, receiver: ClassType | None, depth: int, channels: frozenset[str]) -> bool:
        calls = self.table.calls(scope, receiver)
        return not calls.channels.isdisjoint(channels) or (
            depth > 0 and any(self._leads_to(function, depth, channels) for function in calls.functions)
        )

    def _leads_to(self, function: FunctionType, depth: int, channels: frozenset[str]) -> bool:
        """Whether a call of `function` may lead to an effect in `channels`, also by what is passed to it."""
        if self._is_excepted(function):
            return False
        scope, receiver = function.scope, self.table.receiver(function.scope, receiver_class(function))
        is_open = self.table.calls(scope, receiver).has_parameters
        return is_open or self._may_reach(scope, receiver, depth - 1, channels)

    def reached(self, site: Site, caller: Scope) -> tuple[Reached, ...]:
        """The effects that the call at `site` in `caller` leads to, those of its own first."""
        return self._reached(site, caller)

    @recorded
    def _reached(self, site: Site, caller: Scope) -> tuple[Reached, ...]:
        outcomes = self._outcomes(site, caller, self.depth)
        return tuple(self._judged(found) for found in outcomes if isinstance(found, Reached))

    def _judged(self, found: Reached) -> Reached:
        """`found`, weakened if it depends on a parameter of which nothing is known, or runs once for all calls."""
        if found.varies is not None and not found.varies:
            return replace(found, confidence=Confidence.POSSIBLE)
        return replace(found, confidence=_weaker(found.confidence, Confidence.LIKELY)) if found.guards else found

    def _outcomes(self, site: Site, caller: Scope, depth: int) -> list[_Outcome]:
        found: list[_Outcome] = [
            Reached(effect, (), (), effect.blocks and not site.is_awaited, effect.confidence) for effect in site.effects
        ]
        found += [
            ParameterUse(name, blocks=not in_thread and not site.is_awaited) for name, in_thread in site.parameters
        ]
        found += [ParameterUse(name, site.location) for name in site.iterated]
        return found + (self._followed(site, caller, depth) if depth and site.callees else [])

    def _followed(self, site: Site, caller: Scope, depth: int) -> list[_Outcome]:
        """The outcomes of the functions that the call runs; what only some alternatives do is merely possible."""
        alternatives: dict[int, list[_Outcome]] = {}
        for callee in site.callees:
            outcomes = alternatives.setdefault(callee.alternative, [])
            # A function that `map` calls is one call further away than `map`, which is one, too.
            left = depth - callee.calls + 1
            if left > 0 and not self._is_excepted(callee.function):
                outcomes += self._through(site, caller, callee, left)
        if not any(alternatives.values()):
            return []
        # A receiver may be of one of several classes: what all of them do happens, what one of them does may happen.
        shared = {
            channel
            for channel in {_channel_of(outcome) for outcomes in alternatives.values() for outcome in outcomes}
            if all(self._may_have(channel, number, outcomes, site) for number, outcomes in alternatives.items())
        }
        return [
            outcome if _channel_of(outcome) in shared else _possible(outcome)
            for outcomes in alternatives.values()
            for outcome in outcomes
        ]

    def _may_have(self, channel: str, number: int, outcomes: Iterable[_Outcome], site: Site) -> bool:
        """Whether the alternative `number` of the callee of `site`, with `outcomes`, has an effect in `channel`.

        A class that delegates to the other one has the effect as well: a call deeper, beyond what is followed.
        """
        return channel in map(_channel_of, outcomes) or any(
            self._leads_to(callee.function, self.depth + _FURTHER, frozenset({channel}))
            for callee in site.callees
            if callee.alternative == number
        )

    def _is_excepted(self, function: FunctionType) -> bool:
        return function.scope.module.name in self.except_

    def _through(self, site: Site, caller: Scope, callee: Callee, depth: int) -> Iterator[_Outcome]:
        """The outcomes of running `callee` at `site`."""
        summary = self._summary(callee.function, depth)
        if not summary:
            return
        hop = Hop(caller, callee.function.scope, site.location)
        # A call of an `async def` only makes a coroutine; whoever awaits it gives the event loop free.
        is_synchronous = not (
            site.is_awaited or callee.in_thread or isinstance(callee.function.scope.node, ast.AsyncFunctionDef)
        )
        is_memoized = self.table.classifier.is_memoized(callee.function.scope)
        for outcome in summary:
            decided = self._decided(outcome, callee, site)
            if decided is None:
                continue
            if isinstance(decided, Reached) and (is_memoized or decided.varies is not None):
                decided = replace(
                    decided, varies=_dependencies(callee, None if is_memoized else decided.varies, caller)
                )
            placed = replace(decided, chain=(hop, *decided.chain), blocks=decided.blocks and is_synchronous)
            if isinstance(placed, ParameterUse):
                # The callee calls what it was passed, or iterates over it: with the argument of this call at hand, its
                # effects are those of that function or query.
                yield from self._passed(placed, site, caller, callee, depth)
            else:
                yield placed

    def _decided(self, outcome: _Outcome, callee: Callee, site: Site) -> _Outcome | None:
        """`outcome` with its conditions decided by the arguments of the call; None if they do not hold."""
        guards, is_unknown = list[Guard](), False
        for guard in outcome.guards:
            argument = argument_of(callee.function, callee.call, guard.parameter) if callee.call else None
            match _truth(argument):
                case None:
                    carried = self._carried(argument, guard, site)
                    guards += [carried] if carried else []
                    is_unknown = is_unknown or carried is None
                # The call passes a constant that rules the effect out: `save(commit=False)`.
                case bool(value) if value is not guard.is_true:
                    return None
        if is_unknown and isinstance(outcome, Reached):
            outcome = replace(outcome, confidence=_weaker(outcome.confidence, Confidence.LIKELY))
        return replace(outcome, guards=tuple(guards))

    def _carried(self, argument: ast.expr | None, guard: Guard, site: Site) -> Guard | None:
        """`guard` as a condition on a parameter of the caller, which passes it on."""
        scope = site.at.scope
        while scope.parent and not isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
            scope = scope.parent
        arguments = getattr(scope.node, "args", None)
        if not isinstance(argument, ast.Name) or not isinstance(arguments, ast.arguments):
            return None
        names = (node.arg for node in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))
        return Guard(argument.id, guard.is_true) if argument.id in names else None

    def _passed(self, found: ParameterUse, site: Site, caller: Scope, callee: Callee, depth: int) -> Iterator[_Outcome]:
        """The outcomes of what `site` passes for the parameter that its callee calls or iterates over."""
        argument = argument_of(callee.function, callee.call, found.parameter) if callee.call else None
        if argument is None:
            return
        passed = (
            iteration_site(self.table.classifier, argument, site, found.iterated_at)
            if found.iterated_at
            else reference_site(self.table.classifier, argument, site, in_thread=not found.blocks)
        )
        for outcome in self._outcomes(passed, caller, depth - 1):
            guards = (*outcome.guards, *found.guards)
            yield replace(
                outcome, chain=(*found.chain, *outcome.chain), guards=guards, blocks=outcome.blocks and found.blocks
            )

    def _summary(self, function: FunctionType, depth: int) -> tuple[_Outcome, ...]:
        receiver = self.table.receiver(function.scope, receiver_class(function))
        return self._summarized(function.scope, receiver, depth)

    @carried
    def _summarized(self, scope: Scope, receiver: ClassType | None, depth: int) -> tuple[_Outcome, ...]:
        """The outcomes of a call of the function with this scope, one for each sort of effect."""
        body: Body = self.table.body(scope, receiver)
        every = (
            replace(outcome, guards=_merged(site.context.guards, outcome.guards))
            for site in body.sites
            for outcome in self._outcomes(site, scope, depth - 1)
        )
        return tuple(_shortest(every, is_async=body.is_async))


def _dependencies(callee: Callee, parameters: frozenset[str] | None, caller: Scope) -> frozenset[str]:
    """What the arguments for `parameters` of `callee` depend on: parameters of `caller`, and `_LOCAL` for variables.

    None stands for all parameters, and for the receiver.
    """
    if callee.call is None or (parameters is not None and _LOCAL in parameters):
        return frozenset([_LOCAL])
    given = {name: argument_of(callee.function, callee.call, name) for name in parameters or ()}
    passed = [node for node in given.values() if node is not None]
    if parameters is None:
        passed = [*callee.call.args, *(keyword.value for keyword in callee.call.keywords)]
    # The receiver is the argument that no call writes between its brackets.
    if isinstance(callee.call.func, ast.Attribute) and (parameters is None or None in given.values()):
        passed.append(callee.call.func.value)
    names = {node.id for part in passed for node in ast.walk(part) if isinstance(node, ast.Name)}
    own = _parameters(caller)
    return frozenset(name if name in own else _LOCAL for name in names if name in own or _is_variable(caller, name))


def _parameters(function: Scope) -> frozenset[str]:
    arguments = getattr(function.node, "args", None)
    if not isinstance(arguments, ast.arguments):
        return frozenset()
    return frozenset(node.arg for node in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


def _is_variable(scope: Scope, name: str) -> bool:
    """Whether `name` is bound in the function `scope`, in one around it or inside of it; not by an import."""
    around: Scope | None = scope
    while around is not None and (around.parent is not None or around is scope):
        if any(binding.kind not in _CONSTANT for inner in around.walk() for binding in inner.named(name)):
            return True
        around = around.parent
    return False


def _shortest(outcomes: Iterable[_Outcome], *, is_async: bool) -> Iterator[_Outcome]:
    """Of the outcomes of the same sort the one with the shortest chain, the first of these."""
    chosen: dict[object, _Outcome] = {}
    for outcome in outcomes:
        # Whether the body blocks is reported where the body is. A caller, which awaits it, would report it again for
        # each call.
        kept = replace(outcome, blocks=False) if is_async else outcome
        key = _sort_of(kept)
        if key not in chosen or len(kept.chain) < len(chosen[key].chain):
            chosen[key] = kept
    yield from chosen.values()


def _sort_of(outcome: _Outcome) -> object:
    if isinstance(outcome, ParameterUse):
        return outcome.parameter, outcome.iterated_at is None, outcome.guards, outcome.blocks
    effect = outcome.effect
    return effect.channel, effect.operation, outcome.guards, outcome.blocks, outcome.confidence, outcome.varies


def _channel_of(outcome: _Outcome) -> str:
    return outcome.effect.channel if isinstance(outcome, Reached) else ""


def _possible(outcome: _Outcome) -> _Outcome:
    return replace(outcome, confidence=Confidence.POSSIBLE) if isinstance(outcome, Reached) else outcome


def _merged(outer: tuple[Guard, ...], inner: tuple[Guard, ...]) -> tuple[Guard, ...]:
    return tuple(dict.fromkeys((*outer, *inner)))


def _truth(node: ast.expr | None) -> bool | None:
    """The truth of the constant `node`; None for any other expression."""
    match node:
        case ast.Constant(value=value):
            return bool(value)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value=value)):
            return not value
    return None


def _weaker(one: Confidence, other: Confidence) -> Confidence:
    return max(one, other, key=list(Confidence).index)
