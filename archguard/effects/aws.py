"""Map the services of AWS, by their boto3 names, to channels: one client library covers several of them."""

import ast
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from archguard.codebase import Codebase
from archguard.codebase.package_data import load_package_data
from archguard.codebase.scopes.scopes import Position
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import Catalogue, load_catalogue
from archguard.effects.client_calls import ClientCall
from archguard.effects.tracing import creation_sites
from archguard.model.names import top_package
from archguard.semantics import SemanticModel


@dataclass(frozen=True, kw_only=True)
class Aws:
    """Facts about the client libraries of AWS."""

    packages: frozenset[str]
    """The libraries, by their top-level packages."""
    factory_methods: frozenset[str]
    """The functions and methods that create the client of a service, which their first argument names."""
    services: Mapping[str, frozenset[str]]
    """By channel: the services that belong to it, by their boto3 names; others belong to `cloud`."""


_AWS = load_package_data(Aws, "archguard.effects.catalogue", "aws.toml")
PACKAGES = _AWS.packages
_CHANNELS: Mapping[str, str] = {service: channel for channel, services in _AWS.services.items() for service in services}


@cache
def clients() -> Catalogue:
    """The catalogue of the libraries that create clients of AWS."""
    every = load_catalogue(("cloud",)).clients
    return Catalogue(tuple(client for client in every if PACKAGES.intersection(client.modules)))


def is_used(codebase: Codebase) -> bool:
    """Whether any module imports a library of AWS."""
    return any(top_package(name) in PACKAGES for name in codebase.imports.externals)


def channels_with_aws(channels: Collection[str]) -> tuple[str, ...]:
    """`channels`, plus `cloud`, which lists the clients of AWS, if services of AWS can belong to `channels`."""
    added = () if "cloud" in channels or {"queue", "email"}.isdisjoint(channels) else ("cloud",)
    return (*channels, *added)


def is_aws(call: ClientCall) -> bool:
    """Whether `call` uses a library of AWS."""
    return top_package(call.symbol) in PACKAGES


def channel_of(model: SemanticModel, call: ClientCall) -> str:
    """The channel of a boto3 call: `queue` for `client("sqs")`; `cloud` if the service is unknown."""
    return next((_CHANNELS.get(service, "cloud") for service in _services(model, call)), "cloud")


def _services(model: SemanticModel, client_call: ClientCall) -> Iterator[str]:
    for call, at in _creation_calls(model, client_call):
        named = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "service_name")]
        yield from (text.filled("") for node in named if (text := model.string_value(node, at)) and text.complete)


def _creation_calls(model: SemanticModel, call: ClientCall) -> Iterator[tuple[ast.Call, Position]]:
    """The call itself, or the call that created its receiver."""
    node = call.access.call or call.access.owner
    yield from _factory_calls(model, node, call.path.at) if node is not None else ()


def _factory_calls(model: SemanticModel, node: ast.expr, at: Position) -> Iterator[tuple[ast.Call, Position]]:
    """The factory call behind `node`: `boto3.resource("s3")` for `boto3.resource("s3").Bucket("orders")`."""
    for call, place in creation_sites(model, node, at):
        match call.func:
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in _AWS.factory_methods:
                yield call, place
            case ast.Attribute(value=owner):
                yield from _factory_calls(model, owner, place)
