"""`gateway`: outbound calls (which modules, which hosts, timeouts), and where entry points are declared."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from archguard.codebase import Codebase, OneOrMany, Patterns, SomeNames, SomePatterns, Source
from archguard.codebase.memo import per_codebase
from archguard.codebase.modules.namespace import is_test
from archguard.codebase.strictness import Weaker, WeakerEntries
from archguard.dataclass import dataclass
from archguard.effects import CHANNELS as ALL_CHANNELS
from archguard.effects import AddedClients, Client, load_catalogue, semantic_model
from archguard.effects.client_calls import ClientCall
from archguard.effects.client_flow import modules_with_clients
from archguard.effects.entry_points import EntryPoints
from archguard.effects.hosts import Hosts, urls_reached
from archguard.effects.outbound import Outbound, OutboundEffect
from archguard.effects.timeouts import Timeouts
from archguard.effects.tracing import holds
from archguard.effects.urls import SCHEMES, Url
from archguard.effects.uses import Uses
from archguard.effects.wrappers import Wrappers
from archguard.kinds.breakability import always_inside
from archguard.kinds.client_faults import client_faults
from archguard.kinds.contract import ContractError, VacuousError, listed
from archguard.kinds.per_file import Checker, PerFileContract
from archguard.kinds.requirement import CHANNELS, Channel, Requirement
from archguard.model import Severity, Violation
from archguard.semantics import SemanticModel

_URLS = re.compile(rb"//")
_KEY_FIXES = (
    "send a header `Idempotency-Key` that is the same for each attempt, if the other side knows it",
    "do not repeat the POST",
)


@dataclass(frozen=True, kw_only=True)
class Gateway(PerFileContract):
    """Only `allowed_in` reaches outside, only `hosts` are reached, and requests have what they `require`."""

    kind: ClassVar[str] = "gateway"
    client_channels: ClassVar[tuple[str, ...]] = CHANNELS
    """The channels of `clients` that it knows."""

    allowed_in: Annotated[Patterns, Weaker.LARGER] = ()
    """The modules that may reach outside."""
    modules: Annotated[Patterns, Weaker.SMALLER_NOT_EMPTY] = ()
    """The modules that are held to it; by default all that are not in `allowed_in`."""
    channels: Annotated[tuple[Channel, ...], OneOrMany(empty=False), Weaker.SMALLER] = CHANNELS
    """What counts as outside: `http`, `rpc`, `queue`, `cloud`, `saas`, `network` (sockets, SSH, FTP, LDAP), `email`."""
    detect: Annotated[tuple[Literal["imports", "calls"], ...], OneOrMany(empty=False), Weaker.SMALLER] = (
        "imports",
        "calls",
    )
    """What counts as reaching: the import of a client, a call of one."""
    hosts: Annotated[SomeNames, Weaker.LARGER_OR_EMPTY] = ()
    """If given, the only hosts that URLs in the code may name, in `allowed_in` too: `api.shop.com`, `*.internal`,
    `api.shop.com/v2`, `https://api.shop.com`."""
    require: Annotated[tuple[Requirement, ...], OneOrMany(empty=False), Weaker.SMALLER] = ()
    """What every request must have, in `allowed_in` too: `timeout`, of its own or of its client, `idempotency_key`, or
    mappings with one of `timeout`, `wrapped_in`, `breaker` and `idempotency_key`, and with `channels` and `hosts`."""
    routes_in: Annotated[SomePatterns, Weaker.LARGER_OR_EMPTY] = ()
    """If given, the only modules that may declare routes, remote procedures and tasks."""
    clients: Annotated[Mapping[str, Client], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.PARTS)] = field(
        default_factory=dict
    )
    """Further libraries, by channel."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        asked = {
            f"Only {listed(self.allowed_in)} reach outside.": self.allowed_in,
            f"{listed(self.modules)} do not reach outside.": self.modules and not self.allowed_in,
            f"URLs name {listed(self.hosts)} only.": self.hosts,
            **{requirement.sentence: True for requirement in self.require},
            f"Only {listed(self.routes_in)} declare routes.": self.routes_in,
        }
        return " ".join(clause for clause, is_asked in asked.items() if is_asked)

    @property
    def usual_fixes(self) -> tuple[str, ...]:
        """Move what reaches outside to where it is allowed."""
        where = listed(self.allowed_in)
        return (f"move it to {where}, and call that from here" if where else "move it to where it is allowed",)

    @property
    def allowed_places(self) -> Patterns:
        """Those of `allowed_in`."""
        return self.allowed_in

    def checker(self, codebase: Codebase) -> Checker:
        """The function that yields a violation for each import, call, URL and route that breaks the contract."""
        search = _Search(
            self, codebase, self._restricted(codebase), self._with_clients(codebase), self._with_urls(codebase)
        )
        return search.violations

    def context(self, codebase: Codebase) -> Iterable[Collection[str]]:
        """The modules that may reach outside."""
        return (codebase.members(self.allowed_in),)

    def inputs_by_membership(self, codebase: Codebase) -> Iterable[Collection[str]]:
        """The modules that can have a client, and those of which something is asked."""
        with_clients, restricted = self._with_clients(codebase), self._restricted(codebase)
        return with_clients, restricted, self._with_urls(codebase), codebase.members(self.routes_in)

    def inputs_by_import(self, codebase: Codebase) -> Iterable[AbstractSet[str]]:
        """The modules that can export a client."""
        return (self._with_clients(codebase),)

    def names(self, codebase: Codebase) -> SemanticModel:
        """The semantic model, which resolves the names in the code."""
        return semantic_model(codebase, self.clients)

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error if it restricts no module."""
        yield from client_faults(codebase, self.clients, self.client_channels)
        asks_all = self.hosts or self.require or self.routes_in
        if not (self.allowed_in or self.modules or asks_all):
            yield ContractError("needs one of `allowed_in`, `modules`, `hosts`, `require` and `routes_in`")
        elif not asks_all and not self._restricted(codebase) and always_inside(codebase, self.modules, self.allowed_in):
            yield VacuousError("every module is in `allowed_in`", "allowed_in")
        for index, requirement in enumerate(self.require):
            yield from requirement.faults(codebase, index, self.channels)
        # No pattern names this host, so what matches it in every scheme matches all.
        any_host = [Url(scheme, "made-up-9.invalid") for scheme in SCHEMES]
        if self.hosts and all(any(url.matches(host) for host in self.hosts) for url in any_host):
            yield VacuousError("every host is allowed", "hosts")
        if self.routes_in and always_inside(codebase, self.modules, self.routes_in):
            yield VacuousError("every module is in `routes_in`", "routes_in")

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the contract checks."""
        # These hold in gateways as well, so gateways are in the scope too.
        asks_all = self.hosts or self.require or self.routes_in
        if not asks_all:
            return self._restricted(codebase)
        return codebase.members((*self.modules, *self.allowed_in)) if self.modules else codebase.modules

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        """The modules that can contain violations."""
        with_clients = self._with_clients(codebase)  # also for `routes_in`: shards cannot share this work
        if self.routes_in:
            return self.scope(codebase)
        return self.scope(codebase) & (with_clients | self._with_urls(codebase))

    def _with_clients(self, codebase: Codebase) -> frozenset[str]:
        """The modules that can use a client."""
        return modules_with_clients(codebase, self.channels, AddedClients.of(self.clients))

    def _with_urls(self, codebase: Codebase) -> frozenset[str]:
        """The modules whose files contain `//`, without which there is no URL."""
        return _with_urls(codebase) if self.hosts else frozenset()

    def _restricted(self, codebase: Codebase) -> frozenset[str]:
        """The modules that must not reach outside."""
        if not self.allowed_in and not self.modules:
            return frozenset()
        return _without_gateways(codebase, self.modules, self.allowed_in)


@per_codebase
def _with_urls(codebase: Codebase) -> frozenset[str]:
    return frozenset(source.module for source in codebase.sources.values() if holds(source, _URLS))


@per_codebase
def _without_gateways(codebase: Codebase, modules: Patterns, gateways: Patterns) -> frozenset[str]:
    """All of `modules`, by default all of the project, but `gateways`."""
    return (codebase.members(modules) if modules else codebase.modules) - codebase.members(gateways)


@dataclass(frozen=True)
class _Search:
    """Finds the violations of `contract`."""

    contract: Gateway
    codebase: Codebase
    restricted: frozenset[str]
    """The modules that must not reach outside."""
    with_clients: frozenset[str]
    """The modules that can use a client."""
    with_urls: frozenset[str]
    """The modules that can name a host."""

    def violations(self, source: Source) -> Iterator[Violation]:
        """Every violation in `source`."""
        has_client = source.module in self.with_clients
        if has_client and source.module in self.restricted:
            yield from self._outbound_effects(source)
        if self.contract.hosts and (has_client or source.module in self.with_urls):
            yield from self._forbidden_hosts(source)
        if has_client and self.contract.require:
            # Two requirements over several channels ask for the same of one request.
            yield from dict.fromkeys(self._lacking(source))
        if self.contract.routes_in and source.module not in self.entry_points:
            yield from self._misplaced_entry_points(source)

    @cached_property
    def names(self) -> SemanticModel:
        """The semantic model, which resolves the names in the code."""
        return self.contract.names(self.codebase)

    @cached_property
    def outbound(self) -> Outbound:
        """The outbound effects of the code."""
        gateways = self.codebase.members(self.contract.allowed_in)
        return Outbound(self.names, self.contract.channels, self.contract.clients, gateways, self.with_clients)

    @cached_property
    def outbound_over(self) -> Mapping[tuple[Channel, ...], Outbound]:
        """The outbound effects by the channels of the requirements; a requirement without any is about all."""
        channels = {requirement.channels for requirement in self.contract.require}
        return {some: replace(self.outbound, channels=some) if some else self.outbound for some in channels}

    @cached_property
    def timeouts(self) -> Timeouts:
        """Finds calls without a timeout; the catalogue of all channels says where they take one."""
        return Timeouts(self.names, load_catalogue(ALL_CHANNELS, self.contract.clients))

    @cached_property
    def wrappers(self) -> Mapping[tuple[str, ...], Wrappers]:
        """Finds the requests that no wrapper covers, by the names of the wrappers."""
        # Without tests: a test that calls a function directly is no caller that a wrapper has to cover.
        sources = self.codebase.sources
        uses = Uses(self.names, tuple(sources[module] for module in sorted(sources) if not is_test(module)))
        named = {requirement.wrappers for requirement in self.contract.require}
        return {names: Wrappers(self.names, self.timeouts.catalogue, names, uses) for names in named}

    @cached_property
    def entry_points(self) -> frozenset[str]:
        """The modules that may declare entry points."""
        return self.codebase.members(self.contract.routes_in)

    def _outbound_effects(self, source: Source) -> Iterator[Violation]:
        found = [*self._imports(source)] if "imports" in self.contract.detect else []
        found += self.outbound.calls(source) if "calls" in self.contract.detect else []
        for reached in dict.fromkeys(found):
            yield self.contract.violation(
                f"{source.module} must not {reached.action}",
                reached.location,
                source.module,
                reached.imported,
                symbol=reached.symbol,
                fix=self.contract.usual_fixes,
                confidence=reached.confidence,
            )

    def _imports(self, source: Source) -> Iterator[OutboundEffect]:
        """The imports that count: those that `ignore` or their traits exclude are not in the import graph."""
        imported = self.codebase.imports.imported_by(source.module)
        lines = frozenset(line for lines in imported.values() for line in lines)
        yield from (reached for reached in self.outbound.imports(source) if reached.location.line in lines)

    def _forbidden_hosts(self, source: Source) -> Iterator[Violation]:
        listed = ", ".join(self.contract.hosts)
        for named in Hosts(self.names, self.contract.hosts).of(source, self.outbound.uses(source)):
            yield self.contract.violation(
                f"{source.module} must not {named.action} {named.url}: only {listed} may be reached",
                named.location,
                source.module,
                symbol=named.url.host,
                rule="hosts",
                fix=(f"use one of {listed}", f"add {named.url.host} to `hosts`"),
                confidence=named.confidence,
            )

    def _lacking(self, source: Source) -> Iterator[Violation]:
        """The violations of all requirements; of two that ask for the same, one."""
        for requirement in self.contract.require:
            if not requirement.idempotency_key:
                yield from self._unmet(requirement, source)
            if requirement.idempotency_key or requirement.wrapped_in:
                yield from self._repeated(requirement, source)

    def _unmet(self, requirement: Requirement, source: Source) -> Iterator[Violation]:
        """A violation for each request that does not have what `requirement` asks for."""
        for use in self._requests_without(requirement, source):
            yield self.contract.violation(
                f"{source.module} must not call {use.symbol} {requirement.lack}",
                use.location,
                source.module,
                symbol=use.symbol,
                rule=requirement.about,
                fix=(requirement.fix,),
                confidence=use.confidence,
            )

    def _repeated(self, requirement: Requirement, source: Source) -> Iterator[Violation]:
        """A warning for each request that is repeated and would be carried out twice."""
        from archguard.effects.idempotency import RepeatedRequests  # noqa: PLC0415  # few contracts ask for it

        requests = self._requests(requirement, source)
        for use in RepeatedRequests(self.wrappers[requirement.wrappers]).without_key(requests):
            found = self.contract.violation(
                f"{source.module} must not repeat {use.symbol} without an idempotency key",
                use.location,
                source.module,
                symbol=use.symbol,
                rule=f"{requirement.RULE}{requirement.KEY_RULE}",
                fix=_KEY_FIXES,
                confidence=use.confidence,
            )
            is_error = found.severity is Severity.ERROR
            # Whether the other side notices a repetition by itself is not in the code, so it is never an error.
            yield replace(found, severity=Severity.WARNING) if is_error else found

    def _requests(self, requirement: Requirement, source: Source) -> Iterator[ClientCall]:
        """The requests in `source` that `requirement` is about."""
        outbound = self.outbound_over[requirement.channels]
        return (use for use in outbound.uses(source) if self._is_to(requirement.hosts, use))

    def _requests_without(self, requirement: Requirement, source: Source) -> Iterator[ClientCall]:
        uses = self._requests(requirement, source)
        if requirement.timeout:
            return filter(self.timeouts.missing, uses)
        return self.wrappers[requirement.wrappers].unwrapped(uses)

    def _is_to(self, hosts: tuple[str, ...], use: ClientCall) -> bool:
        """Whether `use` goes to one of `hosts`, as far as is known; every one does if there are none."""
        return not hosts or any(url.matches(host) for url in urls_reached(self.names, use) for host in hosts)

    def _misplaced_entry_points(self, source: Source) -> Iterator[Violation]:
        where = ", ".join(map(str, self.contract.routes_in))
        for entry in EntryPoints(self.names).of(source):
            what = f"{entry.name} with {entry.symbol}" if entry.name else f"anything with {entry.symbol}"
            yield self.contract.violation(
                f"{source.module} must not declare {what}: entry points are in {where}",
                entry.location,
                source.module,
                symbol=f"{entry.symbol} {entry.name}".strip(),
                rule="routes_in",
                fix=(f"declare it in {where}, and call {source.module} from there",),
                confidence=entry.confidence,
            )
