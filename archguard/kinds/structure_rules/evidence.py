"""The evidence that a predicate holds for a subject, with its confidence."""

from collections.abc import Iterable

from archguard.dataclass import dataclass
from archguard.kinds.structure_rules.glob import Glob
from archguard.kinds.structure_rules.name_forms import Spelling
from archguard.kinds.structure_rules.subjects import StructureFacts, Subject
from archguard.model import Confidence, Location

_ORDER = (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE)


@dataclass(frozen=True)
class Evidence:
    """A predicate holds for a subject: where, and due to what."""

    who: str
    """The subject, or the function in it, for which the predicate holds."""
    what: str
    """The object of the verb in the message: `fastapi.HTTPException`."""
    location: Location
    symbol: str
    matched_by: str
    """The part of the rule that matches: one pattern of several, such as `*.Session`, or the measure `lines`."""
    confidence: Confidence = Confidence.CERTAIN

    @classmethod
    def of(
        cls, subject: Subject, what: str, matched_by: str, confidence: Confidence = Confidence.CERTAIN
    ) -> "Evidence":
        """Evidence that is located at `subject` as a whole."""
        return cls(subject.name, what, subject.location, subject.symbol, matched_by, confidence)


@dataclass(frozen=True)
class Match:
    """A name in the code that matches a glob."""

    confidence: Confidence
    spelling: Spelling
    glob: Glob


def best(facts: StructureFacts, globs: Iterable[Glob], spellings: Iterable[Spelling]) -> Match | None:
    """The match of highest confidence between `globs` and `spellings`."""
    patterns = list(globs)
    matches = (
        Match(confidence, spelling, glob)
        for spelling in spellings
        for glob in patterns
        if (confidence := glob.matches(spelling, facts.packages))
    )
    return min(matches, key=lambda match: _ORDER.index(match.confidence), default=None)


def surest(found: Iterable[Confidence]) -> Confidence | None:
    """The highest confidence; None if there is none."""
    return min(found, key=_ORDER.index, default=None)


def weaker(one: Confidence, other: Confidence) -> Confidence:
    """The lower confidence of the two."""
    return max(one, other, key=_ORDER.index)
