"""The review as JSON, `version: 1`: `review_schema` describes it."""

from typing import Final

from archguard.model import GuardChange, Review, Violation
from archguard.model.serialization import Schema, layout
from archguard.reporters import envelope
from archguard.reporters.json import VIOLATION

_VERSION: Final = 1

_GUARD: Final = layout(
    GuardChange, *("subject", "about", "direction", "message", "location", "accepted", "has_reason", "fails")
)
_REVIEW: Final = layout(
    Review,
    *("project", "base", "head", "fails", "complete", "is_empty", "names", "moves", "dependencies"),
    *("routes", "names_guards", "cycles"),
    *("violations", "accepted", "fixed", "known", "guard", "metrics", "gaps"),
    types={Violation: VIOLATION, GuardChange: _GUARD},
)


def render(review: Review) -> str:
    """Everything that has changed, as JSON in ASCII."""
    return envelope.render(_VERSION, _REVIEW.write(review))


def review_schema() -> Schema:
    """The JSON Schema (2020-12) of what `render` writes."""
    return envelope.schema("review", _VERSION, _REVIEW.schema())
