"""The hosts that a module names: in URLs, and in the calls that go there."""

from collections.abc import Iterator
from dataclasses import dataclass

from archguard.codebase import Source
from archguard.codebase.facts import Literal
from archguard.effects.client_calls import ClientCall
from archguard.effects.urls import SCHEMES, Url, addresses
from archguard.model import Confidence, Location
from archguard.semantics import SemanticModel, StringValue

_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1"})  # noqa: S104  # names, nothing is bound
_NO_PLACES = ("example.com", "example.org", "example.net", "w3.org", "json-schema.org", "purl.org", "xmlsoap.org")
"""Domains of examples, and those that name things rather than places."""
_NO_PLACE_BEGINS = ("schemas.", "xmlns.", "ns.", "schema.")


@dataclass(frozen=True)
class NamedHost:
    """`url` is named at `location`."""

    url: Url
    location: Location
    confidence: Confidence
    called: bool = False

    @property
    def action(self) -> str:
        """What is done with it."""
        return "call" if self.called else "name"


@dataclass(frozen=True)
class Hosts:
    """Finds the hosts that are not in `allowed`."""

    model: SemanticModel
    allowed: tuple[str, ...]

    def of(self, source: Source, uses: Iterator[ClientCall]) -> Iterator[NamedHost]:
        """Those that the calls `uses` of `source` go to, and those of other URLs; each once a line."""
        seen = set[tuple[int, str]]()
        for named in (*self._called(uses), *self._written(source)):
            lines = range(named.location.line, max(named.location.end_line, named.location.line) + 1)
            if not any((line, named.url.host) in seen for line in lines):
                seen.update((line, named.url.host) for line in lines)
                yield named

    def _called(self, uses: Iterator[ClientCall]) -> Iterator[NamedHost]:
        for use in uses:
            for node in addresses(use.access.call) if use.access.call else ():
                url = Url.of(self.model.string_value(node, use.path.at))
                if url and self._is_forbidden(url):
                    yield NamedHost(url, use.location, Confidence.CERTAIN, called=True)

    def _written(self, source: Source) -> Iterator[NamedHost]:
        for literal in Literal.within(self.model.scope(source.module), source):
            text = self.model.string_value(literal.node, literal.at)
            url = Url.of(text)
            if url and _is_address(text, url) and self._is_forbidden(url):
                yield NamedHost(url, literal.location, Confidence.LIKELY)

    def _is_forbidden(self, url: Url) -> bool:
        is_known = url.host and url.scheme in SCHEMES
        return bool(is_known) and not any(url.matches(pattern) for pattern in self.allowed)


def _is_address(text: StringValue, url: Url) -> bool:
    """Whether it is a URL as a whole, and one where something can answer."""
    return not (
        any(character.isspace() for character in text.filled("").strip())
        or url.host in _LOCAL
        or url.host.startswith(_NO_PLACE_BEGINS)
        or any(url.host == domain or url.host.endswith(f".{domain}") for domain in _NO_PLACES)
    )
