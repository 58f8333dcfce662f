"""The metrics and violations of a code base over its history."""

from collections.abc import Collection, Mapping
from dataclasses import field
from datetime import date

from archguard.dataclass import dataclass


@dataclass(frozen=True)
class Commit:
    """A revision in git."""

    id: str
    """The full hash."""
    day: date
    """The day of the commit."""
    tags: tuple[str, ...] = ()
    """The tags that point to it."""

    @property
    def shown(self) -> str:
        """The first tag, or the abbreviated hash."""
        return self.tags[0] if self.tags else self.id[:8]


@dataclass(frozen=True, kw_only=True)
class Point:
    """The measurements of one commit."""

    commit: Commit
    """The commit that was checked out."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """The metrics of the module graph by name: `propagation_cost`, `modules` and so on; empty for a gap."""
    violations: Mapping[str, int | None] = field(default_factory=dict)
    """The number of violations of each contract; None if it could not be checked."""
    unread: int = 0
    """How many files could not be read."""
    gap: str = ""
    """Why nothing could be measured; "" if something was."""

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The contracts that could not be checked."""
        return tuple(contract for contract, count in self.violations.items() if count is None)

    def figure(self, name: str, contracts: Collection[str] | None = None) -> float | None:
        """The metric `name`; violations are those of `contracts`, by default of all that could be checked."""
        if name == "violations":
            return self._violations(contracts)
        if name == "violations_per_thousand_imports":
            count, imports = self._violations(contracts), self.figures.get("imports")
            return None if count is None or not imports else 1000 * count / imports
        return self.figures.get(name)

    def _violations(self, contracts: Collection[str] | None) -> int | None:
        selected = self.violations if contracts is None else contracts
        counts = [count for contract in selected if (count := self.violations.get(contract)) is not None]
        return sum(counts) if counts else None
