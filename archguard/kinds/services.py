"""`services`: which service may reach which other one, and over which channels."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from itertools import chain, groupby
from typing import Annotated, ClassVar, Literal, TypeAlias, TypeVar

from archguard.codebase import Codebase, Names, OneOrMany, Pattern, PatternError, Shorthand
from archguard.codebase.strictness import Weaker, WeakerEntries
from archguard.dataclass import dataclass
from archguard.effects import semantic_model
from archguard.effects.interactions import Channel, Interaction, ServiceMap, find_interactions, hosts_outside
from archguard.effects.parsed_files import parsed_files
from archguard.kinds.breakability import always_inside
from archguard.kinds.contract import Contract, ContractError, VacuousError
from archguard.model import Checked, Severity, Violation
from archguard.model.names import split_last, top_package

_T = TypeVar("_T")
_Keys: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Permission(Shorthand):
    """Which services one service may reach, and how."""

    may_call: Annotated[Names, Weaker.LARGER]
    """The services; `*` stands for any text."""
    through: Annotated[Names, Weaker.ANY] = ()
    """The modules of theirs that may be imported, instead of their `public` ones: `payments.client`,
    `payments::app.client` or `app.client`."""
    channels: Annotated[tuple[Channel, ...], OneOrMany(empty=False), Weaker.LARGER] = (
        Channel.IMPORT,
        Channel.HTTP,
        Channel.RPC,
        Channel.QUEUE,
    )
    """The ways that are allowed. Another service's tables are out of bounds unless `table` is among them."""

    @classmethod
    def expand(cls, short: object) -> Mapping[str, object]:
        """A list of services is short for `may_call`."""
        return {"may_call": short}

    def names(self, service: str) -> bool:
        """Whether it applies to calls of `service`."""
        return any(fnmatchcase(service, pattern) for pattern in self.may_call)


Permissions = Annotated[tuple[Permission, ...], OneOrMany()]


@dataclass(frozen=True, kw_only=True)
class Services(Contract):
    """A service reaches another one only if `policy` lets it, and imports only what is published."""

    kind: ClassVar[str] = "services"
    checks_by_file: ClassVar[bool] = True

    policy: Annotated[Mapping[str, Permissions], WeakerEntries(keys=Weaker.LARGER, values=Weaker.LARGER)]
    """For each service (`*` stands for any text) the others that it may call: names, or mappings with `may_call`,
    `through` and `channels`. What is not allowed is forbidden."""
    channels: Annotated[tuple[Channel, ...], OneOrMany(empty=False), Weaker.SMALLER] = tuple(Channel)
    """The ways that are looked at."""
    external_hosts: Annotated[Mapping[str, Names], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.LARGER)] = field(
        default_factory=dict
    )
    """For a service (`*` stands for any text), the only hosts outside of all services that its code may name; others
    are not held to it."""
    unused_permissions: Annotated[Severity | Literal["ignore"], Weaker.LATER] = Severity.WARNING
    """How a permission that no code uses is reported."""

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each interaction that the policy denies, and for each unused permission."""
        services = ServiceMap(codebase)
        interactions = tuple(find_interactions(codebase, services, self._offers(services), self.channels))
        # Several services may consume the same topic; it is allowed if the policy permits one of them.
        for _, alternatives in groupby(interactions, lambda interaction: replace(interaction, callee="")):
            reasons = [(interaction, self._why_not(codebase, interaction)) for interaction in alternatives]
            if all(why for _, why in reasons):
                yield self._violation(*reasons[0])
        for caller in services.modules:
            if hosts := _matching(caller, self.external_hosts):
                yield from self._outside(codebase, services, caller, tuple(chain.from_iterable(hosts)))
        if self.unused_permissions != "ignore":
            yield from self._unused(codebase, services, interactions, self.unused_permissions)

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error for each name in the policy that matches no service, module or channel."""
        services = ServiceMap(codebase)
        if not codebase.services:
            yield ContractError("there are no services: declare them under `services:`", "policy")
            return
        if not self.external_hosts and self._allows_everything(services):
            why = "there is only one service" if len(services.modules) == 1 else "each may reach all of the others"
            yield VacuousError(why, "policy")
        for key, callers in {"policy": self.policy, "external_hosts": self.external_hosts}.items():
            for caller in callers:
                yield from _unknown(codebase, caller, (key, caller), at_key=True)
        for caller, permissions in self.policy.items():
            for index, permission in enumerate(permissions):
                keys = ("policy", caller, index)
                for position, name in enumerate(permission.may_call):
                    yield from _unknown(codebase, name, (*keys, "may_call", position))
                yield from self._pointless(caller, permission, keys)
                yield from self._without_modules(services, permission, keys)
        for module, owners in services.shared():
            yield ContractError(f"{module} belongs to {' and '.join(owners)}; a module has one service", "policy")

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules of all services."""
        return frozenset(ServiceMap(codebase).owners)

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        """The modules of all services, unless only imports are checked."""
        return frozenset() if self.channels == (Channel.IMPORT,) else self.scope(codebase)

    def coverage(self, codebase: Codebase) -> Checked:
        """How many modules, imports and calls are checked."""
        calls = parsed_files(codebase, self.modules_to_parse(codebase)).calls
        return replace(super().coverage(codebase), calls=calls)

    def _allows_everything(self, services: ServiceMap) -> bool:
        """Whether each service may reach each other one over all channels, and import all of it."""
        offers = self._offers(services)
        return all(
            set(self.channels)
            <= {channel for permission in self._permissions(*pair) for channel in permission.channels}
            and (Channel.IMPORT not in self.channels or _is_all_of(services, pair[1], offers[pair]))
            for pair in offers
        )

    def _pointless(self, caller: str, permission: Permission, keys: _Keys) -> Iterator[ContractError]:
        if caller in permission.may_call and "*" not in caller:
            place = (*keys, "may_call", permission.may_call.index(caller))
            yield ContractError(f"{caller} may always call itself", keys=place)
        if not set(permission.channels) & set(self.channels):
            yield ContractError(
                f"{caller} may call over {', '.join(permission.channels)}, which is not looked at",
                keys=(*keys, "channels"),
            )
        if permission.through and Channel.IMPORT not in permission.channels:
            yield ContractError("`through` is about imports, which are not among `channels`", keys=(*keys, "through"))

    def _without_modules(self, services: ServiceMap, permission: Permission, keys: _Keys) -> Iterator[ContractError]:
        called = [name for name in services.modules if permission.names(name)]
        for index, text in enumerate(permission.through if called else ()):
            try:
                found = any(_is_found(services, name, text) for name in called)
            except PatternError as error:
                yield ContractError(f"'{text}': {error}", keys=(*keys, "through", index))
                continue
            if not found:
                message = f"'{text}' is no module of {' or '.join(called)}"
                yield ContractError(message, keys=(*keys, "through", index))

    def _offers(self, services: ServiceMap) -> Mapping[tuple[str, str], tuple[Pattern, ...]]:
        names = list(services.modules)
        return {(one, other): self._offered(services, one, other) for one in names for other in names if one != other}

    def _offered(self, services: ServiceMap, caller: str, callee: str) -> tuple[Pattern, ...]:
        units = _units(services, callee)
        granted = [
            permission for permission in self._permissions(caller, callee) if Channel.IMPORT in permission.channels
        ]
        named = [text for permission in granted for text in permission.through]
        through = [pattern for text in named for pattern in _spellings(text, callee, units)]
        # What `through` names replaces what the callee offers to everybody; without a permission, nothing is offered.
        return tuple(through) or (services.codebase.services[callee].public if granted else ())

    def _permissions(self, caller: str, callee: str) -> list[Permission]:
        permissions = chain.from_iterable(_matching(caller, self.policy))
        return [permission for permission in permissions if permission.names(callee)]

    def _why_not(self, codebase: Codebase, interaction: Interaction) -> str:
        """Why the interaction is denied; "" if it is allowed."""
        permissions = self._permissions(interaction.caller, interaction.callee)
        if not permissions:
            return f"{interaction.caller} may not call {interaction.callee}"
        channels = [channel for channel in Channel if any(channel in granted.channels for granted in permissions)]
        if interaction.channel not in channels:
            return f"{interaction.caller} may reach {interaction.callee} over {', '.join(channels)} only"
        if not interaction.unpublished:
            return ""
        through = [text for permission in permissions for text in permission.through]
        offered = ", ".join(through or map(str, codebase.services[interaction.callee].public))
        return f"{interaction.callee} offers {interaction.caller} " + (f"{offered} only" if offered else "no module")

    def _violation(self, interaction: Interaction, why: str) -> Violation:
        return self.violation(
            f"{interaction.importer} must not {interaction.does}: {why}",
            interaction.location,
            interaction.importer,
            interaction.imported or interaction.callee,
            symbol=interaction.symbol,
            chain=interaction.chain,
            fix=self._fixes(interaction),
            confidence=interaction.confidence,
        )

    def _outside(self, codebase: Codebase, services: ServiceMap, caller: str, hosts: Names) -> Iterator[Violation]:
        listed = ", ".join(hosts) or "no host"
        for source, named in hosts_outside(codebase, services, caller, tuple(hosts)):
            yield self.violation(
                f"{source.module} must not {named.action} {named.url}: {caller} may reach {listed} outside",
                named.location,
                source.module,
                symbol=named.url.host,
                rule="external_hosts",
                fix=(f"add {named.url.host} to `external_hosts` of {caller}",),
                confidence=named.confidence,
            )

    def _fixes(self, interaction: Interaction) -> tuple[str, ...]:
        use_interface = f"let {interaction.callee} offer what {interaction.caller} needs, and use that"
        if (
            interaction.channel is Channel.IMPORT
            and interaction.unpublished
            and self._permissions(interaction.caller, interaction.callee)
        ):
            return (use_interface, f"publish the module: add it to `public` of the service {interaction.callee}")
        permission = f"{{may_call: [{interaction.callee}], channels: {interaction.channel}}}"
        return (
            use_interface,
            f"allow it: `policy: {{{interaction.caller}: {permission}}}`",
        )

    def _unused(
        self, codebase: Codebase, services: ServiceMap, interactions: tuple[Interaction, ...], severity: Severity
    ) -> Iterator[Violation]:
        for caller, permissions in sorted(self.policy.items()):
            used = {(it.callee, it.channel) for it in interactions if fnmatchcase(it.caller, caller)}
            for permission in permissions:
                # A permission for a channel that is not looked at may be used there.
                for named in permission.may_call if set(permission.channels) <= set(self.channels) else ():
                    if not any(
                        fnmatchcase(callee, named) and channel in permission.channels for callee, channel in used
                    ):
                        yield self._unused_violation(codebase, services, caller, named, severity)

    def _unused_violation(
        self, codebase: Codebase, services: ServiceMap, caller: str, named: str, severity: Severity
    ) -> Violation:
        owned = (module for module, owner in services.owners.items() if fnmatchcase(owner, caller))
        first = min((module for module in owned if module in codebase.sources), default="")
        violation = self.violation(
            f"{caller} may call {named}, but no code of {caller} does",
            codebase.location_of(first),
            first or caller,
            named,
            rule="unused_permissions",
            fix=(f"remove {named} from `may_call` of {caller}",),
        )
        return replace(violation, severity=severity)


def _unknown(codebase: Codebase, name: str, keys: _Keys, *, at_key: bool = False) -> Iterator[ContractError]:
    known = sorted(codebase.services)
    if not any(fnmatchcase(service, name) for service in known):
        close = get_close_matches(name, known, 1)
        hint = f"did you mean '{close[0]}'?" if close else f"there is: {', '.join(known)}"
        yield ContractError(f"there is no service '{name}'", hint=hint, keys=keys, at_key=at_key)


def _is_all_of(services: ServiceMap, service: str, offered: tuple[Pattern, ...]) -> bool:
    """Whether `offered` matches every possible module of `service`."""
    return always_inside(services.codebase, (Pattern(service),), offered)


def _matching(service: str, values: Mapping[str, _T]) -> list[_T]:
    """The values under each name or pattern that matches `service`."""
    return [value for pattern, value in values.items() if fnmatchcase(service, pattern)]


def _units(services: ServiceMap, service: str) -> frozenset[str]:
    """The modules that names in `through` are relative to: those that the service lists, or its top-level packages."""
    modules, named = services.modules[service], services.codebase.services[service].modules
    units = {pattern.unit(module) for pattern in named for module in modules} - {""}
    return frozenset(units) or frozenset(top_package(module) for module in modules)


def _spellings(text: str, service: str, units: frozenset[str]) -> Iterator[Pattern]:
    """The patterns that `text` may stand for: `payments.client` is also `client` in each unit of `payments`."""
    head, _, rest = text.partition(".")
    yield Pattern(text)
    if head == service and rest:
        yield from (Pattern(f"{unit}.{rest}") for unit in sorted(units))


def _is_found(services: ServiceMap, service: str, text: str) -> bool:
    """Whether `text` matches a module of `service`, or a name in one."""
    modules, names = services.modules[service], semantic_model(services.codebase)
    for pattern in _spellings(text, service, _units(services, service)):
        holder, name = split_last(pattern.text)
        if any(pattern.unit(module) for module in modules):
            return True
        if holder in modules and names.resolver.resolve_in_module(holder, name):
            return True
    return False
