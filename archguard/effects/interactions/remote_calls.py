"""Find remote calls between services: by URL or address, by a setting that holds it, by the name of a proxy.

An address is reported once, where it is used last: at the call of a client; else where it is completed (`BASE + "/x"`)
or passed to a function of the project; else where the setting is read; else where it is written. The expressions that
contribute to a reported address are not reported again; other uses of the same address are.

How it works: the places of each file are found by themselves, with the numbers of the expressions that contribute to
them in any file. Then `reported` compares these numbers for all files of a service.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import TypeAlias

from archguard.codebase import Source
from archguard.codebase.facts import Literal
from archguard.codebase.scopes.scopes import AccessPath, Position, Scope
from archguard.dataclass import dataclass
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


Expression: TypeAlias = tuple[str, int]
"""An expression: the path of its file, and its number there."""


@dataclass(frozen=True)
class Place:
    """A place that uses or writes an address or setting of another service."""

    interaction: Interaction
    expression: Expression
    """What holds the address."""
    parts: frozenset[Expression] = frozenset()
    """The expressions that contribute to the address, itself included; empty if it only binds a name."""
    defines: bool = False
    """Whether it only binds a name of a module or class."""

    @property
    def key(self) -> tuple[str, Expression]:
        """The service that the address belongs to, and the expression."""
        return self.interaction.callee, self.expression

    @property
    def part_keys(self) -> frozenset[tuple[str, Expression]]:
        """The keys of every expression that contributes to the address."""
        return frozenset((self.interaction.callee, part) for part in self.parts)


@dataclass(frozen=True)
class Places:
    """The places in one file."""

    calls: tuple[Place, ...] = ()
    """Calls of clients."""
    others: tuple[Place, ...] = ()

    @property
    def paths(self) -> Iterator[str]:
        """The files whose expressions contribute to one of them."""
        return (path for place in (*self.calls, *self.others) for path, _ in place.parts)


def reported(files: Iterable[Places]) -> Iterator[Interaction]:
    """Yield the calls in `files` of one service, and the other places that contribute to no reported one."""
    every = tuple(files)
    calls = tuple(place for found in every for place in found.calls)
    called = {key for place in calls for key in place.part_keys}
    others = [place for found in every for place in found.others if place.key not in called]
    uses = _outermost([place for place in others if not place.defines])
    used = {key for place in uses for key in place.part_keys}
    yield from (place.interaction for place in (*calls, *uses))
    for place in others:
        if place.defines and place.key not in used and not _is_used_untraced(place, (*calls, *uses)):
            yield place.interaction


def _outermost(places: list[Place]) -> tuple[Place, ...]:
    """Those of `places` that contribute to no other reported one."""
    parts = {place.key: place.part_keys for place in places}
    holders = Counter(chain.from_iterable(parts.values()))  # of each expression; it holds itself
    # In the order of the file; what is removed no longer holds its parts, so that a chain of additions leaves the last
    # one.
    for key in list(parts):
        if holders[key] > 1:
            holders.subtract(parts.pop(key))
    return tuple(place for place in places if place.key in parts)


@dataclass(frozen=True)
class RemoteCalls:
    """Finds the remote calls of the service `caller` to other services, and the addresses of these in its code."""

    model: SemanticModel
    services: ServiceMap
    caller: str
    channels: tuple[Channel, ...]

    def of(self, source: Source) -> Places:
        """The places in `source`."""
        return Places(tuple(self._calls(source)), tuple(self._other_places(source)))

    def _place(self, interaction: Interaction, node: ast.expr, at: Position, *, defines: bool = False) -> Place:
        parts = sources(self.model, node, at) if not defines else ()
        numbered = (self._number(part, place) for part, place in parts if isinstance(part, ast.expr))
        expression = self._number(node, at)
        assert expression  # noqa: S101  # it stands in the file
        return Place(interaction, expression, frozenset(filter(None, numbered)), defines)

    def _number(self, node: ast.expr, at: Position) -> Expression | None:
        """The number of an expression in its file; None for one that inference has made."""
        module = at.scope.module
        if module.name not in self._numbers:
            # Numbers, not identities: places are found in several processes, and kept from run to run.
            self._numbers[module.name] = {id(node): number for number, node in enumerate(ast.walk(module.syntax))}
        number = self._numbers[module.name].get(id(node))
        return None if number is None else (self.model.files.source(module.name).display_path, number)

    @cached_property
    def _numbers(self) -> dict[str, Mapping[int, int]]:
        return {}

    def _calls(self, source: Source) -> Iterator[Place]:
        for channel in self.channels:
            if channel in _CATALOGUE_CHANNELS:
                finder = ClientCallFinder(self.model, load_catalogue(_CATALOGUE_CHANNELS[channel]))
                for client_call in finder.of(source):
                    yield from self._places_of(client_call, channel, source)

    def _places_of(self, call: ClientCall, channel: Channel, source: Source) -> Iterator[Place]:
        at = call.path.at
        for node in addresses(call.access.call) if call.access.call else ():
            found = self._address_owners(self.model.string_value(node, at), channel) or self._setting_owners(node, at)
            if found:
                owners, where = found
                for interaction in self._interactions(source, owners, channel, f"call {where}", call.location, where):
                    yield self._place(interaction, node, at)

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

    def _other_places(self, source: Source) -> Iterator[Place]:
        """Yield the places that write, complete or pass an address, or read a setting."""
        scope = self.model.scope(source.module)
        yield from self._in_literals(scope, source)
        for inner in scope.walk():
            for path in inner.access_paths:
                yield from self._in_settings_reads(path, source)
                yield from self._in_arguments(path, source)

    def _in_literals(self, scope: Scope, source: Source) -> Iterator[Place]:
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
                    defines = id(literal.node) in defining_ids
                    yield self._place(interaction, literal.node, literal.at, defines=defines)

    def _in_settings_reads(self, path: AccessPath, source: Source) -> Iterator[Place]:
        """Reads of a setting: `settings.payments_url`, whatever its default is."""
        for access in path.accesses:
            if not access.call and _SETTINGS_OWNER.search(access.owner_name):
                owners = self.services.owners_of_setting(access.name)
                for interaction in self._likely_interactions(
                    source, owners, Channel.HTTP, "read the setting", access.name, access.node
                ):
                    yield self._place(interaction, access.node, path.at)

    def _in_arguments(self, path: AccessPath, source: Source) -> Iterator[Place]:
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
                    yield self._place(interaction, node, path.at)

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


def _is_used_untraced(definition: Place, reported: tuple[Place, ...]) -> bool:
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
