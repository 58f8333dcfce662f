"""One difference between two values of the guard, before it is known which contract it is about."""

from archguard.dataclass import dataclass
from archguard.model import Direction


@dataclass(frozen=True)
class Difference:
    """How a value differs, as the end of a sentence about it."""

    direction: Direction
    text: str
