"""How the numbers of a code base went over its history."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Commit:
    """A revision in git."""

    id: str
    day: date
    tags: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Its first tag, or the first digits of its name."""
        return self.tags[0] if self.tags else self.id[:8]


@dataclass(frozen=True, kw_only=True)
class Point:
    """What was found out about one commit."""

    commit: Commit
    figures: Mapping[str, float] = field(default_factory=dict)
    """The numbers of its modules' graph by their names: `propagation_cost`, `modules` and so on; empty for a gap."""
    violations: Mapping[str, int | None] = field(default_factory=dict)
    """How many violations each contract found; None for one that could not be checked."""
    unread: int = 0
    """How many files could not be read."""
    gap: str = ""
    """Why nothing could be measured; "" if something was."""

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The contracts that could not be checked."""
        return tuple(contract for contract, count in self.violations.items() if count is None)

    def figure(self, name: str, contracts: Collection[str] | None = None) -> float | None:
        """The number called `name`; violations are those of `contracts`, by default of all that could be checked."""
        if name == "violations":
            return self._violations(contracts)
        if name == "violations_per_thousand_imports":
            count, imports = self._violations(contracts), self.figures.get("imports")
            return None if count is None or not imports else 1000 * count / imports
        return self.figures.get(name)

    def _violations(self, contracts: Collection[str] | None) -> int | None:
        asked = self.violations if contracts is None else contracts
        counts = [count for contract in asked if (count := self.violations.get(contract)) is not None]
        return sum(counts) if counts else None
