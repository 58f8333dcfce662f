"""`services`: which service may reach which other one, and over what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated, Any, ClassVar, Literal

from archguard.codebase import STRICT, Codebase, Names, OneOrMany, Pattern, PatternError, Shorthand, ancestry
from archguard.kinds.contacts import Contact, Territory, Way, find_contacts
from archguard.kinds.contract import Contract, ContractError
from archguard.model import Checked, Severity, Violation


@dataclass(frozen=True, kw_only=True)
class Permission(Shorthand):
    """Which services one service may reach, and how."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    may_call: Names
    """The services; `*` stands for any text."""
    through: Names = ()
    """The modules of theirs that may be imported, instead of their `public` ones: `payments.client`,
    `payments::app.client` or `app.client`."""
    over: Annotated[tuple[Way, ...], OneOrMany()] = (Way.IMPORT, Way.HTTP, Way.RPC, Way.QUEUE)
    """The ways that are allowed. Another service's tables are out of bounds unless `table` is among them."""

    @classmethod
    def expand(cls, short: object) -> Mapping[str, object]:
        """The services alone."""
        return {"may_call": short}

    def names(self, service: str) -> bool:
        """Whether it is about calling `service`."""
        return any(fnmatchcase(service, pattern) for pattern in self.may_call)

    def offered(self, service: str, units: frozenset[str]) -> Iterator[Pattern]:
        """What `through` can mean in `service`, whose top-level packages (or named modules) are `units`."""
        for text in self.through:
            head, _, rest = text.partition(".")
            yield Pattern(text)
            if head == service and rest:
                yield from (Pattern(f"{unit}.{rest}") for unit in sorted(units))


Permissions = Annotated[tuple[Permission, ...], OneOrMany()]


@dataclass(frozen=True, kw_only=True)
class Services(Contract):
    """A service reaches another one only if `policy` lets it, and imports only what is published."""

    kind: ClassVar[str] = "services"

    policy: Mapping[str, Permissions]
    """For each service the others that it may call: names, or mappings with `may_call`, `through` and `over`. What is
    not allowed is forbidden."""
    over: Annotated[tuple[Way, ...], OneOrMany()] = tuple(Way)
    """The ways that are looked at."""
    unused_permissions: Severity | Literal["ignore"] = Severity.WARNING
    """How a permission that no code uses is reported."""

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each place where a service goes against the policy, and for each unused permission."""
        territory = Territory(codebase)
        contacts = tuple(find_contacts(codebase, territory, self._offers(territory), self.over))
        for contact in contacts:
            if why := self._why_not(codebase, contact):
                yield self._violation(contact, why)
        if self.unused_permissions != "ignore":
            yield from self._unused(codebase, territory, contacts, self.unused_permissions)

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield a fault for each name in the policy that leads to no service, module or way."""
        territory = Territory(codebase)
        if not codebase.services:
            yield ContractError("there are no services: declare them under `services:`", "policy")
            return
        for name, permissions in self.policy.items():
            yield from self._unknown(codebase, (name,))
            for permission in permissions:
                yield from self._unknown(codebase, [it for it in permission.may_call if "*" not in it])
                yield from self._without_way(permission)
                yield from self._without_modules(territory, permission)
        for module, owners in territory.shared():
            yield ContractError(f"{module} belongs to {' and '.join(owners)}; a module has one service", "policy")

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules of all services."""
        return frozenset(Territory(codebase).owners)

    def parsed(self, codebase: Codebase) -> frozenset[str]:
        """The modules of all services, unless imports alone are looked at."""
        return frozenset() if self.over == (Way.IMPORT,) else self.scope(codebase)

    def checked(self, codebase: Codebase) -> Checked:
        """How much is looked at."""
        modules = self.scope(codebase)
        return Checked(modules=len(modules), imports=codebase.imports.count(modules))

    def _unknown(self, codebase: Codebase, names: Names | list[str]) -> Iterator[ContractError]:
        for name in names:
            if name not in codebase.services:
                close = get_close_matches(name, list(codebase.services), 1)
                known = f"there is: {', '.join(sorted(codebase.services))}"
                hint = f"did you mean '{close[0]}'?" if close else known
                yield ContractError(f"there is no service '{name}'", "policy", hint)

    def _without_way(self, permission: Permission) -> Iterator[ContractError]:
        if not set(permission.over) & set(self.over):
            ways = ", ".join(permission.over)
            yield ContractError(f"looks at no way that is allowed here: {ways}", "over")

    def _without_modules(self, territory: Territory, permission: Permission) -> Iterator[ContractError]:
        called = [name for name in territory.modules if permission.names(name)]
        for text in permission.through:
            one = Permission(may_call=permission.may_call, through=(text,))
            try:
                found = any(
                    _matches(pattern, territory.modules[name])
                    for name in called
                    for pattern in one.offered(name, _units(territory, name))
                )
            except PatternError as error:
                yield ContractError(f"'{text}': {error}", "policy")
                continue
            if not found:
                yield ContractError(f"'{text}' is no module of {' or '.join(called) or 'a service'}", "policy")

    def _offers(self, territory: Territory) -> Mapping[tuple[str, str], tuple[Pattern, ...]]:
        names = list(territory.modules)
        return {(one, other): self._offered(territory, one, other) for one in names for other in names if one != other}

    def _offered(self, territory: Territory, caller: str, callee: str) -> tuple[Pattern, ...]:
        units = _units(territory, callee)
        granted = [it for it in self._permissions(caller, callee) if it.through]
        through = [pattern for permission in granted for pattern in permission.offered(callee, units)]
        return tuple(through) or territory.codebase.services[callee].public

    def _permissions(self, caller: str, callee: str) -> list[Permission]:
        return [permission for permission in self.policy.get(caller, ()) if permission.names(callee)]

    def _why_not(self, codebase: Codebase, contact: Contact) -> str:
        """Why it is forbidden; "" if it is not."""
        permissions = self._permissions(contact.caller, contact.callee)
        if not permissions:
            return f"{contact.caller} may not call {contact.callee}"
        ways = sorted({way for permission in permissions for way in permission.over})
        if contact.way not in ways:
            return f"{contact.caller} may reach {contact.callee} over {' and '.join(ways)} only"
        if not contact.unpublished:
            return ""
        through = [text for permission in permissions for text in permission.through]
        offered = ", ".join(through or map(str, codebase.services[contact.callee].public))
        return f"{contact.callee} offers {contact.caller} " + (f"{offered} only" if offered else "no module")

    def _violation(self, contact: Contact, why: str) -> Violation:
        return self.violation(
            f"{contact.importer} must not {contact.does}: {why}",
            contact.location,
            contact.importer,
            contact.imported or contact.callee,
            symbol=contact.symbol,
            chain=contact.chain,
            fix=self._fixes(contact),
            confidence=contact.confidence,
        )

    def _fixes(self, contact: Contact) -> tuple[str, ...]:
        asked = f"let {contact.callee} offer what {contact.caller} needs, and use that"
        if contact.way is Way.IMPORT and contact.unpublished and self._permissions(contact.caller, contact.callee):
            return (asked, f"publish the module: add it to `public` of the service {contact.callee}")
        return (
            asked,
            f"allow it: `policy: {{{contact.caller}: {{may_call: [{contact.callee}], over: {contact.way}}}}}`",
        )

    def _unused(
        self, codebase: Codebase, territory: Territory, contacts: tuple[Contact, ...], severity: Severity
    ) -> Iterator[Violation]:
        for caller, permissions in sorted(self.policy.items()):
            used = {(contact.callee, contact.way) for contact in contacts if contact.caller == caller}
            for permission in permissions:
                for named in permission.may_call if set(permission.over) <= set(self.over) else ():
                    if not any(fnmatchcase(callee, named) and way in permission.over for callee, way in used):
                        yield self._unused_violation(codebase, territory, caller, named, severity)

    def _unused_violation(
        self, codebase: Codebase, territory: Territory, caller: str, named: str, severity: Severity
    ) -> Violation:
        first = min((m for m in territory.modules[caller] if m in codebase.sources), default="")
        violation = self.violation(
            f"{caller} may call {named}, but no code of {caller} does",
            codebase.location_of(first),
            first or caller,
            named,
            symbol="may_call",
            fix=(f"remove {named} from `may_call` of {caller}",),
        )
        return replace(violation, severity=severity)


def _units(territory: Territory, service: str) -> frozenset[str]:
    """What names in `through` can start from: the top-level packages of the service, or the modules that it lists."""
    modules, named = territory.modules[service], territory.codebase.services[service].modules
    units = {pattern.unit(module) for pattern in named for module in modules} - {""}
    return frozenset(units) or frozenset(module.partition(".")[0] for module in modules)


def _matches(pattern: Pattern, modules: frozenset[str]) -> bool:
    """Whether `pattern` means one of `modules`, or a name in one."""
    return any(pattern.unit(module) for module in modules) or bool(modules.intersection(ancestry(pattern.text)[1:2]))
