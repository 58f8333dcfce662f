"""Services that send each other messages: by topic, queue, routing key or task name."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from archguard.codebase import Source
from archguard.codebase.facts import Call
from archguard.effects.catalogue.catalogue import load_catalogue
from archguard.effects.client_calls import ClientCallFinder
from archguard.effects.interactions.interaction import Channel, Interaction, ServiceMap
from archguard.model import Confidence
from archguard.semantics import SemanticModel

_TELLING = re.compile(
    r"(?:basic_)?(?:publish|publisher|produce|send|emit|dispatch|enqueue|consume|subscribe|subscriber)"
    r"(?P<what>_(?!(?:\w+_)?(?:e?mails?|sms|metrics?|logs?|files?)(?:_|$))\w+)?"
    r"|signature|apply_async|put_events|xadd|queue_declare|queue_bind"
)
"""What functions are called that are about messages, whatever they are of: `publish`, `publish_event`."""
_CONSUMING = re.compile(r"consum|subscri|bind", re.IGNORECASE)
"""What those are called that take messages."""
_SEVERAL_WORDS = re.compile(r"[.:/_-]")
"""In the names of topics that are called like nothing else."""


@dataclass(frozen=True)
class Messages:
    """The topics of other services in the calls of one module."""

    model: SemanticModel
    services: ServiceMap
    source: Source

    def interactions(self) -> Iterator[Interaction]:
        """Every call that names one to a client of a queue, or to something that sends by its name."""
        for call in Call.within(self.model.scope(self.source.module), self.source):
            for topic in self._texts(call):
                owners = self.services.owners_of_topic(topic)
                if owners and self._caller not in owners and (confidence := self._tells(call, topic)):
                    yield from (self._contact(call, owner, topic, confidence) for owner in owners)

    def _texts(self, call: Call) -> Iterator[str]:
        nodes = (*call.arguments, *call.keywords.values())
        inner = (part for node in nodes for part in (node.elts if isinstance(node, ast.List | ast.Tuple) else [node]))
        texts = (self.model.string_value(_member(node), call.at) for node in inner)
        yield from dict.fromkeys(text.filled("") for text in texts if text and text.complete)

    def _tells(self, call: Call, topic: str) -> Confidence | None:
        """How surely `call` is about messages; of a plain word like `charge`, `send_invoice` does not tell."""
        if id(call.node) in self._uses:
            return Confidence.CERTAIN
        told = _TELLING.fullmatch(_last_name(call))
        is_told = told and (not told["what"] or _SEVERAL_WORDS.search(topic))
        return Confidence.LIKELY if is_told else None

    def _contact(self, call: Call, owner: str, topic: str, confidence: Confidence) -> Interaction:
        return Interaction(
            caller=self._caller,
            callee=owner,
            channel=Channel.QUEUE,
            importer=self.source.module,
            does=f"{'consume' if _CONSUMING.search(_last_name(call)) else 'send to'} {topic}",
            location=call.location,
            symbol=topic,
            confidence=confidence,
        )

    @cached_property
    def _caller(self) -> str:
        return self.services.owners[self.source.module]

    @cached_property
    def _uses(self) -> frozenset[int]:
        uses = ClientCallFinder(self.model, load_catalogue(("queue", "cloud"))).of(self.source)
        return frozenset(id(use.access.call) for use in uses if use.access.call)


def _last_name(call: Call) -> str:
    func = call.node.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _member(node: ast.expr) -> ast.expr:
    """`Topics.CHARGE` for `Topics.CHARGE.value`."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "value" else node
