"""Coupling in numbers: what a graph of units says of each of them, and of the whole."""

from archguard.codebase.metrics.level import Level, packages
from archguard.codebase.metrics.measurement import HotSpot, Measurement
from archguard.codebase.metrics.unit import Unit
from archguard.codebase.metrics.whole import Whole

__all__ = ["HotSpot", "Level", "Measurement", "Unit", "Whole", "packages"]
