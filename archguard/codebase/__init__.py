"""The code under test, read but never run."""

from archguard.codebase.codebase import Codebase, read_codebase
from archguard.codebase.expression import Expression, ExpressionError
from archguard.codebase.facts import Import, ImportTrait
from archguard.codebase.graph import ImportGraph, Link, Reach, Sweep
from archguard.codebase.modules import PackageNotFoundError
from archguard.codebase.pattern import (
    ImportPattern,
    Names,
    Pattern,
    PatternError,
    Patterns,
    SomeNames,
    SomePatterns,
    SomeTargets,
    Target,
    Targets,
)
from archguard.codebase.project import STRICT, Component, Coverage, Project, Service
from archguard.codebase.remembering import remembering
from archguard.codebase.shorthand import OneOrMany, Shorthand
from archguard.codebase.source import Source, SourceError
from archguard.codebase.supposing import suppose
from archguard.codebase.units import disjoint
from archguard.codebase.view import ancestry

__all__ = [
    "STRICT",
    "Codebase",
    "Component",
    "Coverage",
    "Expression",
    "ExpressionError",
    "Import",
    "ImportGraph",
    "ImportPattern",
    "ImportTrait",
    "Link",
    "Names",
    "OneOrMany",
    "PackageNotFoundError",
    "Pattern",
    "PatternError",
    "Patterns",
    "Project",
    "Reach",
    "Service",
    "Shorthand",
    "SomeNames",
    "SomePatterns",
    "SomeTargets",
    "Source",
    "SourceError",
    "Sweep",
    "Target",
    "Targets",
    "ancestry",
    "disjoint",
    "read_codebase",
    "remembering",
    "suppose",
]
