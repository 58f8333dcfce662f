"""The URLs and addresses in texts, and the patterns that name hosts."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Self

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position
from archguard.semantics import SemanticModel, StringValue, bindings

SCHEMES = frozenset(["http", "https", "ws", "wss", "grpc", "grpcs", "ftp", "ftps", "sftp"])
"""Those of other systems: behind `postgresql:` and `amqp:` are the service's own stores and brokers."""
_UNKNOWN = "\0"
_FILLED_IN = re.compile(r"[\0{}<>%$]")
_URL = re.compile(
    r"\s*(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*|\0):)?//"
    r"(?:[^/@\s?#]*@)?(?P<host>\[[^\]\s]*\]|[^/:\s?#]*)(?::(?P<port>[^/\s?#]*))?(?P<path>/[^\s?#]*)?"
)
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9*_\0.-]+)(?::(?P<port>[\d\0]+))?(?P<path>/\S*)?")
_ADDRESSES = frozenset(
    [
        "url",
        "base_url",
        "uri",
        "endpoint",
        "endpoint_url",
        "address",
        "host",
        "hostname",
        "target",
        "server",
        "servers",
        "service",
        "service_name",
        "wsdl",
        "prefix_url",
        "bootstrap_servers",
        "api_base",
    ]
)
_SECOND = frozenset(["request", "stream", "open", "urlopen", "ws_connect", "send"])


@dataclass(frozen=True)
class Url:
    """Where a text points to, as far as it is known."""

    scheme: str
    host: str
    """In small letters; "" if some of it is not known."""
    port: str = ""
    path: str = ""
    """What is known of it for sure, from its first character on."""

    def __str__(self) -> str:
        scheme = f"{self.scheme}://" if self.scheme else ""
        port = f":{self.port}" if self.port else ""
        return f"{scheme}{self.host}{port}{self.path}"

    @classmethod
    def of(cls, text: StringValue) -> Self | None:
        """The URL that `text` begins with, or None if it begins with something else."""
        return cls._matched(_URL.match(text.filled(_UNKNOWN)))

    @classmethod
    def address(cls, text: StringValue) -> Self | None:
        """What `text` is as a URL or as `host:port`, where something connects to it."""
        return cls.of(text) or cls._matched(_ADDRESS.fullmatch(text.filled(_UNKNOWN).strip()))

    @classmethod
    def _matched(cls, match: re.Match[str] | None) -> Self | None:
        if not match:
            return None
        parts = match.groupdict()
        host, port = (_known(parts[name] or "") for name in ("host", "port"))
        path = _FILLED_IN.split(parts["path"] or "")[0]
        return cls(_known(parts.get("scheme") or "").lower(), host.lower().strip("[]"), port, path)

    def matches(self, pattern: str) -> bool:
        """Whether `pattern` means it: `payments`, `*.shop.internal`, `payments:8000`, `api.shop/payments`, `https://api.shop`."""
        if not self.host:
            return False
        asked = self.of(StringValue((pattern,))) or self.of(StringValue((f"//{pattern}",)))
        return asked is not None and all(
            (
                asked.scheme in ("", self.scheme),
                fnmatchcase(self.host, asked.host),
                asked.port in ("", self.port),
                _starts_with(self.path, asked.path),
            )
        )


def _known(part: str) -> str:
    """`part`, unless something is put into it later."""
    return "" if _FILLED_IN.search(part) else part


def _starts_with(path: str, prefix: str) -> bool:
    """Whether `path` is `prefix` or below it."""
    prefix = prefix.rstrip("/")
    return path == prefix or path.startswith(f"{prefix}/")


def addresses(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a client's call that can say where it goes."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    yield from call.args[: 2 if method in _SECOND else 1]
    yield from (keyword.value for keyword in call.keywords if keyword.arg in _ADDRESSES)


def mentions(model: SemanticModel, node: ast.expr, at: Position) -> Iterator[str]:
    """The names of settings that can be in an address: `PAYMENTS_URL` in `settings.PAYMENTS_URL + "/charge"`."""
    for part in sources(model, node, at):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                yield name


def sources(model: SemanticModel, node: ast.expr, at: Position) -> Iterator[ast.AST]:
    """Every expression that the text `node` can be put together from, through names, attributes, functions, mappings.

    Each is visited once, so the cost is bounded by the code behind the address, however often its parts are shared.
    """
    waiting, seen = [(node, at)], set[int]()
    while waiting:
        whole, place = waiting.pop(0)
        for part in ast.walk(whole):
            if id(part) not in seen:
                seen.add(id(part))
                yield part
                waiting += _origins(model, part, place)


def _origins(model: SemanticModel, part: ast.AST, at: Position) -> Iterator[tuple[ast.expr, Position]]:
    """The expressions that give `part` its value."""
    if isinstance(part, ast.Name | ast.Attribute):
        for binding in bindings(model, part, at):
            yield from _behind(model, binding)
    if isinstance(part, ast.expr):
        yield from model.entries(part, at)


def _behind(model: SemanticModel, binding: Binding) -> Iterator[tuple[ast.expr, Position]]:
    """What is assigned; what a parameter is by default; what a function or a property returns."""
    match binding:
        case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as node):
            yield node, binding.at
        case Binding(kind=BindingKind.PARAMETER, default=ast.expr() as default):
            yield default, binding.at.scope.at or binding.at
        case Binding(kind=BindingKind.DEFINED) if scope := model.scope_of(binding.node, binding.at):
            yield from scope.returns
