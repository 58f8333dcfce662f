"""Calls of remote procedures: of gRPC stubs, compared with proto files, else with servicers; of the proxies of nameko.

A stub class `PaymentsStub` of a module `payments_pb2_grpc` belongs to the service `Payments` of `payments.proto`. The
request is judged where it is built in the call: `stub.Charge(payments_pb2.ChargeRequest(amount=3))`. No field is
required in proto3; a keyword that is no field raises an error. Without a proto file, the methods of the servicer say
which procedures there are. A stub of neither is not judged.

A proxy of nameko names its service: `RpcProxy("payments").charge(3)`, or `proxies.payments.charge(3)` of one for all
services. It is compared with the methods that the service exposes; a service that is not in the project is not judged.
"""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from archguard.codebase import Source
from archguard.codebase.modules.namespace import is_test
from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.scopes import Binding, BindingKind, Position
from archguard.dataclass import dataclass
from archguard.effects.api.proto import ProtoFile, Rpc
from archguard.effects.catalogue.routes import route_facts
from archguard.effects.routes.nameko import FRAMEWORK as NAMEKO
from archguard.model import Location
from archguard.model.names import last_part
from archguard.semantics import InstanceType, SemanticModel, qualified_name
from archguard.semantics.bindings import bindings

_STUB = re.compile(r"(?:^|[.:])(?P<module>\w+)_pb2_grpc\.(?P<service>\w+)(?:Async)?Stub$")
_MESSAGE = re.compile(r"(?:^|[.:])(?P<module>\w+)_pb2\.(?P<message>[\w.]+)$")


class Servicer(NamedTuple):
    """A class that serves the procedures of a service."""

    service: str
    procedures: frozenset[str]
    path: str
    """The file that it is in."""
    framework: str = "grpc"


class RpcFault(StrEnum):
    """What does not fit."""

    PATH = "path"
    """The service has no such procedure."""
    METHOD = "method"
    """The procedure takes another message."""
    UNKNOWN_FIELD = "unknown field"


@dataclass(frozen=True)
class RpcMismatch:
    """A call of a stub that does not fit its proto file."""

    fault: RpcFault
    location: Location
    module: str
    called: str
    """The procedure that is called: `shop.Payments/Charge`."""
    declared_in: str
    """The proto file that declares the service; else the file of its servicer."""
    rpc: Rpc | None = None
    names: tuple[str, ...] = ()
    """The fields that the message does not have, or the message that is passed."""


@dataclass(frozen=True)
class RpcCalls:
    """Finds the calls of stubs whose proto files are among `protos`."""

    model: SemanticModel
    protos: tuple[ProtoFile, ...]
    servicers: tuple[Servicer, ...] = ()

    def mismatches(self, source: Source) -> Iterator[RpcMismatch]:
        """Yield what does not fit in the calls of `source`."""
        if is_test(source.module) or not (self.protos or self.servicers):
            return
        for scope in self.model.scope(source.module).walk():
            for path in scope.access_paths:
                for access in path.accesses:
                    if access.call and access.owner is not None:
                        yield from self._of_call(access, access.call, path.at, source)
                        yield from self._of_proxy(access, access.call, path.at, source)

    def _of_call(self, access: Access, call: ast.Call, at: Position, source: Source) -> Iterator[RpcMismatch]:
        stub = self._stub(access, at)
        if not stub:
            return
        module, service = stub
        files = self._files(module, service)
        if not files:
            yield from self._unserved(service, access.name, source.location(call), source.module)
            return
        rpcs = [(file, rpc) for file in files for rpc in file.rpcs if (rpc.service, rpc.name) == (service, access.name)]
        location = source.location(call)
        if not rpcs:
            prefix = f"{files[0].package}." if files[0].package else ""
            called = f"{prefix}{service}/{access.name}"
            yield RpcMismatch(RpcFault.PATH, location, source.module, called, files[0].path)
            return
        message = self._message(call.args[0], at) if call.args else None
        if message:
            yield from self._of_message(*rpcs[0], message, location, source.module)

    def _of_proxy(self, access: Access, call: ast.Call, at: Position, source: Source) -> Iterator[RpcMismatch]:
        if not self._has_proxies:
            return
        owner, name = access.owner, access.name
        match owner:
            case ast.Attribute(value=value, attr=attr) if name in route_facts().nameko.calls:  # `charge.call_async(3)`
                owner, name = value, attr
        for service in sorted(self._proxied(owner, at)) if owner is not None else ():
            yield from self._unserved(service, name, source.location(call), source.module, NAMEKO)

    @cached_property
    def _has_proxies(self) -> bool:
        return any(servicer.framework == NAMEKO for servicer in self.servicers)

    def _proxied(self, node: ast.expr, at: Position) -> Iterator[str]:
        """The services whose procedures are the methods of `node`."""
        facts = route_facts().nameko
        if isinstance(node, ast.Attribute) and self._is_instance(node.value, at, facts.cluster_proxies):
            yield node.attr
        elif self._is_instance(node, at, facts.proxies):
            for call, place in self._constructions(node, at):
                service = self.model.string_value(call.args[0], place) if call.args else None
                if service and service.complete:
                    yield service.beginning

    def _is_instance(self, node: ast.expr, at: Position, classes: frozenset[str]) -> bool:
        return any(isinstance(value, InstanceType) and value.of.name in classes for value in self.model.infer(node, at))

    def _constructions(self, node: ast.expr, at: Position) -> Iterator[tuple[ast.Call, Position]]:
        if isinstance(node, ast.Call):
            yield node, at
        for binding in bindings(self.model, node, at) if isinstance(node, ast.Name | ast.Attribute) else ():
            if isinstance(binding.node, ast.Call):
                yield binding.node, binding.at

    def _stub(self, access: Access, at: Position) -> tuple[str, str] | None:
        """The module and the service of the stub that `access` calls a method of."""
        assert access.owner is not None  # noqa: S101  # checked by the caller
        for value in self.model.infer(access.owner, at):
            found = _STUB.search(qualified_name(value)) if isinstance(value, InstanceType) else None
            if found:
                return found["module"], found["service"]
        return None

    def _files(self, module: str, service: str) -> list[ProtoFile]:
        """The proto files that declare the service of a stub in this module."""
        declaring = [it for it in self.protos if service in it.services]
        return [it for it in declaring if it.stem == module] or declaring

    def _unserved(
        self, service: str, name: str, location: Location, module: str, framework: str = "grpc"
    ) -> Iterator[RpcMismatch]:
        """The mismatch of a call that no servicer of the service has a method for."""
        servicers = [found for found in self.servicers if (found.service, found.framework) == (service, framework)]
        if servicers and not any(name in servicer.procedures for servicer in servicers):
            yield RpcMismatch(RpcFault.PATH, location, module, f"{service}/{name}", servicers[0].path)

    @staticmethod
    def _of_message(
        file: ProtoFile, rpc: Rpc, message: tuple[str, frozenset[str]], location: Location, module: str
    ) -> Iterator[RpcMismatch]:
        name, keywords = message
        wanted = last_part(rpc.request)
        if last_part(name) != wanted:
            yield RpcMismatch(RpcFault.METHOD, location, module, str(rpc), file.path, rpc, (name,))
            return
        fields = next((found for key, found in file.messages.items() if last_part(key) == wanted), None)
        unknown = sorted(keywords - fields) if fields is not None else []
        if unknown:
            yield RpcMismatch(RpcFault.UNKNOWN_FIELD, location, module, str(rpc), file.path, rpc, tuple(unknown))

    def _message(self, node: ast.expr, at: Position) -> tuple[str, frozenset[str]] | None:
        """The message that `node` builds, with its keywords; also of a name that is bound to it once."""
        if isinstance(node, ast.Name):
            bound = [origin for origin in self.model.resolve(node.id, at) if isinstance(origin, Binding)]
            if len(bound) == 1 and bound[0].kind is BindingKind.ASSIGNED and isinstance(bound[0].node, ast.Call):
                return self._message(bound[0].node, bound[0].at)
        if not isinstance(node, ast.Call):
            return None
        name = self._message_name(node.func, at)
        return (name, frozenset(keyword.arg for keyword in node.keywords if keyword.arg)) if name else None

    def _message_name(self, func: ast.expr, at: Position) -> str:
        """The message class that `func` is, by its module: generated classes are made at run time."""
        names = [qualified_name(value) for value in self.model.infer(func, at)]
        match func:
            case ast.Attribute(value=module, attr=name):
                names += (f"{qualified_name(value)}.{name}" for value in self.model.infer(module, at))
            case ast.Name(id=name):
                bound = at.scope.module.bindings.get(name, [])
                names += (".".join(binding.imported) for binding in bound)
        return next((found["message"] for name in names if (found := _MESSAGE.search(name))), "")
