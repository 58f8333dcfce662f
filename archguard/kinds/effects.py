"""`effects`: what may happen where: no query in a loop, nothing blocking in `async def`, no mail in a transaction."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, ClassVar, Literal, TypeAlias

from archguard.codebase import Codebase, OneOrMany, Patterns, Source
from archguard.codebase import Names as Words
from archguard.codebase.scopes.scopes import Binding, Scope
from archguard.codebase.strictness import Weaker, WeakerEntries
from archguard.dataclass import dataclass
from archguard.effects import Client, semantic_model
from archguard.effects.call_effects import CallEffects, Reached
from archguard.effects.catalogue.client import CHANNELS
from archguard.effects.table import Body, EffectTable, Site, effect_table
from archguard.effects.transactions import in_transactions
from archguard.kinds.client_faults import client_faults
from archguard.kinds.contract import ContractError, VacuousError, listed
from archguard.kinds.effect_words import EFFECT_WORDS, channels_of, may_be_lazy, phrase, words_of
from archguard.kinds.per_file import Checker, PerFileContract
from archguard.kinds.structure_rules import Modifier, Selector, StructureFacts, bound_predicates, confidence
from archguard.model import Confidence, Location, Violation
from archguard.semantics import SemanticModel, scan_program

Place: TypeAlias = Literal["loop", "transaction"]
_MOST_CALLS_DEEP = 10
"""The largest `depth`: beyond it nobody can tell from the chain what to change, and cost grows with each level."""


@dataclass(frozen=True, kw_only=True)
class EffectRule:
    """What must not happen in some functions, in loops or in transactions."""

    modules: Annotated[Patterns, Weaker.SMALLER_NOT_EMPTY] = ()
    """The modules that it looks at, all by default."""
    functions: Annotated[Selector | None, Weaker.ANY] = None
    """The functions that it looks at: their names, or keys of a shape such as `be: async`; by default all code."""
    in_: Annotated[Place | None, Weaker.ANY] = None
    """Only what happens in a `loop` or a comprehension, or in a `transaction`; by default all that the code does."""
    must_not: Annotated[Words, Weaker.SMALLER]
    """What must not happen: `query`, `read`, `write`, `commit`, `http`, `queue`, `file`, `blocking` ..."""
    through: Annotated[Literal["calls", "nothing"], Weaker.LATER] = "calls"
    """Whether calls of the project's functions are followed (`calls`), or only what the code does itself counts."""
    except_: Annotated[Patterns, Weaker.LARGER] = ()
    """Modules in which it may happen: they are not looked at, and calls of their functions are not followed."""
    reason: Annotated[str, Weaker.NEVER] = ""
    """Why; shown instead of the contract's reason."""

    @property
    def about(self) -> str:
        """What the rule says, in words that stay the same when rules are added or moved, or look at other modules."""
        return " ".join(filter(None, (self._functions, self._place, "must not", ", ".join(self.must_not))))

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        subject = " of ".join(filter(None, (self._functions, listed(self.modules)))) or "The code"
        place = f" {self._place}" if self.in_ else ""
        return f"{subject} must not {', '.join(self.must_not)}{place}."

    @property
    def _functions(self) -> str:
        shape = bound_predicates(self.functions) if self.functions else ()
        return " ".join(("functions", *(predicate.text.removeprefix("be ") for predicate in shape))) if shape else ""

    @property
    def _place(self) -> str:
        return f"in a {self.in_}" if self.in_ else ""


@dataclass(frozen=True, kw_only=True)
class Effects(PerFileContract):
    """What `rules` forbid happens nowhere that they speak of."""

    kind: ClassVar[str] = "effects"
    client_channels: ClassVar[tuple[str, ...]] = CHANNELS
    """The channels of `clients` that it knows."""

    rules: Annotated[tuple[EffectRule, ...], OneOrMany(empty=False), Weaker.SMALLER]
    """What must not happen where; each holds by itself."""
    depth: Annotated[int, Weaker.SMALLER] = 3
    """How many calls of the project's functions are followed from a place, from 1 to 10."""
    max_unresolved: Annotated[int | None, Weaker.LARGER_OR_EMPTY] = None
    """The largest share of a file's calls, in percent, whose callee may be unknown; by default there is no limit."""
    clients: Annotated[Mapping[str, Client], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.PARTS)] = field(
        default_factory=dict
    )
    """Further libraries, or the project's own gateways, by channel."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        return " ".join(rule.sentence for rule in self.rules)

    def checker(self, codebase: Codebase) -> Checker:
        """The function that yields a violation for each call that leads to a forbidden effect."""
        return _Search(self, codebase, effect_table(codebase, self.clients)).violations

    def context(self, codebase: Codebase) -> Iterable[Collection[str]]:
        """The modules whose functions are not followed, by rule."""
        return [codebase.members(rule.except_) for rule in self.rules]

    def inputs_by_membership(self, codebase: Codebase) -> Iterable[Collection[str]]:
        """The modules that each rule looks at."""
        return (_scope_of(rule, codebase) for rule in self.rules)

    def names(self, codebase: Codebase) -> SemanticModel:
        """The semantic model, which resolves the names in the code."""
        return semantic_model(codebase, self.clients)

    def unresolved_calls(self, codebase: Codebase, module: str) -> int:
        """How many call sites of `module` have an unknown callee: what they do is not checked."""
        return effect_table(codebase, self.clients).unresolved(codebase.sources[module])

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error for each unknown effect, and for a rule that can never be broken."""
        if not 1 <= self.depth <= _MOST_CALLS_DEEP:
            yield ContractError(f"must be from 1 to {_MOST_CALLS_DEEP}", "depth")
        if self.max_unresolved is not None and not 0 <= self.max_unresolved <= 100:  # noqa: PLR2004  # percent
            yield ContractError("must be a percentage from 0 to 100", "max_unresolved")
        yield from client_faults(codebase, self.clients, self.client_channels)
        for index, rule in enumerate(self.rules):
            yield from _faults(rule, index)
            if not _scope_of(rule, codebase):
                yield VacuousError(f"rule {index + 1} looks at no module that is not under its `except`", "rules")

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the rules look at."""
        return frozenset().union(*(_scope_of(rule, codebase) for rule in self.rules))

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the rules look at."""
        scan_program(codebase)  # before the workers need it
        return self.scope(codebase) & codebase.sources.keys()


def _scope_of(rule: EffectRule, codebase: Codebase) -> frozenset[str]:
    modules = codebase.members(rule.modules) if rule.modules else codebase.modules
    return modules - codebase.members(rule.except_)


def _faults(rule: EffectRule, index: int) -> Iterator[ContractError]:
    if not rule.must_not:
        yield ContractError("forbids nothing", keys=("rules", index, "must_not"))
    for number, word in enumerate(rule.must_not):
        if word not in EFFECT_WORDS:
            close = get_close_matches(word, EFFECT_WORDS, 1)
            hint = f"did you mean '{close[0]}'?" if close else f"effects are: {', '.join(EFFECT_WORDS)}"
            yield ContractError(f"there is no effect '{word}'", hint=hint, keys=("rules", index, "must_not", number))


class _Search:
    """Finds the violations of `contract`; rules that differ in neither depth nor exceptions share what they find."""

    def __init__(self, contract: Effects, codebase: Codebase, table: EffectTable) -> None:
        self.contract = contract
        self.table = table
        shared: dict[tuple[int, frozenset[str]], CallEffects] = {}
        self.rules: list[tuple[frozenset[str], _RuleSearch]] = []
        for rule in contract.rules:
            depth = contract.depth if rule.through == "calls" else 0
            key = (depth, codebase.members(rule.except_))
            # Summaries of functions are what costs; rules of a contract mostly differ in words only.
            effects = shared.setdefault(key, CallEffects(table, *key))
            self.rules.append((_scope_of(rule, codebase), _RuleSearch(contract, rule, codebase, table, effects)))

    def violations(self, source: Source) -> Iterator[Violation]:
        """Every violation in `source`."""
        functions = list(self.table.functions(source))
        for modules, search in self.rules:
            if source.module in modules:
                for function in functions:
                    yield from search.violations(function, source)
        yield from self._unresolved(source)

    def _unresolved(self, source: Source) -> Iterator[Violation]:
        limit = self.contract.max_unresolved
        if limit is None:
            return
        calls = self.table.model.files.call_count(source.module)
        unknown = self.table.unresolved(source)
        if 100 * unknown <= limit * calls:
            return
        share = f"{unknown} of {calls} calls"
        yield self.contract.violation(
            f"the callee of {share} in {source.module} is unknown, more than {limit} %: what they do is not checked",
            Location(source.display_path),
            source.module,
            rule="max_unresolved",
            fix=("annotate the parameters and attributes that these calls are made on", "raise `max_unresolved`"),
        )


@dataclass(frozen=True)
class _RuleSearch:
    """Finds the violations of one rule."""

    contract: Effects
    rule: EffectRule
    codebase: Codebase
    table: EffectTable
    effects: CallEffects

    def violations(self, function: Scope, source: Source) -> Iterator[Violation]:
        """The violations in the function: one for each call and each query with a name."""
        selection = self._selects(function, source) if self._may_be_broken_in(function) else None
        if selection is None:
            return
        body = self.table.looped(function) if self.rule.in_ == "loop" else self.table.body(function)
        found = [(site, effects) for site in body.sites if (effects := self._at(site, body))]
        if self.rule.in_ == "transaction" and found:
            # Only where there is something to find: whether a site is in a transaction takes a look at all callers.
            found = list(in_transactions(self.table, self.effects, body, found))
        for site, effects in _once_per_query(found):
            yield self._violation(effects, site, body, source, selection)

    def _may_be_broken_in(self, function: Scope) -> bool:
        """Whether the function may break the rule, judged by less than its body."""
        if self.rule.in_ == "loop" and not self.table.has_loop(function):
            return False
        if self.asks_for_async and not isinstance(function.node, ast.AsyncFunctionDef):
            return False
        return self.may_be_lazy or self.effects.may_reach(function, self.channels)

    @cached_property
    def asks_for_async(self) -> bool:
        """Whether the rule is about asynchronous functions only: few are, and this is told at once."""
        shape = bound_predicates(self.rule.functions) if self.rule.functions else ()
        return any(predicate.key == "be" and predicate.value == (Modifier.ASYNC,) for predicate in shape)

    @cached_property
    def may_be_lazy(self) -> bool:
        """Whether the rule forbids what a lazily executed query does."""
        return may_be_lazy(self.rule.must_not)

    @cached_property
    def channels(self) -> frozenset[str]:
        """The channels of what the rule forbids."""
        return channels_of(self.rule.must_not)

    def _at(self, site: Site, body: Body) -> list[Reached]:
        """The forbidden effects of `site`."""
        return [reached for reached in self.effects.reached(site, body.scope) if self._forbids(reached)]

    def _selects(self, scope: Scope, source: Source) -> Confidence | None:
        """The confidence that the rule looks at the function with this scope; None if it does not."""
        if self.rule.functions is None:
            return Confidence.CERTAIN
        facts = self.codebase.once(StructureFacts)
        subject = facts.definition(source.module, scope.name, getattr(scope.node, "lineno", 0))
        return confidence(self.rule.functions, facts, subject) if subject else None

    def _forbids(self, reached: Reached) -> bool:
        return not words_of(reached.effect, blocks=reached.blocks).isdisjoint(self.rule.must_not)

    def _violation(
        self, found: Sequence[Reached], site: Site, body: Body, source: Source, selection: Confidence
    ) -> Violation:
        # One violation for each call, by the most certain effect and the shortest way to it: that is the one to look at
        # first.
        first = min(found, key=lambda reached: (list(Confidence).index(reached.confidence), len(reached.chain)))
        what = phrase(found, self.rule.must_not)
        where = {"loop": " in a loop", "transaction": " in a transaction"}.get(self.rule.in_ or "", "")
        violation = self.contract.violation(
            f"{body.scope.name} must not {what}{where}: it calls `{site.symbol}`",
            site.location,
            source.module,
            symbol=site.symbol,
            rule=self.rule.about,
            chain=first.steps(),
            fix=_fixes(self.rule, first),
            confidence=max(first.confidence, selection, key=list(Confidence).index),
        )
        return replace(violation, reason=self.rule.reason or self.contract.reason)


def _once_per_query(found: Iterable[tuple[Site, list[Reached]]]) -> Iterator[tuple[Site, list[Reached]]]:
    """`found` without further executions of a query with a name."""
    seen = set[Binding]()
    for site, effects in found:
        if site.query is None or site.query not in seen:
            yield site, effects
        if site.query is not None:
            seen.add(site.query)


def _fixes(rule: EffectRule, reached: Reached) -> tuple[str, ...]:
    match rule.in_:
        case "loop":
            return ("do it once for all, before or after the loop", f"exempt it with a reason: {_IGNORE}")
        case "transaction":
            return ("do it after the commit", "name the module that may do it under `except`")
    if "blocking" in rule.must_not and reached.blocks:
        return ("await an asynchronous client", "run it in a thread: `await asyncio.to_thread(...)`")
    return ("move it to where it is allowed, and call that from there", "name the module under `except`")


_IGNORE = "`# archguard: ignore[...] reason`"
