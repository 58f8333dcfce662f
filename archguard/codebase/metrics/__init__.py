"""Coupling metrics: of each unit, and of the whole graph of units."""

from archguard.codebase.metrics.cycle_changes import CycleChanges, cycle_changes
from archguard.codebase.metrics.level import Level, packages
from archguard.codebase.metrics.measurement import HotSpot, Measurement
from archguard.codebase.metrics.unit import Unit
from archguard.codebase.metrics.whole import Whole

__all__ = ["CycleChanges", "HotSpot", "Level", "Measurement", "Unit", "Whole", "cycle_changes", "packages"]
