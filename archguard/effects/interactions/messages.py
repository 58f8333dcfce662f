"""Find messages between services: by topic, queue, routing key or task name.

A call counts if one of its arguments is a topic of another service, and if it is a call of a queue client (certain) or
of a function with a name such as `publish` (likely).
"""

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import load_catalogue
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.client_calls import ClientCallFinder
from archguard.effects.interactions.interaction import Channel, Interaction, ServiceMap
from archguard.model import Confidence
from archguard.semantics import SemanticModel

_NAMES = load_conventions().messages
_MESSAGING_FUNCTION = re.compile(
    rf"(?:basic_)?(?:{'|'.join(sorted(_NAMES.verbs))})"
    rf"(?P<what>_(?!(?:\w+_)?(?:{'|'.join(sorted(_NAMES.other_objects))})(?:_|$))\w+)?"
    rf"|{'|'.join(sorted(_NAMES.functions))}"
)
"""Names of functions that send or receive messages, with any owner: `publish`, `basic_publish`, `publish_event`."""
_CONSUMING_FUNCTION = re.compile("|".join(sorted(_NAMES.consuming_parts)), re.IGNORECASE)
"""Names of functions that receive messages."""
_TOPIC = re.compile(r"[A-Za-z][\w-]*(?:[.:/][\w*#-]+)*")
"""What may be a topic: a name, or several with separators; no sentence and no JSON."""
_TOPIC_SEPARATOR = re.compile(r"[.:/_-]")
"""Separators in a topic: a topic with one is specific enough not to be an ordinary word."""


@dataclass(frozen=True)
class Messages:
    """The messages that one module exchanges with other services."""

    model: SemanticModel
    services: ServiceMap
    source: Source

    def interactions(self) -> Iterator[Interaction]:
        """Yield an interaction for each call that passes a topic of another service to a messaging function."""
        for call in Call.within(self.model.scope(self.source.module), self.source):
            for topic in self._strings(call):
                owners = self.services.owners_of_topic(topic)
                if owners and self._caller not in owners and (confidence := self._confidence(call, topic)):
                    yield from (self._interaction(call, owner, topic, confidence) for owner in owners)

    def topics(self) -> Iterator[str]:
        """Yield each topic, queue or task that the module names in a call of a queue client or a messaging function."""
        for call in Call.within(self.model.scope(self.source.module), self.source):
            for text in self._named_topics(call):
                if _TOPIC.fullmatch(text) and self._confidence(call, text):
                    yield text

    def _named_topics(self, call: Call) -> Iterator[str]:
        """The strings that `call` passes as a topic: by a keyword that says so, or first to a function that sends."""
        nodes = [node for name, node in call.keywords.items() if name.lower() in _NAMES.topic_keywords]
        nodes += call.arguments[:1] if _MESSAGING_FUNCTION.fullmatch(_last_name(call)) else ()
        texts = (self.model.string_value(_enum_member(node), call.at) for node in nodes)
        yield from dict.fromkeys(text.filled("") for text in texts if text and text.complete)

    def _strings(self, call: Call) -> Iterator[str]:
        nodes = (*call.arguments, *call.keywords.values())
        inner = (part for node in nodes for part in (node.elts if isinstance(node, ast.List | ast.Tuple) else [node]))
        texts = (self.model.string_value(_enum_member(node), call.at) for node in inner)
        yield from dict.fromkeys(text.filled("") for text in texts if text and text.complete)

    def _confidence(self, call: Call, topic: str) -> Confidence | None:
        """The confidence that `call` sends or receives a message; None if nothing suggests it.

        A name such as `send_invoice` is no evidence for a topic that is an ordinary word, such as `charge`.
        """
        if id(call.node) in self._client_call_ids:
            return Confidence.CERTAIN
        found = _MESSAGING_FUNCTION.fullmatch(_last_name(call))
        is_messaging = found and (not found["what"] or _TOPIC_SEPARATOR.search(topic))
        return Confidence.LIKELY if is_messaging else None

    def _interaction(self, call: Call, owner: str, topic: str, confidence: Confidence) -> Interaction:
        return Interaction(
            caller=self._caller,
            callee=owner,
            channel=Channel.QUEUE,
            importer=self.source.module,
            does=f"{'consume' if _CONSUMING_FUNCTION.search(_last_name(call)) else 'send to'} {topic}",
            location=call.location,
            symbol=topic,
            confidence=confidence,
        )

    @cached_property
    def _caller(self) -> str:
        return self.services.owners[self.source.module]

    @cached_property
    def _client_call_ids(self) -> frozenset[int]:
        calls = ClientCallFinder(self.model, load_catalogue(("queue", "cloud"))).of(self.source)
        return frozenset(id(call.access.call) for call in calls if call.access.call)


def _last_name(call: Call) -> str:
    func = call.node.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _enum_member(node: ast.expr) -> ast.expr:
    """The member of an enum whose value `node` is: `Topics.CHARGE` for `Topics.CHARGE.value`; else `node`."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "value" else node
