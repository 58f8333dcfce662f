"""Parse URLs and addresses from strings that are known in part, and match them to host patterns.

Unknown parts of a string are filled with a NUL character before the regular expressions run, so that they cannot be
taken for something written. A host with an unknown part is unknown as a whole; of a path, the known prefix is kept.
"""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Self

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import load_conventions
from archguard.semantics import SemanticModel, StringValue, bindings

_NAMES = load_conventions().addresses
SCHEMES = _NAMES.schemes
"""Schemes of the URLs of other systems."""
_UNKNOWN = "\0"
_PLACEHOLDER = re.compile(r"[\0{}<>%$]")
_URL = re.compile(
    r"\s*(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*|\0):)?//"
    r"(?:[^/@\s?#]*@)?(?P<host>\[[^\]\s]*\]|[^/:\s?#]*)(?::(?P<port>[^/\s?#]*))?(?P<path>/[^\s?#]*)?"
)
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9*_\0.-]+)(?::(?P<port>[\d\0]+))?(?P<path>/\S*)?")


@dataclass(frozen=True)
class Url:
    """A URL or address, as far as it is known."""

    scheme: str
    host: str
    """In lower case; "" if any part is unknown."""
    port: str = ""
    path: str = ""
    """The known prefix."""

    def __str__(self) -> str:
        scheme = f"{self.scheme}://" if self.scheme else ""
        port = f":{self.port}" if self.port else ""
        return f"{scheme}{self.host}{port}{self.path}"

    @classmethod
    def of(cls, text: StringValue) -> Self | None:
        """The URL at the beginning of `text`; None if there is none."""
        return cls._from_match(_URL.match(text.filled(_UNKNOWN)))

    @classmethod
    def address(cls, text: StringValue) -> Self | None:
        """`text` as a URL or as `host:port`, for a text that is used as an address."""
        return cls.of(text) or cls._from_match(_ADDRESS.fullmatch(text.filled(_UNKNOWN).strip()))

    @classmethod
    def _from_match(cls, match: re.Match[str] | None) -> Self | None:
        if not match:
            return None
        parts = match.groupdict()
        host, port = (_known(parts[name] or "") for name in ("host", "port"))
        # `/orders/{id}/items` is `/orders/`: what follows an unknown part may be anything.
        path = _PLACEHOLDER.split(parts["path"] or "")[0]
        return cls(_known(parts.get("scheme") or "").lower(), host.lower().strip("[]"), port, path)

    def matches(self, pattern: str) -> bool:
        """Whether it matches `pattern`: `payments`, `*.shop.internal`, `payments:8000`, `https://api.shop/payments`."""
        if not self.host:
            return False
        expected = self.of(StringValue((pattern,))) or self.of(StringValue((f"//{pattern}",)))
        return expected is not None and all(
            (
                expected.scheme in ("", self.scheme),
                fnmatchcase(self.host, expected.host),
                expected.port in ("", self.port),
                _starts_with(self.path, expected.path),
            )
        )


def _known(part: str) -> str:
    """`part`; "" if it contains a placeholder."""
    return "" if _PLACEHOLDER.search(part) else part


def _starts_with(path: str, prefix: str) -> bool:
    """Whether `path` equals `prefix` or is below it."""
    prefix = prefix.rstrip("/")
    return path == prefix or path.startswith(f"{prefix}/")


def addresses(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a client call that can be the address."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    yield from call.args[: 2 if method in _NAMES.second_argument_methods else 1]
    yield from (keyword.value for keyword in call.keywords if keyword.arg in _NAMES.keywords)


def mentions(model: SemanticModel, node: ast.expr, at: Position) -> Iterator[str]:
    """The names in an address that can be settings: `PAYMENTS_URL` in `settings.PAYMENTS_URL + "/charge"`."""
    for part, _ in sources(model, node, at):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                yield name


def sources(model: SemanticModel, node: ast.expr, at: Position) -> Iterator[tuple[ast.AST, Position]]:
    """What can contribute to the string `node`, through names, attributes, functions and mappings, each with its place.

    Each is visited once, so the cost is linear in the code behind the address, however often its parts are shared.
    """
    pending, seen = [(node, at)], set[int]()
    while pending:
        expression, place = pending.pop(0)
        for part in ast.walk(expression):
            if id(part) not in seen:
                seen.add(id(part))
                yield part, place
                pending += _origins(model, part, place)


def _origins(model: SemanticModel, part: ast.AST, at: Position) -> Iterator[tuple[ast.expr, Position]]:
    """The expressions that can be the value of `part`."""
    if isinstance(part, ast.Name | ast.Attribute):
        for binding in bindings(model, part, at):
            yield from _bound_values(model, binding)
    if isinstance(part, ast.expr):
        yield from model.mappings.entries(part, at)


def _bound_values(model: SemanticModel, binding: Binding) -> Iterator[tuple[ast.expr, Position]]:
    """The assigned value, the default of a parameter, or the return values of a function or property."""
    match binding:
        case Binding(kind=BindingKind.ASSIGNED, node=ast.expr() as node):
            yield node, binding.at
        case Binding(kind=BindingKind.PARAMETER, default=ast.expr() as default):
            yield default, binding.at.scope.at or binding.at
        case Binding(kind=BindingKind.DEFINED) if scope := model.files.scope_of(binding.node, binding.at):
            yield from scope.returns
