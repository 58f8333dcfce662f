"""Where a subject has what a rule asks for or forbids, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from archguard.kinds.structure_rules.glob import Glob
from archguard.kinds.structure_rules.name_forms import Spelling
from archguard.kinds.structure_rules.subjects import StructureFacts, Subject
from archguard.model import Confidence, Location

_ORDER = (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE)


@dataclass(frozen=True)
class Evidence:
    """A subject has a trait: here, and by this."""

    who: str
    """Who has it: the subject, or the function in it."""
    what: str
    """What stands behind the verb: `fastapi.HTTPException`."""
    location: Location
    symbol: str
    meant_by: str
    """The part of the rule that means it: the pattern `*.Session` of several, the measure `lines`."""
    confidence: Confidence = Confidence.CERTAIN

    @classmethod
    def of(cls, subject: Subject, what: str, meant_by: str, surely: Confidence = Confidence.CERTAIN) -> "Evidence":
        """What `subject` as a whole is evidence of."""
        return cls(subject.name, what, subject.location, subject.symbol, meant_by, surely)


@dataclass(frozen=True)
class Found:
    """A spelling that a glob means."""

    confidence: Confidence
    spelling: Spelling
    glob: Glob


def best(facts: StructureFacts, globs: Iterable[Glob], spellings: Iterable[Spelling]) -> Found | None:
    """The spelling that `globs` mean most surely."""
    every = list(globs)
    found = (
        Found(surely, spelling, glob)
        for spelling in spellings
        for glob in every
        if (surely := glob.matches(spelling, facts.packages))
    )
    return min(found, key=lambda one: _ORDER.index(one.confidence), default=None)


def surest(found: Iterable[Confidence]) -> Confidence | None:
    """The surest of those that there are."""
    return min(found, key=_ORDER.index, default=None)


def weaker(one: Confidence, other: Confidence) -> Confidence:
    """The less sure of the two."""
    return max(one, other, key=_ORDER.index)
