"""What the code of each file calls and consumes, and which calls of stubs fit no proto file: each file by itself.

What is found in a file is kept from run to run while it is right (`codebase/file_tasks.py`); `kinds/api.py` compares it
with what the services offer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from archguard.codebase import Codebase, Source
from archguard.codebase.file_tasks import map_files, scan_files
from archguard.dataclass import dataclass
from archguard.effects.api.callers import Callers
from archguard.effects.api.consumers import Consumed, Consumers
from archguard.effects.api.endpoints import CONSUME, Endpoint
from archguard.effects.api.evaluator import TemplateEvaluator
from archguard.effects.api.proto import ProtoFile, find_protos
from archguard.effects.api.requests import Requests, RequestSite
from archguard.effects.api.rpc_calls import RpcCalls, RpcMismatch, Servicer
from archguard.effects.api.targets import Mount, Targets
from archguard.effects.catalogue.catalogue import semantic_model
from archguard.effects.interactions import ServiceMap
from archguard.effects.routes import find_routes
from archguard.effects.routes.nameko import FRAMEWORK as NAMEKO
from archguard.effects.tracing import content_of
from archguard.incremental.fingerprint import digest_of
from archguard.semantics import scan_program


@dataclass(frozen=True)
class Addresses:
    """What is known of addresses beside the code and the services of the project."""

    settings: tuple[tuple[str, str], ...] = ()
    """What names hold that the code does not say."""
    mounts: tuple[Mount, ...] = ()
    outside: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Providers that are no service of the project, with their hosts."""


@dataclass(frozen=True)
class FileCalls:
    """What one file calls and consumes."""

    sites: tuple[RequestSite, ...]
    consumed: tuple[Consumed, ...]
    """The topics that it consumes, and the tasks that it declares."""
    kinds: tuple[str, ...]
    """The kinds of messages that it tells apart."""

    @property
    def paths(self) -> Iterator[str]:
        """The files of which it holds places."""
        for site in self.sites:
            yield site.location.path
            yield from (body.location.path for body in site.bodies)


def calls_in_files(codebase: Codebase, addresses: Addresses) -> Mapping[str, FileCalls]:
    """What each file calls and consumes, by module."""
    scan_program(codebase)  # before the workers need it
    query = f"requests {digest_of([addresses])}"
    return map_files(codebase, query, partial(_finder, addresses), codebase.sources, shows=_shown)


def consumed_topics(service: str, modules: Mapping[str, FileCalls]) -> Iterator[Endpoint]:
    """An endpoint for each topic that the files of `service` consume, and each kind of message that it tells apart."""
    kinds = sorted({kind for found in modules.values() for kind in found.kinds})
    for module, found in modules.items():
        for each in found.consumed:
            told_apart = [] if each.is_task else kinds
            for path in [f"{each.topic}#{kind}" for kind in told_apart] or [each.topic]:
                yield Endpoint(
                    service=service,
                    method=CONSUME,
                    path=path,
                    location=each.location,
                    module=module,
                    framework="queue",
                    function=each.function,
                    is_task=each.is_task,
                )


def rpc_mismatches(codebase: Codebase) -> Mapping[str, tuple[RpcMismatch, ...]]:
    """The calls of stubs and proxies that fit neither a proto file nor what the services expose, by module."""
    if not scan_files(codebase, "calls remote procedures", _calls_procedures):
        return {}
    roots = sorted({service.root or "." for service in codebase.services.values()})
    found = {proto.path: proto for root in roots for proto in find_protos(codebase.root, root)}
    protos = tuple(found[path] for path in sorted(found))
    servicers = tuple(_servicers(codebase))
    query = f"stubs {digest_of([*map(_described, protos), servicers])}"
    return map_files(codebase, query, partial(_stubs, protos, servicers), codebase.sources)


_SERVERS = frozenset({"grpc", NAMEKO})
"""The frameworks of remote procedures."""


def _finder(addresses: Addresses, codebase: Codebase) -> Callable[[Source], FileCalls]:
    """The function that finds what one file calls and consumes, in a worker."""
    model = semantic_model(codebase)
    files = codebase.files(codebase.modules)
    callers = Callers(model, files)
    evaluator = TemplateEvaluator(model, callers, dict(addresses.settings))
    targets = Targets(ServiceMap(codebase), addresses.mounts, addresses.outside)
    requests, consumers = Requests(model, callers, evaluator, targets), Consumers(model, callers, evaluator)

    def find(source: Source) -> FileCalls:
        consumed, kinds = tuple(consumers.topics(source)), tuple(sorted(set(consumers.kinds(source))))
        return FileCalls(tuple(dict.fromkeys(requests.of(source))), consumed, kinds)

    return find


def _stubs(
    protos: tuple[ProtoFile, ...], servicers: tuple[Servicer, ...], codebase: Codebase
) -> Callable[[Source], tuple[RpcMismatch, ...]]:
    calls = RpcCalls(semantic_model(codebase), protos, servicers)
    return lambda source: tuple(calls.mismatches(source))


def _servicers(codebase: Codebase) -> Iterator[Servicer]:
    """What serves remote procedures, with those that it has methods for."""
    procedures = defaultdict[tuple[str, str, str], set[str]](set)
    for route in find_routes(codebase):
        if route.framework in _SERVERS and route.method == "RPC":
            _, service, name = route.path.split("/")
            procedures[route.framework, service, route.location.path].add(name)
    for (framework, service, path), names in sorted(procedures.items()):
        yield Servicer(service, frozenset(names), path, framework)


def _described(proto: ProtoFile) -> object:
    messages = sorted((name, sorted(fields)) for name, fields in proto.messages.items())
    return proto.path, proto.package, proto.rpcs, proto.services, messages


def _calls_procedures(source: Source) -> bool:
    """Whether a file names code that gRPC generates, or nameko."""
    content = content_of(source)
    return b"_pb2" in content or b"nameko" in content


def _shown(found: FileCalls) -> Iterator[str]:
    return found.paths
