"""One place where a rule is broken, and the texts of its violation."""

from archguard.dataclass import dataclass
from archguard.kinds.structure_rules.evidence import Evidence
from archguard.kinds.structure_rules.subjects import Subject
from archguard.kinds.structure_rules.vocabulary import BoundPredicate
from archguard.model import Confidence, Location


@dataclass(frozen=True)
class Breach:
    """`subject` breaks a rule: a forbidden predicate holds for it, or a required one does not."""

    subject: Subject
    predicate: BoundPredicate
    evidence: Evidence | None
    """Where the forbidden predicate holds; None if a required one does not hold."""
    confidence: Confidence

    @property
    def message(self) -> str:
        """The message of the violation."""
        if self.subject.call:
            return self._message_of_call
        if self.evidence:
            return f"{self.evidence.who} must not {self.predicate.predicate.verb} {self.evidence.what}"
        return f"{self.subject.name} must {self.predicate.text}"

    @property
    def rule(self) -> str:
        """Which demand is broken; without numbers, so that baseline entries still match after a limit was raised."""
        of = f"({self.subject.call}) " if self.subject.call else ""
        wanted = self.evidence.matched_by if self.evidence else self.predicate.object
        return f"{of}must {'not ' if self.evidence else ''}{self.predicate.predicate.verb} {wanted}"

    @property
    def location(self) -> Location:
        """Where the violation is reported."""
        return self.evidence.location if self.evidence else self.subject.location

    @property
    def symbol(self) -> str:
        """The name that distinguishes it from other violations in the module."""
        return self.evidence.symbol if self.evidence else self.subject.symbol

    @property
    def fix(self) -> tuple[str, ...]:
        """The ways to fix it."""
        predicate = self.predicate.predicate
        mend = predicate.fix if self.evidence else predicate.mend.format(self.predicate.object)
        return mend, f"name {self.subject.module} under `except` of the rule, if it is right as it is"

    @property
    def _message_of_call(self) -> str:
        what = f"{self.subject.name} must not call {self.subject.call}"
        where = self.evidence.what if self.evidence else self.predicate.object
        return f"{what} in {where}" if self.evidence else f"{what}: only {where} may"
