"""`database`: which modules may access a database, and which operations they may use."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from difflib import get_close_matches
from functools import partial
from typing import Annotated, ClassVar, Literal, TypeAlias

from archguard.codebase import Codebase, OneOrMany, Patterns, Source
from archguard.codebase import Names as Words
from archguard.codebase.strictness import Weaker, WeakerEntries
from archguard.codebase.worker_pool import broadcast
from archguard.dataclass import dataclass
from archguard.effects import (
    AddedClients,
    Catalogue,
    Client,
    Relevance,
    aws,
    find_relevant,
    is_verb,
    load_catalogue,
    semantic_model,
)
from archguard.effects.database import DatabaseEffect, DatabaseEffects, EffectKind
from archguard.effects.heuristics import is_guessed, may_hold_guesses
from archguard.effects.operations import SORTS, sort_of
from archguard.effects.sql import holds_sql, may_hold_sql
from archguard.kinds.breakability import always_inside
from archguard.kinds.client_faults import client_faults
from archguard.kinds.contract import ContractError, VacuousError, listed
from archguard.kinds.per_file import Checker, PerFileContract
from archguard.model import Violation
from archguard.semantics import SemanticModel

Detect: TypeAlias = Literal["imports", "calls", "sql", "models"]
Channel: TypeAlias = Literal["database", "cache"]


@dataclass(frozen=True, kw_only=True)
class Database(PerFileContract):
    """Only `allowed_in` reaches a database."""

    kind: ClassVar[str] = "database"
    client_channels: ClassVar[tuple[str, ...]] = ("database", "cache")
    """The channels of `clients` that it knows."""

    allowed_in: Annotated[Patterns, Weaker.LARGER] = ()
    """The modules that may reach a database."""
    modules: Annotated[Patterns, Weaker.SMALLER_NOT_EMPTY] = ()
    """The modules that are held to it; by default all that are not in `allowed_in`."""
    detect: Annotated[tuple[Detect, ...], OneOrMany(empty=False), Weaker.SMALLER] = ("imports", "calls", "sql")
    """What counts: `imports` of libraries, `calls` of what they give, `sql` in strings, imports of `models`."""
    allow: Annotated[Words, Weaker.LARGER] = ()
    """Methods that are allowed, such as `refresh`, or sorts of them: `read`, `write`, `transaction`, `build`."""
    deny: Annotated[Words, Weaker.SMALLER_NOT_EMPTY] = ()
    """If given, only these methods, or sorts of them, are forbidden: `commit` keeps it in `allowed_in`."""
    check_parameters: Annotated[bool, Weaker.SMALLER] = False
    """Whether a parameter whose type is a session or a connection counts by itself."""
    channels: Annotated[tuple[Channel, ...], OneOrMany(empty=False), Weaker.SMALLER] = ("database",)
    """What is taken for a database."""
    clients: Annotated[Mapping[str, Client], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.PARTS)] = field(
        default_factory=dict
    )
    """Further libraries, or the project's own: which modules, functions and methods are a database."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        who = f"Only {listed(self.allowed_in)}" if self.allowed_in else f"{listed(self.modules)} do not"
        denied = f" to {listed(self.deny)}" if self.deny else ""
        allowed = f", other than to {listed(self.allow)}" if self.allow else ""
        return f"{who} reach a database{denied}{allowed}."

    @property
    def usual_fixes(self) -> tuple[str, ...]:
        """Move the access to where it is allowed."""
        where = listed(self.allowed_in)
        return (f"move it to {where}, and call that from here" if where else "move it to where it is allowed",)

    @property
    def allowed_places(self) -> Patterns:
        """Those of `allowed_in`."""
        return self.allowed_in

    def checker(self, codebase: Codebase) -> Checker:
        """The function that yields a violation for each import, call and SQL statement that is not allowed."""
        known = load_catalogue(self.channels, self.clients)
        of_aws = self.channels if aws.is_used(codebase) else ()
        allowed = codebase.members(self.allowed_in)
        near, guessing = self._relevance(codebase).near, "database" in self.channels
        accesses = DatabaseEffects(self.names(codebase), known, near, guessing, of_aws, allowed, deriving=True)
        return partial(self._violations, codebase, accesses)

    def context(self, codebase: Codebase) -> Iterable[Collection[str]]:
        """The modules that can export a client, and those whose repositories every module may use."""
        return self._relevance(codebase).near, codebase.members(self.allowed_in)

    def names(self, codebase: Codebase) -> SemanticModel:
        """The semantic model, which resolves the names in the code."""
        return semantic_model(codebase, self.clients)

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error if it restricts no module."""
        if not self.allowed_in and not self.modules:
            yield ContractError("needs `allowed_in`, `modules`, or both")
        elif not self.check_parameters and (why := self._looks_for_nothing):
            yield VacuousError(why, "detect")
        elif not self.scope(codebase) and always_inside(codebase, self.modules, self.allowed_in):
            yield VacuousError("all of its modules are in `allowed_in`", "allowed_in")
        if not self.check_parameters and set(SORTS) <= set(self.allow):
            yield VacuousError("every sort of methods is allowed", "allow")
        elif self.deny and all(word in self.allow or _sort_of_word(word) in self.allow for word in self.deny):
            yield VacuousError("all that `deny` names is allowed", "deny")
        yield from client_faults(codebase, self.clients, self.client_channels)
        yield from self._misspelt(codebase, "allow", self.allow)
        yield from self._misspelt(codebase, "deny", self.deny)

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the contract checks."""
        checked = codebase.members(self.modules) if self.modules else codebase.modules
        return checked - codebase.members(self.allowed_in)

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        """The checked modules that can access a database at all."""
        return self._relevance(codebase).modules & self.scope(codebase)

    def _relevance(self, codebase: Codebase) -> Relevance:
        return _relevance(codebase, self.channels, AddedClients.of(self.clients))

    @property
    def _looks_for_nothing(self) -> str:
        """Why nothing that `detect` names can be a violation; "" if something can."""
        if set(self.detect) == {"sql"} and "database" not in self.channels:
            return "caches are asked without SQL"
        if (self.allow or self.deny) and set(self.detect) <= {"imports", "models"}:
            return "`allow` and `deny` are about methods, and imports are all that it looks at"
        return ""

    def _misspelt(self, codebase: Codebase, key: str, names: Words) -> Iterator[ContractError]:
        """Those of `names` that are neither a sort of methods nor a known method."""
        known = _known(codebase, self.channels, self.clients) if names else Catalogue(())
        for index, name in enumerate(names):
            if name not in SORTS and not is_verb(name, known) and not is_guessed(name):
                close = get_close_matches(name, [*SORTS, *sorted(known.words)], 1)
                hint = f"did you mean '{close[0]}'?" if close else f"sorts of methods are: {', '.join(SORTS)}"
                yield ContractError(f"no method of a database is called '{name}'", hint=hint, keys=(key, index))

    def _violations(self, codebase: Codebase, accesses: DatabaseEffects, source: Source) -> Iterator[Violation]:
        """The violations in one file: one per symbol and line, and one per expression."""
        reported = set[object]()
        for access in self._accesses(codebase, accesses, source):
            keys = {(access.location.line, access.imported, access.symbol), access.chain or access}
            if reported.isdisjoint(keys):
                yield self._violation(access, source.module)
            reported |= keys

    def _accesses(self, codebase: Codebase, accesses: DatabaseEffects, source: Source) -> Iterator[DatabaseEffect]:
        if not self.allow and not self.deny:
            yield from self._imports(codebase, accesses, source)
        if "calls" in self.detect:
            yield from _without_query_roots(access for access in accesses.calls(source) if self._forbids(access))
        if "sql" in self.detect and "database" in self.channels:
            yield from (access for access in accesses.statements(source) if self._forbids(access))
        if self.check_parameters:
            yield from accesses.parameters(source)

    def _imports(self, codebase: Codebase, accesses: DatabaseEffects, source: Source) -> Iterator[DatabaseEffect]:
        """The imports that count: those that `ignore` or their traits exclude are not in the import graph."""
        imported = codebase.imports.imported_by(source.module)
        lines = frozenset(line for lines in imported.values() for line in lines)
        found = [*accesses.imports(source)] if "imports" in self.detect else []
        found += accesses.models(source) if "models" in self.detect else []
        yield from (access for access in found if access.location.line in lines)

    def _forbids(self, effect: DatabaseEffect) -> bool:
        sorts = {effect.verb, "build" if effect.kind is EffectKind.BUILD else sort_of(effect.verb)}
        return sorts.isdisjoint(self.allow) and (not self.deny or not sorts.isdisjoint(self.deny))

    def _violation(self, effect: DatabaseEffect, module: str) -> Violation:
        return self.violation(
            f"{module} must not {_action(effect)}",
            effect.location,
            module,
            effect.imported,
            symbol=effect.symbol or ("" if effect.imported else f"sql {effect.kind}"),
            rule="check_parameters" if effect.kind is EffectKind.PARAMETER else "",
            fix=self.usual_fixes,
            confidence=effect.confidence,
        )


@broadcast
def _relevance(codebase: Codebase, channels: tuple[Channel, ...], clients: AddedClients) -> Relevance:
    known = _known(codebase, channels, clients.extensions)
    return find_relevant(codebase, known, "may use a database", _may_reach_a_database, holds_sql)


def _known(codebase: Codebase, channels: tuple[Channel, ...], clients: Mapping[str, Client]) -> Catalogue:
    """The clients of the channels, and those of AWS where they are used: some of its services are databases."""
    known = load_catalogue(channels, clients)
    return Catalogue((*known.clients, *aws.clients().clients)) if aws.is_used(codebase) else known


def _sort_of_word(word: str) -> str:
    """The sort of a method; a sort itself is returned as it is."""
    return word if word in SORTS else sort_of(word)


def _may_reach_a_database(content: bytes) -> bool:
    return may_hold_guesses(content) or may_hold_sql(content)


def _without_query_roots(accesses: Iterator[DatabaseEffect]) -> Iterator[DatabaseEffect]:
    """`Order.objects.filter()` is reported by its call; `Order.objects` by itself only if nothing is called on it."""
    found = list(accesses)
    called = {access.chain for access in found if access.kind is EffectKind.CALL}
    yield from (access for access in found if access.kind is not EffectKind.QUERY or access.chain not in called)


def _action(effect: DatabaseEffect) -> str:
    match effect.kind:
        case EffectKind.READ | EffectKind.WRITE:
            return f"hold SQL that {effect.kind}s {effect.symbol or 'a table'}"
        case EffectKind.IMPORT:
            return f"import {effect.imported}"
    return f"{_ACTIONS[effect.kind]} {effect.symbol}" + (f", {effect.what}" if effect.what else "")


_ACTIONS = {
    EffectKind.OWN_IMPORT: "import",
    EffectKind.CALL: "call",
    EffectKind.BUILD: "build queries with",
    EffectKind.TAKE: "take",
    EffectKind.QUERY: "query by",
    EffectKind.PARAMETER: "take",
}
