"""What calls of clients send, and where to: facts from `http_requests.toml` and `message_calls.toml`."""

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cache

from archguard.codebase.package_data import load_package_tables
from archguard.dataclass import dataclass
from archguard.model.names import last_part, top_package

GET = "GET"
WEBSOCKET = "WEBSOCKET"
PUBLISH = "PUBLISH"
"""The method of a message that is sent to a topic."""


@dataclass(frozen=True, kw_only=True)
class RequestClient:
    """How one library takes method, URL and body."""

    owners: tuple[str, ...]
    """The modules and classes that have the calls."""
    verbs: tuple[str, ...] = ()
    """Calls that are named after their HTTP method, and take the URL first."""
    request: tuple[str, ...] = ()
    """Calls that take the method first, then the URL."""
    url_first: tuple[str, ...] = ()
    """Calls that take the URL first, and the method by the keyword `method`: GET by default, POST with a body."""
    websocket: tuple[str, ...] = ()
    """Calls that open a web socket, and take the URL first."""
    url: tuple[str, ...] = ("url",)
    """The keywords of the URL."""
    json: tuple[str, ...] = ()
    """The keywords of a body that the library encodes as JSON."""
    body: tuple[str, ...] = ()
    """The keywords of a body that the caller encodes."""
    body_position: int = -1
    """The position of the body in calls of `url_first`; -1 if it is passed by keyword only."""
    client: tuple[str, ...] = ()
    """The classes whose constructor takes a base URL."""
    base: tuple[str, ...] = ()
    """The keywords of the base URL."""
    base_position: int = -1
    """The position of the base URL; -1 if it is passed by keyword only."""
    resolves: bool = False
    """Whether a path that begins with a slash replaces the path of the base, as `urljoin` does."""

    def calls(self) -> Mapping[str, "SendingCall"]:
        """The calls by their names without the owner."""
        plain = SendingCall(target=self.url, json=self.json, body=self.body)
        return {
            **{name: replace(plain, method=name.upper()) for name in self.verbs},
            **{name: replace(plain, method_position=0, target_position=1) for name in self.request},
            **{name: replace(plain, is_default_get=True, body_position=self.body_position) for name in self.url_first},
            **{name: replace(plain, method=WEBSOCKET) for name in self.websocket},
        }


@dataclass(frozen=True, kw_only=True)
class MessageClient:
    """How one library takes topic and message."""

    owners: tuple[str, ...]
    """The modules and classes that have the calls."""
    publish: Mapping[str, int] = field(default_factory=dict)
    """Calls that send a message, with the position of the topic."""
    topic: tuple[str, ...] = ()
    """The keywords of the topic."""
    body: tuple[str, ...] = ()
    """The keywords of the message."""
    body_position: int = -1
    """The position of the message."""
    kind: tuple[str, ...] = ()
    """The keywords of the properties that say which kind of message it is."""
    kind_position: int = -1
    """The position of the properties."""
    kind_names: tuple[str, ...] = ()
    """The keywords of the kind in the properties, the first of which is also their first argument."""
    consume: Mapping[str, int] = field(default_factory=dict)
    """Calls that receive messages, with the position of the topic, or of the first of several."""
    consumed: tuple[str, ...] = ()
    """The keywords of the topic in such calls."""
    arguments: tuple[str, ...] = ()
    """The keywords of positional arguments that are sent beside the message, which then does not have all fields."""
    arguments_position: int = -1
    """The position of such arguments."""
    tasks: tuple[str, ...] = ()
    """Decorators that make tasks of functions: the topic is the keyword `name`, else the name of the function with its
    module."""

    def calls(self) -> Mapping[str, "SendingCall"]:
        """The sending calls by their names without the owner."""
        return {
            name: SendingCall(
                method=PUBLISH,
                target=self.topic,
                target_position=position,
                json=self.body,
                body_position=self.body_position,
                kind=self.kind,
                kind_position=self.kind_position,
                kind_names=self.kind_names,
                arguments=self.arguments,
                arguments_position=self.arguments_position,
            )
            for name, position in self.publish.items()
        }


@dataclass(frozen=True, kw_only=True)
class SendingCall:
    """Where one call takes method, target and body."""

    method: str = ""
    """The HTTP method, or PUBLISH; "" if an argument says it."""
    method_position: int = -1
    target: tuple[str, ...] = ()
    """The keywords of the URL or topic."""
    target_position: int = 0
    is_default_get: bool = False
    """Whether the method is GET without the argument, or POST with a body."""
    json: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    body_position: int = -1
    kind: tuple[str, ...] = ()
    kind_position: int = -1
    kind_names: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    arguments_position: int = -1


@dataclass(frozen=True)
class ConsumingCall:
    """Where one call takes the topics that it consumes."""

    position: int
    keywords: tuple[str, ...]


def sending_call(name: str) -> SendingCall | None:
    """The call with the qualified name `name`, such as `requests.Session.post`; None if it sends nothing."""
    return _sending_calls().get(name)


def consuming_call(name: str) -> ConsumingCall | None:
    """The call with the qualified name `name`, such as `kafka.KafkaConsumer`; None if it receives nothing."""
    return _consuming_calls().get(name)


def client_class(name: str) -> RequestClient | None:
    """The library whose client class has the qualified name `name`."""
    return _client_classes().get(name)


@cache
def sending_words() -> frozenset[str]:
    """The last names of all sending calls."""
    return frozenset(last_part(name) for name in _sending_calls())


@cache
def consuming_words() -> frozenset[str]:
    """The last names of all consuming calls."""
    return frozenset(last_part(name) for name in _consuming_calls())


@cache
def client_packages() -> tuple[str, ...]:
    """The top-level packages of all libraries."""
    return tuple(sorted({top_package(name) for name in _sending_calls()}))


@cache
def task_decorators() -> frozenset[str]:
    """The qualified names of the decorators that make tasks."""
    return frozenset(name for client in _message_clients() for name in client.tasks)


@cache
def kind_names() -> frozenset[str]:
    """The names under which consumers find the kind of a message."""
    return frozenset(name for client in _message_clients() for name in client.kind_names)


@cache
def _sending_calls() -> Mapping[str, SendingCall]:
    return {
        f"{owner}.{name}": call
        for client in _clients()
        for owner in client.owners
        for name, call in client.calls().items()
    }


@cache
def _consuming_calls() -> Mapping[str, ConsumingCall]:
    return {
        f"{owner}.{name}": ConsumingCall(position, client.consumed)
        for client in _message_clients()
        for owner in client.owners
        for name, position in client.consume.items()
    }


@cache
def _client_classes() -> Mapping[str, RequestClient]:
    return {name: client for client in _request_clients() for name in client.client}


@cache
def _request_clients() -> tuple[RequestClient, ...]:
    return tuple(load_package_tables(RequestClient, "archguard.effects.catalogue", "http_requests.toml").values())


@cache
def _message_clients() -> tuple[MessageClient, ...]:
    return tuple(load_package_tables(MessageClient, "archguard.effects.catalogue", "message_calls.toml").values())


def _clients() -> tuple[RequestClient | MessageClient, ...]:
    return (*_request_clients(), *_message_clients())
