"""The hosts that a module names: in URLs, and in the calls that go there."""

from collections.abc import Iterator
from dataclasses import dataclass

from archguard.codebase import Source
from archguard.codebase.facts import Literal
from archguard.codebase.names import Names, Text
from archguard.kinds.clients import Use
from archguard.kinds.reaching.urls import SCHEMES, Url, addresses
from archguard.model import Confidence, Location

_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1"})  # noqa: S104  # names, nothing is bound
_NO_PLACES = ("example.com", "example.org", "example.net", "w3.org", "json-schema.org", "purl.org", "xmlsoap.org")
"""Domains of examples, and those that name things rather than places."""
_NO_PLACE_BEGINS = ("schemas.", "xmlns.", "ns.", "schema.")


@dataclass(frozen=True)
class Named:
    """`url` is named at `location`."""

    url: Url
    location: Location
    confidence: Confidence
    called: bool = False

    @property
    def deed(self) -> str:
        """What is done with it."""
        return "call" if self.called else "name"


@dataclass(frozen=True)
class Hosts:
    """Finds the hosts that are not in `allowed`."""

    names: Names
    allowed: tuple[str, ...]

    def of(self, source: Source, uses: Iterator[Use]) -> Iterator[Named]:
        """Those that the calls `uses` of `source` go to, and those of other URLs; each once a line."""
        seen = set[tuple[int, str]]()
        for named in (*self._called(uses), *self._written(source)):
            lines = range(named.location.line, max(named.location.end_line, named.location.line) + 1)
            if not any((line, named.url.host) in seen for line in lines):
                seen.update((line, named.url.host) for line in lines)
                yield named

    def _called(self, uses: Iterator[Use]) -> Iterator[Named]:
        for use in uses:
            for node in addresses(use.step.call) if use.step.call else ():
                url = Url.of(self.names.text(node, use.chain.at))
                if url and self._is_forbidden(url):
                    yield Named(url, use.location, Confidence.CERTAIN, called=True)

    def _written(self, source: Source) -> Iterator[Named]:
        for literal in Literal.within(self.names.scope(source.module), source):
            text = self.names.text(literal.node, literal.at)
            url = Url.of(text)
            if url and _is_address(text, url) and self._is_forbidden(url):
                yield Named(url, literal.location, Confidence.LIKELY)

    def _is_forbidden(self, url: Url) -> bool:
        is_known = url.host and url.scheme in SCHEMES
        return bool(is_known) and not any(url.matches(pattern) for pattern in self.allowed)


def _is_address(text: Text, url: Url) -> bool:
    """Whether it is a URL as a whole, and one where something can answer."""
    return not (
        any(character.isspace() for character in text.filled("").strip())
        or url.host in _LOCAL
        or url.host.startswith(_NO_PLACE_BEGINS)
        or any(url.host == domain or url.host.endswith(f".{domain}") for domain in _NO_PLACES)
    )
