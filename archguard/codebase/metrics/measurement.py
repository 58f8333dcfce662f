"""All metrics of a code base."""

from collections.abc import Callable

from archguard.codebase.metrics.level import Level
from archguard.codebase.metrics.unit import Unit
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName

_MAX_HOT_SPOTS = 10


@dataclass(frozen=True)
class HotSpot:
    """A module with its number of imports, or of importers."""

    module: ModuleName
    """The name of the module."""
    path: str
    """Its file."""
    count: int
    """How many modules import it, or how many it imports."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """The metrics of a code base: by module, component, service and package."""

    imports: int
    """The number of import statements, including those of external packages."""
    violations: int | None
    """The number of violations, including known ones; None if there are no contracts."""
    modules: Level
    """The level where each module is a unit."""
    levels: tuple[Level, ...]
    """The components and the services, if there are any, and the packages."""

    @property
    def violations_per_thousand_imports(self) -> float | None:
        """Violations per thousand import statements, to compare code bases of different sizes."""
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
        hottest = sorted(self.modules.units, key=lambda unit: (-count(unit), unit.name))[:_MAX_HOT_SPOTS]
        shown = self.modules.codebase.display_path
        return tuple(HotSpot(unit.name, shown(unit.name), count(unit)) for unit in hottest if count(unit))
