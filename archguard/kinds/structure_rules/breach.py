"""One place where a rule is broken, in words."""

from dataclasses import dataclass

from archguard.kinds.structure_rules.evidence import Evidence
from archguard.kinds.structure_rules.subjects import Subject
from archguard.kinds.structure_rules.vocabulary import BoundPredicate
from archguard.model import Confidence, Location


@dataclass(frozen=True)
class Breach:
    """`subject` breaks a rule by having `trait`, or by lacking it."""

    subject: Subject
    trait: BoundPredicate
    evidence: Evidence | None
    """Where it has what it must not have; None if it lacks what it must have."""
    confidence: Confidence

    @property
    def message(self) -> str:
        """The sentence."""
        if self.subject.call:
            return self._message_of_call
        if self.evidence:
            return f"{self.evidence.who} must not {self.trait.predicate.verb} {self.evidence.what}"
        return f"{self.subject.name} must {self.trait.text}"

    @property
    def rule(self) -> str:
        """Which demand is broken: without limits, so that raising one keeps what is known."""
        of = f"({self.subject.call}) " if self.subject.call else ""
        wanted = self.evidence.meant_by if self.evidence else self.trait.object
        return f"{of}must {'not ' if self.evidence else ''}{self.trait.predicate.verb} {wanted}"

    @property
    def location(self) -> Location:
        """Where it is seen."""
        return self.evidence.location if self.evidence else self.subject.location

    @property
    def symbol(self) -> str:
        """The name that tells it from others in the module."""
        return self.evidence.symbol if self.evidence else self.subject.symbol

    @property
    def fix(self) -> tuple[str, ...]:
        """The ways to mend it."""
        word = self.trait.predicate
        mend = word.fix if self.evidence else word.mend.format(self.trait.object)
        return mend, f"name {self.subject.module} under `except` of the rule, if it is right as it is"

    @property
    def _message_of_call(self) -> str:
        what = f"{self.subject.name} must not call {self.subject.call}"
        where = self.evidence.what if self.evidence else self.trait.object
        return f"{what} in {where}" if self.evidence else f"{what}: only {where} may"
