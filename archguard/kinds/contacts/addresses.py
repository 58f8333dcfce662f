"""Services that call each other over the network: by URL or address, by its setting, by the name of a proxy."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from archguard.codebase import Source
from archguard.codebase.facts import Literal, Position, Step
from archguard.codebase.names import Names, Text
from archguard.kinds.clients import Use, Uses, catalogue
from archguard.kinds.contacts.contact import Contact, Territory, Way, is_setting
from archguard.kinds.reaching.urls import SCHEMES, Url, addresses, mentions
from archguard.model import Confidence, Location

_OF_SETTINGS = re.compile(r"settings|config|(?:^|_)(?:conf|env)$", re.IGNORECASE)
"""What objects and modules are called that hold settings."""
_WAYS = {Way.HTTP: ("http",), Way.RPC: ("rpc",)}


@dataclass(frozen=True)
class Addresses:
    """The calls of the service `caller` to the hosts of others, and the addresses of those in its texts."""

    names: Names
    territory: Territory
    caller: str
    sources: tuple[Source, ...]
    ways: tuple[Way, ...]

    def contacts(self) -> Iterator[Contact]:
        """The calls, and the addresses that no call leads to."""
        yield from self._calls
        for source in self.sources:
            yield from self._in_texts(source)
            yield from self._in_attributes(source)

    @cached_property
    def _calls(self) -> tuple[Contact, ...]:
        return tuple(
            contact
            for way in self.ways
            if way in _WAYS
            for source in self.sources
            for use in Uses(self.names, catalogue(_WAYS[way])).of(source)
            for contact in self._call(use, way, source)
        )

    def _call(self, use: Use, way: Way, source: Source) -> Iterator[Contact]:
        for node in addresses(use.step.call) if use.step.call else ():
            text = self.names.text(node, use.chain.at)
            owner, where = self._addressed(text, way)
            setting = (
                ""
                if owner
                else next(filter(self.territory.owner_of_setting, mentions(self.names, node, use.chain.at)), "")
            )
            owner = owner or (self.territory.owner_of_setting(setting) if setting else "")
            yield from self._contact(source, owner, way, f"call {where or setting}", use.location, where or setting)

    def _addressed(self, text: Text, way: Way) -> tuple[str, str]:
        """Whose address `text` is, and how it is shown; of a proxy, the name of the service."""
        if way is Way.RPC and text.complete and text.filled("") in self.territory.modules:
            return text.filled(""), text.filled("")
        url = Url.address(text)
        owner = self.territory.owner_of_host(url) if url else ""
        return (owner, str(url)) if owner else ("", "")

    def _in_texts(self, source: Source) -> Iterator[Contact]:
        for literal in Literal.within(self.names.scope(source.module), source):
            text = self.names.text(literal.node, literal.at)
            if owner := self._named(text):
                where = text.filled("...").strip()
                if not self._called(owner, where.partition("...")[0]):
                    does = "read the setting" if is_setting(where) else "name the address"
                    yield from self._contact(
                        source, owner, self._way(text), f"{does} {where}", literal.location, where, Confidence.LIKELY
                    )

    def _in_attributes(self, source: Source) -> Iterator[Contact]:
        """`settings.payments_url`, where no address that it holds is known: that is found where it is written."""
        for scope in self.names.scope(source.module).everything():
            for chain in scope.chains:
                for step in chain.steps:
                    if not step.call and _OF_SETTINGS.search(step.owner_name):
                        yield from self._setting(step, chain.at, source)

    def _setting(self, step: Step, at: Position, source: Source) -> Iterator[Contact]:
        owner, does = self.territory.owner_of_setting(step.name), f"read the setting {step.name}"
        if owner and not self._called(owner, step.name) and not self.names.text(step.node, at):
            place = source.location(step.node)
            yield from self._contact(source, owner, Way.HTTP, does, place, step.name, Confidence.LIKELY)

    def _named(self, text: Text) -> str:
        """Whose address, or whose setting, `text` is by itself."""
        url = Url.of(text)
        if url:
            return self.territory.owner_of_host(url) if url.scheme in ("", *SCHEMES) else ""
        return self.territory.owner_of_setting(text.filled("")) if text.complete and is_setting(text.filled("")) else ""

    def _way(self, text: Text) -> Way:
        url = Url.of(text)
        return Way.RPC if url and url.scheme.startswith("grpc") else Way.HTTP

    def _called(self, owner: str, beginning: str) -> bool:
        """Whether a call has been found that leads to this address."""
        symbols = (contact.symbol.lower() for contact in self._calls if contact.callee == owner)
        return any(symbol.startswith(beginning.lower()) for symbol in symbols)

    def _contact(  # noqa: PLR0913  # the parts of the sentence
        self,
        source: Source,
        owner: str,
        way: Way,
        does: str,
        location: Location,
        symbol: str,
        confidence: Confidence = Confidence.CERTAIN,
    ) -> Iterator[Contact]:
        if owner not in ("", self.caller) and way in self.ways:
            yield Contact(
                caller=self.caller,
                callee=owner,
                way=way,
                importer=source.module,
                does=does,
                location=location,
                symbol=symbol,
                confidence=confidence,
            )
