"""Services that call each other over the network: by URL or address, by its setting, by the name of a proxy.

An address is reported once, where it is used last: at the call of a client; else where it is completed (`BASE + "/x"`)
or handed to a function of the project; else where the setting is read; else where it is written. What a reported place
is put together from is no further finding; the same address used elsewhere is.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from archguard.codebase import Source
from archguard.codebase.facts import Literal
from archguard.codebase.scopes.scopes import AccessPath, Position, Scope
from archguard.effects.catalogue.catalogue import load_catalogue
from archguard.effects.client_calls import ClientCall, ClientCallFinder
from archguard.effects.interactions.interaction import Channel, Interaction, Owners, ServiceMap, is_setting
from archguard.effects.urls import SCHEMES, Url, addresses, mentions, sources
from archguard.model import Confidence, Location
from archguard.semantics import ClassType, FunctionType, InstanceType, SemanticModel, StringValue

_OF_SETTINGS = re.compile(r"settings|config|(?:^|_)(?:conf|env)$", re.IGNORECASE)
"""What objects and modules are called that hold settings."""
_REST = re.compile(r"\.\.\.|[?#]")
"""What begins where the known part of a path ends."""
_WAYS = {Channel.HTTP: ("http",), Channel.RPC: ("rpc",)}


@dataclass(frozen=True)
class _Place:
    """A place where an address or a setting of another service is used or written."""

    interaction: Interaction
    node: ast.expr
    """The expression that holds the address."""
    at: Position
    defines: bool = False
    """Whether it only gives a name of a module or a class its value."""

    @property
    def key(self) -> tuple[str, int]:
        """Whose address it is, and the expression."""
        return self.interaction.callee, id(self.node)


@dataclass(frozen=True)
class RemoteCalls:
    """The calls of the service `caller` to the hosts of others, and the addresses of those in its texts."""

    model: SemanticModel
    services: ServiceMap
    caller: str
    sources: tuple[Source, ...]
    ways: tuple[Channel, ...]

    def interactions(self) -> Iterator[Interaction]:
        """The calls, and the other places of which no reported one is put together."""
        calls = tuple(chain.from_iterable(map(self._calls, self.sources)))
        called = {key for place in calls for key in self._parts(place)}
        others = [place for source in self.sources for place in self._others(source) if place.key not in called]
        uses = self._last([place for place in others if not place.defines])
        reported = (*calls, *uses)
        used = {key for place in uses for key in self._parts(place)}
        yield from (place.interaction for place in reported)
        for place in others:
            if place.defines and place.key not in used and not _is_used(place, reported):
                yield place.interaction

    def _last(self, places: list[_Place]) -> tuple[_Place, ...]:
        """Those of `places` that are no part of another one that is reported itself."""
        parts = {place.key: self._parts(place) for place in places}
        for key in list(parts):
            if any(key in found for other, found in parts.items() if other != key):
                del parts[key]
        return tuple(place for place in places if place.key in parts)

    def _parts(self, place: _Place) -> frozenset[tuple[str, int]]:
        """The keys of everything that the address of `place` is put together from."""
        return frozenset((place.interaction.callee, id(part)) for part in sources(self.model, place.node, place.at))

    def _calls(self, source: Source) -> Iterator[_Place]:
        for way in self.ways:
            for use in ClientCallFinder(self.model, load_catalogue(_WAYS[way])).of(source) if way in _WAYS else ():
                yield from self._call(use, way, source)

    def _call(self, call: ClientCall, way: Channel, source: Source) -> Iterator[_Place]:
        at = call.path.at
        for node in addresses(call.access.call) if call.access.call else ():
            found = self._addressed(self.model.string_value(node, at), way) or self._mentioned(node, at)
            if found:
                owners, where = found
                for contact in self._contacts(source, owners, way, f"call {where}", call.location, where):
                    yield _Place(contact, node, at)

    def _addressed(self, text: StringValue, way: Channel) -> tuple[Owners, str] | None:
        """Whose address `text` is, and how it is shown; of a proxy, the name of the service."""
        if way is Channel.RPC and text.complete and text.filled("") in self.services.modules:
            return (text.filled(""),), text.filled("")
        url = Url.address(text)
        owners = self.services.owners_of_host(url) if url else ()
        return (owners, str(url)) if owners else None

    def _mentioned(self, node: ast.expr, at: Position) -> tuple[Owners, str] | None:
        """Whose setting is in the address `node`, and what it is called."""
        names = mentions(self.model, node, at)
        return next(((owners, name) for name in names if (owners := self.services.owners_of_setting(name))), None)

    def _others(self, source: Source) -> Iterator[_Place]:
        """Where an address is written, completed or handed on, or a setting is read."""
        scope = self.model.scope(source.module)
        yield from self._in_texts(scope, source)
        for inner in scope.walk():
            for chain_ in inner.access_paths:
                yield from self._in_attributes(chain_, source)
                yield from self._in_arguments(chain_, source)

    def _in_texts(self, scope: Scope, source: Source) -> Iterator[_Place]:
        defining, storing = self._defining(scope), _stored_keys(scope)
        for literal in Literal.within(scope, source):
            text = self.model.string_value(literal.node, literal.at)
            owners = self._named(text) if id(literal.node) not in storing else ()
            if owners:
                where = text.filled("...").strip()
                does = "read the setting" if is_setting(where) else "name the address"
                for contact in self._likely(source, owners, self._way(text), does, where, literal.node):
                    yield _Place(contact, literal.node, literal.at, id(literal.node) in defining)

    def _in_attributes(self, chain_: AccessPath, source: Source) -> Iterator[_Place]:
        """`settings.payments_url`, whatever it is by default."""
        for step in chain_.accesses:
            if not step.call and _OF_SETTINGS.search(step.owner_name):
                owners = self.services.owners_of_setting(step.name)
                for contact in self._likely(source, owners, Channel.HTTP, "read the setting", step.name, step.node):
                    yield _Place(contact, step.node, chain_.at)

    def _in_arguments(self, chain_: AccessPath, source: Source) -> Iterator[_Place]:
        """`fetch(PAYMENTS)`, where a function or a class of the project is handed an address by its name."""
        for call in (step.call for step in chain_.accesses if step.call):
            named = [node for node in _arguments(call) if isinstance(node, ast.Name | ast.Attribute)]
            texts = ((node, self.model.string_value(node, chain_.at)) for node in named)
            found = [(node, text, owners) for node, text in texts if text and (owners := self._named(text))]
            for node, text, owners in found if self._is_own(call, chain_.at) else ():
                where = text.filled("...").strip()
                for contact in self._likely(source, owners, self._way(text), "name the address", where, node):
                    yield _Place(contact, node, chain_.at)

    def _defining(self, scope: Scope) -> set[int]:
        """The expressions that give names of modules and classes their values, without calls of own functions."""
        values = (
            (binding.node, binding.at)
            for inner in scope.walk()
            if isinstance(inner.node, ast.Module | ast.ClassDef)
            for bindings in inner.bindings.values()
            for binding in bindings
            if isinstance(binding.node, ast.expr)
        )
        whole = (list(ast.walk(node)) for node, at in values if not self._calls_own(node, at))
        return {id(part) for parts in whole for part in parts}

    def _calls_own(self, node: ast.expr, at: Position) -> bool:
        return any(self._is_own(part, at) for part in ast.walk(node) if isinstance(part, ast.Call))

    def _is_own(self, call: ast.Call, at: Position) -> bool:
        """Whether it calls a function or a class of the project."""
        return any(
            isinstance(value, FunctionType | ClassType)
            or (isinstance(value, InstanceType) and isinstance(value.of, ClassType))
            for value in self.model.infer(call.func, at)
        )

    def _named(self, text: StringValue) -> Owners:
        """Whose address, or whose setting, `text` is by itself."""
        url = Url.of(text)
        if url:
            return self.services.owners_of_host(url) if url.scheme in ("", *SCHEMES) else ()
        name = text.filled("") if text.complete else ""
        return self.services.owners_of_setting(name) if is_setting(name) else ()

    def _way(self, text: StringValue) -> Channel:
        url = Url.of(text)
        return Channel.RPC if url and url.scheme.startswith("grpc") else Channel.HTTP

    def _likely(  # noqa: PLR0913  # the parts of the sentence
        self, source: Source, owners: Owners, way: Channel, does: str, where: str, node: ast.expr
    ) -> Iterator[Interaction]:
        does = f"{does} {where}"
        yield from self._contacts(source, owners, way, does, source.location(node), where, Confidence.LIKELY)

    def _contacts(  # noqa: PLR0913  # the parts of the sentence
        self,
        source: Source,
        owners: Owners,
        way: Channel,
        does: str,
        location: Location,
        symbol: str,
        confidence: Confidence = Confidence.CERTAIN,
    ) -> Iterator[Interaction]:
        for owner in owners if self.caller not in owners and way in self.ways else ():
            yield Interaction(
                caller=self.caller,
                callee=owner,
                channel=way,
                importer=source.module,
                does=does,
                location=location,
                symbol=symbol,
                confidence=confidence,
            )


def _is_used(definition: _Place, reported: tuple[_Place, ...]) -> bool:
    """Whether the address that `definition` gives a name is used in a way that could not be followed to it."""
    callee, beginning = definition.interaction.callee, _REST.split(definition.interaction.symbol)[0].lower()
    contacts = (place.interaction for place in reported)
    return any(contact.callee == callee and contact.symbol.lower().startswith(beginning) for contact in contacts)


def _stored_keys(scope: Scope) -> set[int]:
    """The keys of `config["PAYMENTS_URL"] = ...`, which read no setting."""
    scopes = (inner.attributes for inner in scope.walk())
    return {id(binding.key) for found in scopes for bindings in found.values() for binding in bindings if binding.key}


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args
    yield from (keyword.value for keyword in call.keywords)
