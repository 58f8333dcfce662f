"""Require that there is code: metrics and diagrams of nothing would be taken for those of a small project."""

from archguard.codebase import Codebase
from archguard.errors import ArchguardError
from archguard.model import Severity


def require_code(codebase: Codebase) -> None:
    """Require at least one source file.

    Raises:
        ArchguardError: there is none.
        ExceptionGroup[ArchguardError]: there is none, for these reasons.
    """
    if codebase.sources:
        return
    reasons = [
        ArchguardError(problem.message, problem.hint, problem.location, problem.excerpt)
        for problem in codebase.problems
        if problem.severity is Severity.ERROR
    ]
    if reasons:
        raise ExceptionGroup("there is no code to look at", reasons)
    raise ArchguardError(
        "there is no Python code here to look at",
        "run archguard where the packages are, or name their folder: `project: {source_roots: [src]}`; "
        "`archguard init` writes a first configuration for what it finds",
    )
