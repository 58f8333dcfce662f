"""How modules, classes and functions look: what rules of `structure` select by, demand and forbid."""

from archguard.kinds.shapes.breach import Breach
from archguard.kinds.shapes.evidence import Evidence
from archguard.kinds.shapes.faults import Fault, faults
from archguard.kinds.shapes.glob import Glob, Globs
from archguard.kinds.shapes.reading import Reading, Sort, Subject
from archguard.kinds.shapes.rule import Rule
from archguard.kinds.shapes.shape import Adjective, Demand, Look, Part, Selector, Shape, Size
from archguard.kinds.shapes.traits import Trait, confidence, traits

__all__ = [
    "Adjective",
    "Breach",
    "Demand",
    "Evidence",
    "Fault",
    "Glob",
    "Globs",
    "Look",
    "Part",
    "Reading",
    "Rule",
    "Selector",
    "Shape",
    "Size",
    "Sort",
    "Subject",
    "Trait",
    "confidence",
    "faults",
    "traits",
]
