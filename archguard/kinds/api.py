"""`api`: calls between services fit the routes that they are made to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from archguard.codebase import Codebase, Names, OneOrMany, Shorthand
from archguard.codebase.strictness import Weaker, WeakerEntries
from archguard.dataclass import dataclass
from archguard.effects import semantic_model
from archguard.effects.api import (
    PUBLISH,
    Addresses,
    BodyModels,
    Comparison,
    Endpoint,
    Fault,
    FileCalls,
    Mismatch,
    Mount,
    Offer,
    Request,
    RequestSite,
    RpcFault,
    RpcMismatch,
    Specification,
    SpecificationError,
    calls_in_files,
    consumed_topics,
    consumers_of,
    offers_of,
    read_specification,
    rpc_mismatches,
    uncalled,
)
from archguard.effects.interactions import ServiceMap
from archguard.effects.parsed_files import parsed_files
from archguard.kinds.contract import Contract, ContractError, VacuousError
from archguard.model import Checked, Confidence, Severity, Violation
from archguard.semantics import SemanticModel

_CHECKS = {RpcFault.PATH: "path", RpcFault.METHOD: "method", RpcFault.UNKNOWN_FIELD: "fields"}
_PERCENT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True, kw_only=True)
class Pair(Shorthand):
    """Whose calls are compared with whose routes."""

    consumer: Annotated[str, Weaker.ANY] = "*"
    """The service that calls; `*` stands for any text."""
    provider: Annotated[str, Weaker.ANY] = "*"
    """The service that is called; with `spec`, it may be outside of the project."""
    spec: Annotated[str, Weaker.FILE] = ""
    """The OpenAPI 3 file that describes the provider, relative to the configuration; by default its code does."""
    hosts: Annotated[Names, Weaker.SMALLER] = ()
    """The hosts of a provider outside of the project, beside the `servers` of its `spec`."""

    @classmethod
    def expand(cls, short: object) -> Mapping[str, object]:
        """`services`: every service with every service."""
        if short != "services":
            raise ValueError(f"'{short}' is not `services`, nor a mapping with `consumer` and `provider`")
        return {}


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """A path of a gateway, behind which a service answers."""

    host: Annotated[str, Weaker.ANY]
    """The host of the gateway, as in `hosts` of a service."""
    service: Annotated[str, Weaker.ANY]
    """The service that answers."""
    path: Annotated[str, Weaker.ANY] = ""
    """What the path of a request begins with."""
    strip: Annotated[str, Weaker.ANY] = ""
    """What the gateway removes from the beginning of the path."""


@dataclass(frozen=True, kw_only=True)
class Api(Contract):
    """Every call between services fits a route that the other service declares: path, method and fields."""

    kind: ClassVar[str] = "api"
    checks_by_file: ClassVar[bool] = True

    over: Annotated[tuple[Pair, ...], OneOrMany(empty=False), Weaker.SMALLER] = (Pair(),)
    """Whose calls are compared: `services` for all, or mappings with `consumer`, `provider` and `spec`."""
    check_: Annotated[tuple[Literal["path", "method", "fields"], ...], OneOrMany(empty=False), Weaker.SMALLER] = (
        "path",
        "method",
        "fields",
    )
    """What must fit: the path, the method, the keys of a body against the model of the route."""
    settings: Annotated[Mapping[str, str], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.ANY)] = field(
        default_factory=dict
    )
    """What names hold that the code does not say: settings, attributes (`Client.base_url`), parameters."""
    gateways: Annotated[tuple[Gateway, ...], Weaker.SMALLER] = ()
    """Gateways in front of services."""
    unknown: Annotated[Severity | Literal["ignore"], Weaker.LATER] = Severity.INFO
    """How a call that cannot be resolved is reported; it never fails a run."""
    max_unknown: Annotated[str, Weaker.LARGER_OR_EMPTY] = ""
    """The share of calls that may be unresolved, such as `20%`; more fail the run."""
    trailing_slash: Annotated[Severity | Literal["ignore"], Weaker.LATER] = Severity.WARNING
    """How a path is reported that fits but for a slash at the end."""
    uncalled: Annotated[Severity | Literal["ignore"], Weaker.LATER] = "ignore"
    """How a route is reported that no call of the project reaches."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        what = {"path": "path", "method": "method", "fields": "fields"}
        parts = [what[item] for item in self.check_]
        listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
        return f"Every call between services fits a route that the other service declares: {listed}."

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each call that fits no route, and for what the contract asks to report besides."""
        search = _Search(self, codebase)
        yield from dict.fromkeys(self._violations(search))

    def _violations(self, search: "_Search") -> Iterator[Violation]:
        """What `search` finds; twice where a wrapper sends the same request in two places."""
        reached, unresolved, total = set[Endpoint](), list[RequestSite](), 0
        for site in search.sites:
            # A call of a system outside of the project is none of those that must fit, nor one that cannot be resolved.
            if site.is_outside and not site.requests:
                continue
            total += 1
            mismatches, endpoints, is_unknown = search.comparison.of(site)
            reached.update(endpoints)
            unresolved += [site] if is_unknown else []
            yield from search.violations(site, mismatches)
        yield from search.rpc_violations()
        yield from search.unresolved(unresolved, total)
        yield from search.uncalled(frozenset(reached))

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error for each service that does not exist, and for a contract that compares nothing."""
        if not codebase.services:
            yield ContractError("there are no services: declare them under `services:`", "over")
            return
        for index, pair in enumerate(self.over):
            yield from _unknown_service(codebase, pair.consumer, ("over", index, "consumer"))
            if not pair.spec:
                yield from _unknown_service(codebase, pair.provider, ("over", index, "provider"))
        for index, gateway in enumerate(self.gateways):
            yield from _unknown_service(codebase, gateway.service, ("gateways", index, "service"))
        for index, pair in enumerate(self.over):
            try:
                if pair.spec:
                    read_specification(codebase.root, pair.spec, pair.provider)
            except SpecificationError as error:
                yield ContractError(error.message, hint=error.hint, keys=("over", index, "spec"))
        if self.max_unknown and not _PERCENT.fullmatch(self.max_unknown):
            yield ContractError(f"'{self.max_unknown}' is no share", "max_unknown", "write it as `20%`")
        if len(codebase.services) == 1 and all(not pair.spec for pair in self.over):
            yield VacuousError("there is only one service", "over")

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules of the services that are compared, and those of no service, which all may share."""
        services = ServiceMap(codebase)
        patterns = [name for pair in self.over for name in (pair.consumer, pair.provider)]
        matching = [name for name in services.modules if any(fnmatchcase(name, pattern) for pattern in patterns)]
        shared = codebase.modules - services.owners.keys()
        return shared.union(*(services.modules[name] for name in matching))

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        """The same: requests and routes may be anywhere."""
        return self.scope(codebase)

    def coverage(self, codebase: Codebase) -> Checked:
        """How many modules, imports and calls are checked."""
        calls = parsed_files(codebase, self.modules_to_parse(codebase)).calls
        return replace(super().coverage(codebase), calls=calls)


@dataclass(frozen=True)
class _Search:
    """Finds the requests of a code base, and words the violations of `contract`."""

    contract: Api
    codebase: Codebase

    @cached_property
    def services(self) -> ServiceMap:
        """The owners of modules and hosts."""
        return ServiceMap(self.codebase)

    @cached_property
    def model(self) -> SemanticModel:
        """The semantic model, which resolves the names in the code."""
        return semantic_model(self.codebase)

    @cached_property
    def comparison(self) -> Comparison:
        """Compares requests with what services offer."""
        return Comparison(self.offers, BodyModels(self.model))

    @cached_property
    def offers(self) -> Mapping[str, Offer]:
        """What each service offers: by its specification if there is one, else by its code."""
        found = dict(offers_of(self.codebase, self.services))
        for name, modules in self.services.modules.items():
            own = {module: calls for module, calls in self.calls.items() if module in modules}
            found[name] = replace(found[name], endpoints=(*found[name].endpoints, *consumed_topics(name, own)))
        return found | {name: specification.offer for name, specification in self.specifications.items()}

    @cached_property
    def specifications(self) -> Mapping[str, Specification]:
        """The OpenAPI files, by provider."""
        root, pairs = self.codebase.root, self.contract.over
        return {it.provider: read_specification(root, it.spec, it.provider) for it in pairs if it.spec}

    @cached_property
    def calls(self) -> Mapping[str, FileCalls]:
        """What each file calls and consumes."""
        return calls_in_files(self.codebase, self.addresses)

    @cached_property
    def addresses(self) -> Addresses:
        """What the contract says of addresses."""
        mounts = tuple(
            Mount(host=it.host, service=it.service, path=it.path, strip=it.strip) for it in self.contract.gateways
        )
        hosts = {it.provider: it.hosts for it in self.contract.over if it.hosts}
        described = {name: found.hosts for name, found in self.specifications.items()}
        outside = tuple(
            (name, (*hosts.get(name, ()), *described.get(name, ()))) for name in sorted({*hosts, *described})
        )
        return Addresses(tuple(sorted(self.contract.settings.items())), mounts, outside)

    @cached_property
    def sites(self) -> tuple[RequestSite, ...]:
        """The call sites of requests of all consumers to their providers."""
        found = (site for calls in self.calls.values() for site in calls.sites)
        kept = filter(None, map(self._between_services, found))
        return tuple(sorted(dict.fromkeys(kept), key=lambda site: (site.location, site.symbol)))

    def _between_services(self, site: RequestSite) -> RequestSite | None:
        """`site` with those of its requests that the contract compares; None if it compares none."""
        consumer = self.services.owners.get(site.module, "")
        pairs = [pair for pair in self.contract.over if fnmatchcase(consumer, pair.consumer)]
        if not pairs:
            return None
        requests = tuple(self._addressed(site.requests))
        kept = tuple(
            request
            for request in requests
            if any(fnmatchcase(name, pair.provider) for name in request.target.services for pair in pairs)
        )
        return replace(site, requests=kept) if kept or not requests else None

    def _addressed(self, requests: Iterable[Request]) -> Iterator[Request]:
        """`requests`; a message to a topic that no service claims goes to those whose code consumes it."""
        for request in requests:
            if request.method == PUBLISH and not request.target.services:
                services = consumers_of(request.target.path, self.offers.values())
                if services:
                    yield replace(request, target=replace(request.target, services=services))
            else:
                yield request

    def violations(self, site: RequestSite, mismatches: tuple[Mismatch, ...]) -> Iterator[Violation]:
        """The violations that `mismatches` of `site` are."""
        for mismatch in mismatches:
            if mismatch.fault is Fault.SLASH:
                if self.contract.trailing_slash != "ignore" and "path" in self.contract.check_:
                    yield replace(self._slash(site, mismatch), severity=self.contract.trailing_slash)
            elif mismatch.fault in (Fault.PATH, Fault.METHOD):
                if mismatch.fault.value in self.contract.check_:
                    yield self._no_route(site, mismatch)
            elif "fields" in self.contract.check_:
                yield self._wrong_fields(mismatch)

    def _no_route(self, site: RequestSite, mismatch: Mismatch) -> Violation:
        provider, request = " or ".join(mismatch.request.target.services), mismatch.request
        what = f"{request.method} {request.target.path}"
        if mismatch.fault is Fault.METHOD:
            methods = ", ".join(dict.fromkeys(endpoint.method for endpoint in mismatch.endpoints))
            why = f"{provider} answers {methods} there only"
        else:
            why = f"{provider} has no such route"
        return self.contract.violation(
            f"{site.module} must not call {what}: {why}",
            site.location,
            site.module,
            provider,
            symbol=what,
            rule=mismatch.fault.value,
            fix=tuple(self._fixes(mismatch)),
        )

    def _fixes(self, mismatch: Mismatch) -> Iterator[str]:
        for endpoint in mismatch.endpoints[:1]:
            yield f"call {endpoint}, declared at {endpoint.location.path}:{endpoint.location.line}"
        request = mismatch.request
        yield f"declare {request.method} {request.target.path} in {' or '.join(request.target.services)}"

    def _slash(self, site: RequestSite, mismatch: Mismatch) -> Violation:
        request, endpoint = mismatch.request, mismatch.endpoints[0]
        what = f"{request.method} {request.target.path}"
        return self.contract.violation(
            f"{site.module} calls {what}, but {endpoint.service} declares {endpoint.path}: a slash at the end differs",
            site.location,
            site.module,
            endpoint.service,
            symbol=what,
            rule="slash",
            fix=(f"call {endpoint.path}: a redirect costs a request, or the call fails, depending on the framework",),
        )

    def _wrong_fields(self, mismatch: Mismatch) -> Violation:
        body, model, endpoint = mismatch.body, mismatch.model, mismatch.endpoints[0]
        assert body  # noqa: S101  # faults of fields have both
        assert model  # noqa: S101
        what, named = f"{mismatch.request.method} {mismatch.request.target.path}", ", ".join(mismatch.fields)
        at = f"{model.location.path}:{model.location.line}"
        is_missing = mismatch.fault is Fault.MISSING_FIELD
        message = (
            f"{body.module} must not call {what} without {named}: {model.name} of {endpoint.service} requires it"
            if is_missing
            else f"{body.module} must not pass {named} to {what}: {model.name} of {endpoint.service} has no such field"
        )
        found = self.contract.violation(
            message,
            body.location,
            body.module,
            endpoint.service,
            symbol=f"{what} {named}",
            rule=mismatch.fault.value,
            fix=(f"pass {named} ({at})" if is_missing else f"use a field of {model.name} ({at})",),
        )
        is_dropped = not is_missing and model.extra == "ignore"
        return replace(found, severity=Severity.WARNING) if is_dropped and found.severity is Severity.ERROR else found

    def rpc_violations(self) -> Iterator[Violation]:
        """The calls of gRPC stubs and nameko proxies that do not fit what the services declare."""
        for module, mismatches in rpc_mismatches(self.codebase).items():
            consumer = self.services.owners.get(module, "")
            if any(fnmatchcase(consumer, pair.consumer) for pair in self.contract.over):
                for mismatch in mismatches:
                    if _CHECKS[mismatch.fault] in self.contract.check_:
                        yield self._rpc_violation(mismatch)

    def _rpc_violation(self, mismatch: RpcMismatch) -> Violation:
        named, file = ", ".join(mismatch.names), mismatch.declared_in
        request = mismatch.rpc.request if mismatch.rpc else ""
        message, fix = {
            RpcFault.PATH: (
                f"must not call {mismatch.called}: {file} declares no such procedure",
                f"call a procedure of {file}",
            ),
            RpcFault.METHOD: (
                f"must not pass {named} to {mismatch.called}: it takes {request}",
                f"pass a {request}",
            ),
            RpcFault.UNKNOWN_FIELD: (
                f"must not pass {named} to {mismatch.called}: {request} has no such field",
                f"use a field of {request} ({file})",
            ),
        }[mismatch.fault]
        return self.contract.violation(
            f"{mismatch.module} {message}",
            mismatch.location,
            mismatch.module,
            symbol=f"{mismatch.called} {named}".strip(),
            rule=mismatch.fault.value,
            fix=(fix,),
        )

    def unresolved(self, sites: list[RequestSite], total: int) -> Iterator[Violation]:
        """What cannot be resolved, and whether it is too much."""
        severity = self.contract.unknown
        for site in sites:
            if severity == "ignore":
                break
            found = self.contract.violation(
                f"{site.module} calls {site.symbol}: the service, method or path cannot be resolved",
                site.location,
                site.module,
                symbol=site.symbol,
                rule="unknown",
                fix=("state what its base URL holds under `settings`",),
                confidence=Confidence.POSSIBLE,
            )
            yield replace(found, severity=severity)
        limit = _PERCENT.fullmatch(self.contract.max_unknown)
        if limit and total and len(sites) * 100 > float(limit["number"]) * total:
            yield self.contract.violation(
                f"{len(sites)} of {total} calls cannot be resolved, more than {self.contract.max_unknown}",
                sites[0].location,
                sites[0].module,
                rule="max_unknown",
                fix=("state what base URLs hold under `settings`", "allow more by `max_unknown`"),
            )

    def uncalled(self, reached: frozenset[Endpoint]) -> Iterator[Violation]:
        """The routes that no call reaches, if the contract asks for them."""
        severity = self.contract.uncalled
        if severity == "ignore":
            return
        for endpoint in uncalled(self.offers.values(), reached):
            found = self.contract.violation(
                f"{endpoint.service} declares {endpoint}, but no call of the project reaches it",
                endpoint.location,
                endpoint.module,
                endpoint.service,
                symbol=str(endpoint),
                rule="uncalled",
                fix=("remove the route, if nobody outside calls it either",),
                confidence=Confidence.POSSIBLE,
            )
            yield replace(found, severity=severity)


def _unknown_service(codebase: Codebase, name: str, keys: tuple[str | int, ...]) -> Iterator[ContractError]:
    known = sorted(codebase.services)
    if not any(fnmatchcase(service, name) for service in known):
        close = get_close_matches(name, known, 1)
        hint = f"did you mean '{close[0]}'?" if close else f"there is: {', '.join(known)}"
        yield ContractError(f"there is no service '{name}'", hint=hint, keys=keys)
