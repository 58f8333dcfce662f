"""Services that call each other over the network: by URL or address, by its setting, by the name of a proxy."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from archguard.codebase import Source
from archguard.codebase.facts import Literal, Position, Step
from archguard.codebase.names import Names, Text
from archguard.kinds.clients import Use, Uses, catalogue
from archguard.kinds.contacts.contact import Contact, Owners, Territory, Way, is_setting
from archguard.kinds.reaching.urls import SCHEMES, Url, addresses, mentions
from archguard.model import Confidence, Location

_OF_SETTINGS = re.compile(r"settings|config|(?:^|_)(?:conf|env)$", re.IGNORECASE)
"""What objects and modules are called that hold settings."""
_REST = re.compile(r"\.\.\.|[?#]")
"""What begins where the known part of a path ends."""
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
            found = self._addressed(self.names.text(node, use.chain.at), way) or self._mentioned(node, use.chain.at)
            if found:
                owners, where = found
                yield from self._contacts(source, owners, way, f"call {where}", use.location, where)

    def _addressed(self, text: Text, way: Way) -> tuple[Owners, str] | None:
        """Whose address `text` is, and how it is shown; of a proxy, the name of the service."""
        if way is Way.RPC and text.complete and text.filled("") in self.territory.modules:
            return (text.filled(""),), text.filled("")
        url = Url.address(text)
        owners = self.territory.owners_of_host(url) if url else ()
        return (owners, str(url)) if owners else None

    def _mentioned(self, node: ast.expr, at: Position) -> tuple[Owners, str] | None:
        """Whose setting is in the address `node`, and what it is called."""
        names = mentions(self.names, node, at)
        return next(((owners, name) for name in names if (owners := self.territory.owners_of_setting(name))), None)

    def _in_texts(self, source: Source) -> Iterator[Contact]:
        for literal in Literal.within(self.names.scope(source.module), source):
            text = self.names.text(literal.node, literal.at)
            if owners := self._named(text):
                where = text.filled("...").strip()
                if not self._called(owners, _REST.split(where)[0]):
                    does = "read the setting" if is_setting(where) else "name the address"
                    yield from self._contacts(
                        source, owners, self._way(text), f"{does} {where}", literal.location, where, Confidence.LIKELY
                    )

    def _in_attributes(self, source: Source) -> Iterator[Contact]:
        """`settings.payments_url`, where no address that it holds is known: that is found where it is written."""
        for scope in self.names.scope(source.module).everything():
            for chain in scope.chains:
                for step in chain.steps:
                    if not step.call and _OF_SETTINGS.search(step.owner_name):
                        yield from self._setting(step, chain.at, source)

    def _setting(self, step: Step, at: Position, source: Source) -> Iterator[Contact]:
        owners, does = self.territory.owners_of_setting(step.name), f"read the setting {step.name}"
        if owners and not self._called(owners, step.name) and not self.names.text(step.node, at):
            place = source.location(step.node)
            yield from self._contacts(source, owners, Way.HTTP, does, place, step.name, Confidence.LIKELY)

    def _named(self, text: Text) -> Owners:
        """Whose address, or whose setting, `text` is by itself."""
        url = Url.of(text)
        if url:
            return self.territory.owners_of_host(url) if url.scheme in ("", *SCHEMES) else ()
        name = text.filled("") if text.complete else ""
        return self.territory.owners_of_setting(name) if is_setting(name) else ()

    def _way(self, text: Text) -> Way:
        url = Url.of(text)
        return Way.RPC if url and url.scheme.startswith("grpc") else Way.HTTP

    def _called(self, owners: Owners, beginning: str) -> bool:
        """Whether a call has been found that leads to this address."""
        symbols = (contact.symbol.lower() for contact in self._calls if contact.callee in owners)
        return any(symbol.startswith(beginning.lower()) for symbol in symbols)

    def _contacts(  # noqa: PLR0913  # the parts of the sentence
        self,
        source: Source,
        owners: Owners,
        way: Way,
        does: str,
        location: Location,
        symbol: str,
        confidence: Confidence = Confidence.CERTAIN,
    ) -> Iterator[Contact]:
        for owner in owners if self.caller not in owners and way in self.ways else ():
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
