"""How modules, classes and functions look: what rules of `structure` select by, demand and forbid."""

from archguard.kinds.shapes.breach import Breach
from archguard.kinds.shapes.evidence import Evidence
from archguard.kinds.shapes.faults import Fault, faults
from archguard.kinds.shapes.glob import Glob, Globs
from archguard.kinds.shapes.reading import Sort, StructureFacts, Subject
from archguard.kinds.shapes.rule import Rule
from archguard.kinds.shapes.shape import Criteria, Demand, Modifier, Part, Selector, Shape, Size
from archguard.kinds.shapes.traits import BoundPredicate, bound_predicates, confidence

__all__ = [
    "BoundPredicate",
    "Breach",
    "Criteria",
    "Demand",
    "Evidence",
    "Fault",
    "Glob",
    "Globs",
    "Modifier",
    "Part",
    "Rule",
    "Selector",
    "Shape",
    "Size",
    "Sort",
    "StructureFacts",
    "Subject",
    "bound_predicates",
    "confidence",
    "faults",
]
