"""Find remote calls between services: by URL or address, by a setting that holds it, by the name of a proxy.

An address is reported once, where it is used last: at the call of a client; else where it is completed (`BASE + "/x"`)
or passed to a function of the project; else where the setting is read; else where it is written. The expressions that
contribute to a reported address are not reported again; other uses of the same address are.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from archguard.codebase import Source
from archguard.codebase.facts import Literal
from archguard.codebase.scopes.scopes import AccessPath, Position, Scope
from archguard.effects.catalogue.catalogue import load_catalogue
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.client_calls import ClientCall, ClientCallFinder
from archguard.effects.interactions.interaction import Channel, Interaction, Owners, ServiceMap, is_setting
from archguard.effects.urls import SCHEMES, Url, addresses, mentions, sources
from archguard.model import Confidence, Location
from archguard.semantics import ClassType, FunctionType, InstanceType, SemanticModel, StringValue

_NAMES = load_conventions().addresses
_SETTINGS_OWNER = re.compile(
    rf"{'|'.join(sorted(_NAMES.settings_parts))}|(?:^|_)(?:{'|'.join(sorted(_NAMES.settings_last_words))})$",
    re.IGNORECASE,
)
"""Names of objects and modules that hold settings."""
_UNKNOWN_REST = re.compile(r"\.\.\.|[?#]")
"""Where the known part of a path ends."""
_CATALOGUE_CHANNELS = {Channel.HTTP: ("http",), Channel.RPC: ("rpc",)}


@dataclass(frozen=True)
class _Place:
    """A place that uses or writes an address or setting of another service."""

    interaction: Interaction
    node: ast.expr
    """The expression that holds the address."""
    at: Position
    defines: bool = False
    """Whether it only binds a name of a module or class."""

    @property
    def key(self) -> tuple[str, int]:
        """The service that the address belongs to, and the identity of the expression."""
        return self.interaction.callee, id(self.node)


@dataclass(frozen=True)
class RemoteCalls:
    """The remote calls of the service `caller` to other services, and the addresses of these in its code."""

    model: SemanticModel
    services: ServiceMap
    caller: str
    sources: tuple[Source, ...]
    channels: tuple[Channel, ...]

    def interactions(self) -> Iterator[Interaction]:
        """Yield the calls, and the other places that contribute to no reported one."""
        calls = tuple(chain.from_iterable(map(self._calls, self.sources)))
        called = {key for place in calls for key in self._part_keys(place)}
        others = [place for source in self.sources for place in self._other_places(source) if place.key not in called]
        uses = self._outermost([place for place in others if not place.defines])
        reported = (*calls, *uses)
        used = {key for place in uses for key in self._part_keys(place)}
        yield from (place.interaction for place in reported)
        for place in others:
            if place.defines and place.key not in used and not _is_used_untraced(place, reported):
                yield place.interaction

    def _outermost(self, places: list[_Place]) -> tuple[_Place, ...]:
        """Those of `places` that contribute to no other reported one."""
        parts = {place.key: self._part_keys(place) for place in places}
        holders = Counter(chain.from_iterable(parts.values()))  # of each expression; it holds itself
        for key in list(parts):
            if holders[key] > 1:
                holders.subtract(parts.pop(key))
        return tuple(place for place in places if place.key in parts)

    def _part_keys(self, place: _Place) -> frozenset[tuple[str, int]]:
        """The keys of every expression that contributes to the address of `place`."""
        return frozenset((place.interaction.callee, id(part)) for part in sources(self.model, place.node, place.at))

    def _calls(self, source: Source) -> Iterator[_Place]:
        for channel in self.channels:
            if channel in _CATALOGUE_CHANNELS:
                finder = ClientCallFinder(self.model, load_catalogue(_CATALOGUE_CHANNELS[channel]))
                for client_call in finder.of(source):
                    yield from self._places_of(client_call, channel, source)

    def _places_of(self, call: ClientCall, channel: Channel, source: Source) -> Iterator[_Place]:
        at = call.path.at
        for node in addresses(call.access.call) if call.access.call else ():
            found = self._address_owners(self.model.string_value(node, at), channel) or self._setting_owners(node, at)
            if found:
                owners, where = found
                for interaction in self._interactions(source, owners, channel, f"call {where}", call.location, where):
                    yield _Place(interaction, node, at)

    def _address_owners(self, text: StringValue, channel: Channel) -> tuple[Owners, str] | None:
        """The owners of the address `text`, and how messages show it; for a proxy, the name of the service."""
        if channel is Channel.RPC and text.complete and text.filled("") in self.services.modules:
            return (text.filled(""),), text.filled("")
        url = Url.address(text)
        owners = self.services.owners_of_host(url) if url else ()
        return (owners, str(url)) if owners else None

    def _setting_owners(self, node: ast.expr, at: Position) -> tuple[Owners, str] | None:
        """The owners of a setting in the address `node`, and its name."""
        names = mentions(self.model, node, at)
        return next(((owners, name) for name in names if (owners := self.services.owners_of_setting(name))), None)

    def _other_places(self, source: Source) -> Iterator[_Place]:
        """Yield the places that write, complete or pass an address, or read a setting."""
        scope = self.model.scope(source.module)
        yield from self._in_literals(scope, source)
        for inner in scope.walk():
            for path in inner.access_paths:
                yield from self._in_settings_reads(path, source)
                yield from self._in_arguments(path, source)

    def _in_literals(self, scope: Scope, source: Source) -> Iterator[_Place]:
        defining_ids, stored_keys = self._defining_expressions(scope), _stored_keys(scope)
        for literal in Literal.within(scope, source):
            text = self.model.string_value(literal.node, literal.at)
            owners = self._text_owners(text) if id(literal.node) not in stored_keys else ()
            if owners:
                where = text.filled("...").strip()
                does = "read the setting" if is_setting(where) else "name the address"
                for interaction in self._likely_interactions(
                    source, owners, self._channel_of(text), does, where, literal.node
                ):
                    yield _Place(interaction, literal.node, literal.at, id(literal.node) in defining_ids)

    def _in_settings_reads(self, path: AccessPath, source: Source) -> Iterator[_Place]:
        """Reads of a setting: `settings.payments_url`, whatever its default is."""
        for access in path.accesses:
            if not access.call and _SETTINGS_OWNER.search(access.owner_name):
                owners = self.services.owners_of_setting(access.name)
                for interaction in self._likely_interactions(
                    source, owners, Channel.HTTP, "read the setting", access.name, access.node
                ):
                    yield _Place(interaction, access.node, path.at)

    def _in_arguments(self, path: AccessPath, source: Source) -> Iterator[_Place]:
        """Names of addresses that are passed to a function or class of the project: `fetch(PAYMENTS)`."""
        for call in (access.call for access in path.accesses if access.call):
            named = [node for node in _arguments(call) if isinstance(node, ast.Name | ast.Attribute)]
            texts = ((node, self.model.string_value(node, path.at)) for node in named)
            found = [(node, text, owners) for node, text in texts if text and (owners := self._text_owners(text))]
            for node, text, owners in found if self._is_own(call, path.at) else ():
                where = text.filled("...").strip()
                for interaction in self._likely_interactions(
                    source, owners, self._channel_of(text), "name the address", where, node
                ):
                    yield _Place(interaction, node, path.at)

    def _defining_expressions(self, scope: Scope) -> set[int]:
        """The ids of the expressions bound to names of modules and classes, except where they call own functions."""
        values = (
            (binding.node, binding.at)
            for inner in scope.walk()
            if isinstance(inner.node, ast.Module | ast.ClassDef)
            for bindings in inner.bindings.values()
            for binding in bindings
            if isinstance(binding.node, ast.expr)
        )
        expressions = (list(ast.walk(node)) for node, at in values if not self._calls_own(node, at))
        return {id(part) for parts in expressions for part in parts}

    def _calls_own(self, node: ast.expr, at: Position) -> bool:
        return any(self._is_own(part, at) for part in ast.walk(node) if isinstance(part, ast.Call))

    def _is_own(self, call: ast.Call, at: Position) -> bool:
        """Whether `call` calls a function or class of the project."""
        return any(
            isinstance(value, FunctionType | ClassType)
            or (isinstance(value, InstanceType) and isinstance(value.of, ClassType))
            for value in self.model.infer(call.func, at)
        )

    def _text_owners(self, text: StringValue) -> Owners:
        """The owners of `text` as an address, or as the name of a setting."""
        url = Url.of(text)
        if url:
            return self.services.owners_of_host(url) if url.scheme in ("", *SCHEMES) else ()
        name = text.filled("") if text.complete else ""
        return self.services.owners_of_setting(name) if is_setting(name) else ()

    def _channel_of(self, text: StringValue) -> Channel:
        url = Url.of(text)
        return Channel.RPC if url and url.scheme.startswith("grpc") else Channel.HTTP

    def _likely_interactions(  # noqa: PLR0913  # the parts of the sentence
        self, source: Source, owners: Owners, channel: Channel, does: str, where: str, node: ast.expr
    ) -> Iterator[Interaction]:
        does = f"{does} {where}"
        yield from self._interactions(source, owners, channel, does, source.location(node), where, Confidence.LIKELY)

    def _interactions(  # noqa: PLR0913  # the parts of the sentence
        self,
        source: Source,
        owners: Owners,
        channel: Channel,
        does: str,
        location: Location,
        symbol: str,
        confidence: Confidence = Confidence.CERTAIN,
    ) -> Iterator[Interaction]:
        for owner in owners if self.caller not in owners and channel in self.channels else ():
            yield Interaction(
                caller=self.caller,
                callee=owner,
                channel=channel,
                importer=source.module,
                does=does,
                location=location,
                symbol=symbol,
                confidence=confidence,
            )


def _is_used_untraced(definition: _Place, reported: tuple[_Place, ...]) -> bool:
    """Whether a reported place uses the address of `definition`, though the flow to it could not be traced."""
    callee, known_part = definition.interaction.callee, _UNKNOWN_REST.split(definition.interaction.symbol)[0].lower()
    interactions = (place.interaction for place in reported)
    return any(
        interaction.callee == callee and interaction.symbol.lower().startswith(known_part)
        for interaction in interactions
    )


def _stored_keys(scope: Scope) -> set[int]:
    """The ids of keys in assignments such as `config["PAYMENTS_URL"] = ...`, which do not read the setting."""
    scopes = (inner.attributes for inner in scope.walk())
    return {id(binding.key) for found in scopes for bindings in found.values() for binding in bindings if binding.key}


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args
    yield from (keyword.value for keyword in call.keywords)
