"""Services that send each other messages: by topic, queue, routing key or task name."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.codebase.names import Names
from archguard.kinds.clients import Uses, catalogue
from archguard.kinds.contacts.contact import Contact, Territory, Way
from archguard.model import Confidence

_SENDING = frozenset(
    [
        "publish",
        "basic_publish",
        "send",
        "send_and_wait",
        "send_task",
        "send_message",
        "produce",
        "emit",
        "dispatch",
        "dispatch_event",
        "enqueue",
        "signature",
        "apply_async",
        "send_event",
        "put_events",
        "publish_message",
        "subscribe",
        "subscriber",
        "basic_consume",
        "consume",
        "queue_declare",
    ]
)


@dataclass(frozen=True)
class Messages:
    """The topics of other services in the calls of one module."""

    names: Names
    territory: Territory
    source: Source

    def contacts(self) -> Iterator[Contact]:
        """Every call that names one to a client of a queue, or to something that sends by its name."""
        for call in Call.within(self.names.scope(self.source.module), self.source):
            for topic in self._texts(call):
                owners = self.territory.owners_of_topic(topic)
                if owners and self._caller not in owners and (confidence := self._sends(call)):
                    yield from (self._contact(call, owner, topic, confidence) for owner in owners)

    def _texts(self, call: Call) -> Iterator[str]:
        nodes = (*call.arguments, *call.keywords.values())
        inner = (part for node in nodes for part in (node.elts if isinstance(node, ast.List | ast.Tuple) else [node]))
        texts = (self.names.text(node, call.at) for node in inner)
        yield from dict.fromkeys(text.filled("") for text in texts if text and text.complete)

    def _sends(self, call: Call) -> Confidence | None:
        if id(call.node) in self._uses:
            return Confidence.CERTAIN
        func = call.node.func
        name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        return Confidence.LIKELY if name in _SENDING else None

    def _contact(self, call: Call, owner: str, topic: str, confidence: Confidence) -> Contact:
        return Contact(
            caller=self._caller,
            callee=owner,
            way=Way.QUEUE,
            importer=self.source.module,
            does=f"send to {topic}",
            location=call.location,
            symbol=topic,
            confidence=confidence,
        )

    @cached_property
    def _caller(self) -> str:
        return self.territory.owners[self.source.module]

    @cached_property
    def _uses(self) -> frozenset[int]:
        uses = Uses(self.names, catalogue(("queue", "cloud"))).of(self.source)
        return frozenset(id(use.step.call) for use in uses if use.step.call)
