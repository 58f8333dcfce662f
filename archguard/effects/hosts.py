"""Find the hosts that a module names, in client calls and in other string literals."""

import ast
from collections.abc import Iterator

from archguard.codebase import Source
from archguard.codebase.facts import Literal
from archguard.codebase.scopes.scopes import Position
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.client_calls import ClientCall
from archguard.effects.tracing import creation_sites
from archguard.effects.urls import SCHEMES, Url, addresses
from archguard.model import Confidence, Location
from archguard.semantics import SemanticModel, StringValue

_NAMES = load_conventions().addresses
_NAMESPACE_PREFIXES = tuple(_NAMES.namespace_prefixes)


@dataclass(frozen=True)
class NamedHost:
    """A URL at `location`."""

    url: Url
    location: Location
    confidence: Confidence
    called: bool = False

    @property
    def action(self) -> str:
        """The verb for messages."""
        return "call" if self.called else "name"


@dataclass(frozen=True)
class Hosts:
    """Finds the hosts that are not in `allowed`."""

    model: SemanticModel
    allowed: tuple[str, ...]

    def of(self, source: Source, calls: Iterator[ClientCall]) -> Iterator[NamedHost]:
        """Yield the hosts of the client calls `calls` and of the literals in `source`; each host once per line."""
        seen = set[tuple[int, str]]()
        for named in (*self._in_calls(calls), *self._in_literals(source)):
            # The literal is an argument of the call: on any of its lines, it is the same URL.
            lines = range(named.location.line, max(named.location.end_line, named.location.line) + 1)
            if not any((line, named.url.host) in seen for line in lines):
                seen.update((line, named.url.host) for line in lines)
                yield named

    def _in_calls(self, calls: Iterator[ClientCall]) -> Iterator[NamedHost]:
        for call in calls:
            for node in addresses(call.access.call) if call.access.call else ():
                url = Url.of(self.model.string_value(node, call.path.at))
                if url and self._is_forbidden(url):
                    yield NamedHost(url, call.location, Confidence.CERTAIN, called=True)

    def _in_literals(self, source: Source) -> Iterator[NamedHost]:
        for literal in Literal.within(self.model.scope(source.module), source):
            text = self.model.string_value(literal.node, literal.at)
            url = Url.of(text)
            if url and _is_address(text, url) and self._is_forbidden(url):
                yield NamedHost(url, literal.location, Confidence.LIKELY)

    def _is_forbidden(self, url: Url) -> bool:
        is_known = url.host and url.scheme in SCHEMES
        return bool(is_known) and not any(url.matches(pattern) for pattern in self.allowed)


def urls_reached(model: SemanticModel, call: ClientCall) -> Iterator[Url]:
    """The URLs that `call` names; if it names none, those that its client was created with, such as a `base_url`."""
    named = [*_urls(model, call.access.call, call.path.at)] if call.access.call else []
    if call.access.owner and not named:
        sites = creation_sites(model, call.access.owner, call.path.at)
        named = [url for site, at in sites for url in _urls(model, site, at)]
    yield from named


def _urls(model: SemanticModel, call: ast.Call, at: Position) -> Iterator[Url]:
    """The URLs among the addresses of `call`, or of the function that it is passed: `retry(requests.get, url)`."""
    nodes = dict.fromkeys((*addresses(call), *call.args))
    found = (Url.of(model.string_value(node, at)) for node in nodes)
    yield from (url for url in found if url and url.host)


def _is_address(text: StringValue, url: Url) -> bool:
    """Whether the whole text is a URL, and not of this machine or a namespace."""
    return not (
        any(character.isspace() for character in text.filled("").strip())
        or url.host in _NAMES.local_hosts
        or url.host.startswith(_NAMESPACE_PREFIXES)
        or any(url.host == domain or url.host.endswith(f".{domain}") for domain in _NAMES.namespace_domains)
    )
