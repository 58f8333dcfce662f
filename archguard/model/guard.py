"""What a change does to the guard: its contracts, their exceptions, the baseline, comments that ignore violations."""

from enum import StrEnum

from archguard.dataclass import dataclass
from archguard.model.location import Location


class Direction(StrEnum):
    """Whether more or less code passes after a change."""

    WEAKER = "weaker"
    UNKNOWN = "unknown"
    """A person has to judge it; it counts as weaker until somebody did."""
    STRONGER = "stronger"


class About(StrEnum):
    """The part of the guard that a change is about."""

    CONTRACT = "contract"
    IGNORE = "ignore"
    """An import that a contract of the configuration ignores, or a comment in the code."""
    BASELINE = "baseline"
    PROJECT = "project"
    """A setting for all contracts: which code is read, what is excluded, what must be covered."""


@dataclass(frozen=True, kw_only=True, order=True)
class GuardChange:
    """One change of the guard."""

    subject: str
    """The id of the contract that it is about; `project` if it is about all of them."""
    about: About
    """The part of the guard that it is about."""
    direction: Direction
    """Whether more or less code passes."""
    message: str
    """What changed, as a sentence."""
    location: Location | None = None
    """Where: after the change, or before it if it is gone."""
    accepted: str = ""
    """The reason for which it is accepted; "" if nobody did."""
    has_reason: bool = True
    """False for what should give a reason and does not, such as a comment that ignores a violation."""

    @property
    def is_weakening(self) -> bool:
        """Whether more code may pass, so that somebody has to accept it."""
        return self.direction is not Direction.STRONGER

    @property
    def fails(self) -> bool:
        """Whether nobody has accepted it yet."""
        return self.is_weakening and not self.accepted
