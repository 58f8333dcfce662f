"""The rules of `structure`: select modules, classes, functions or calls, and require or forbid predicates of them.

`shape` declares the YAML keys, `vocabulary` maps each key to its predicate, `subjects` provides what rules select, and
`rule_lint` finds rules that can never apply.
"""

from archguard.kinds.structure_rules.breach import Breach
from archguard.kinds.structure_rules.evidence import Evidence
from archguard.kinds.structure_rules.glob import Glob, Globs
from archguard.kinds.structure_rules.rule import Rule
from archguard.kinds.structure_rules.rule_lint import Fault, faults
from archguard.kinds.structure_rules.shape import Criteria, Demand, Modifier, Part, Selector, Shape, Size
from archguard.kinds.structure_rules.subjects import Sort, StructureFacts, Subject
from archguard.kinds.structure_rules.vocabulary import BoundPredicate, bound_predicates, confidence

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
