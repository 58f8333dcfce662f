"""Everything that was measured of a code base."""

from collections.abc import Callable
from dataclasses import dataclass

from archguard.codebase.metrics.level import Level
from archguard.codebase.metrics.unit import Unit

_HOT = 10


@dataclass(frozen=True)
class HotSpot:
    """A module, and how many others it imports, or is imported by."""

    module: str
    path: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """The numbers of a code base: module by module, and by its components, services and packages."""

    imports: int
    """How many import statements there are, those of packages from outside included."""
    violations: int | None
    """How many violations of its contracts there are, known ones included; None if there are no contracts."""
    modules: Level
    """Each module by itself."""
    levels: tuple[Level, ...]
    """The components and the services, if there are any, and the packages."""

    @property
    def violations_per_thousand_imports(self) -> float | None:
        """How many violations come on a thousand import statements, so that code bases of any size compare."""
        if self.violations is None or not self.imports:
            return None
        return 1000 * self.violations / self.imports

    @property
    def fan_in(self) -> tuple[HotSpot, ...]:
        """The modules that most others import directly."""
        return self._hottest(lambda unit: unit.afferent)

    @property
    def fan_out(self) -> tuple[HotSpot, ...]:
        """The modules that import most others of the project directly."""
        return self._hottest(lambda unit: unit.efferent)

    def _hottest(self, count: Callable[[Unit], int]) -> tuple[HotSpot, ...]:
        hottest = sorted(self.modules.units, key=lambda unit: (-count(unit), unit.name))[:_HOT]
        shown = self.modules.codebase.display_path
        return tuple(HotSpot(unit.name, shown(unit.name), count(unit)) for unit in hottest if count(unit))
