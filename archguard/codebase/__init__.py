"""The code under test, read but never run."""

from archguard.codebase.codebase import Codebase, read_codebase
from archguard.codebase.coercion import OneOrMany, Shorthand
from archguard.codebase.hypothetical import with_hypothetical_imports
from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.imports.graph import ImportGraph, Link
from archguard.codebase.imports.reachability import Reachability, ReachabilityRule
from archguard.codebase.memoization import memoized
from archguard.codebase.modules.discovery import PackageNotFoundError
from archguard.codebase.modules.expression import Expression, ExpressionError
from archguard.codebase.modules.partition import disjoint
from archguard.codebase.modules.pattern import (
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
from archguard.codebase.modules.project import Component, Coverage, Project, Service
from archguard.codebase.syntax.source import Source, SourceError

__all__ = [
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
    "with_hypothetical_imports",
]
