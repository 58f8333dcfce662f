"""The code under test, read but never run."""

from archguard.codebase.codebase import Codebase, read_codebase
from archguard.codebase.expression import Expression, ExpressionError
from archguard.codebase.facts import Import, ImportTrait
from archguard.codebase.graph import ImportGraph, Link, Reachability, ReachabilityRule
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
from archguard.codebase.remembering import memoized
from archguard.codebase.shorthand import OneOrMany, Shorthand
from archguard.codebase.source import Source, SourceError
from archguard.codebase.supposing import with_hypothetical_imports
from archguard.codebase.units import disjoint
from archguard.codebase.view import self_and_parents

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
    "Reachability",
    "ReachabilityRule",
    "Service",
    "Shorthand",
    "SomeNames",
    "SomePatterns",
    "SomeTargets",
    "Source",
    "SourceError",
    "Target",
    "Targets",
    "disjoint",
    "memoized",
    "read_codebase",
    "self_and_parents",
    "with_hypothetical_imports",
]
