"""Exit codes, and the printing of errors and problems to stderr."""

import os
import sys
from collections.abc import Iterable
from typing import Final

from archguard.errors import problems_of
from archguard.model import Problem, Report, Severity

KEPT: Final = 0
VIOLATIONS: Final = 1
CANNOT_CHECK: Final = 2
FAULT: Final = 3


def exit_code(report: Report) -> int:
    """0 if nothing fails, 1 for violations or a stale strict baseline, 2 if not everything could be checked."""
    if not report.complete:
        return CANNOT_CHECK
    return KEPT if report.passed else VIOLATIONS


def tell_problems(problems: Iterable[Problem]) -> bool:
    """Print `problems`, except those of severity INFO, to stderr; return whether one of them is an error."""
    grave = [problem for problem in problems if problem.severity is not Severity.INFO]
    for problem in grave:
        sys.stderr.write(_problem(problem) + "\n")
    return any(problem.severity is Severity.ERROR for problem in grave)


def complain(error: Exception) -> int:
    """Print `error` to stderr, and return its exit code."""
    if problems_ := problems_of(error):
        for problem in problems_:
            sys.stderr.write(_problem(problem) + "\n")
        return CANNOT_CHECK
    if isinstance(error, ImportError):
        sys.stderr.write(f"error: a library that archguard needs cannot be imported: {error}\n")
        sys.stderr.write("    hint: does PYTHONPATH lead to other code of that name? archguard does not need it set\n")
        return CANNOT_CHECK
    sys.stderr.write(f"archguard: a fault in archguard itself: {type(error).__name__}: {error}\n")
    sys.stderr.write("    hint: please report it; ARCHGUARD_TRACEBACK=1 shows where it came from\n")
    if os.environ.get("ARCHGUARD_TRACEBACK"):
        from traceback import print_exception  # noqa: PLC0415  # a fault only

        print_exception(error)
    return FAULT


def _problem(problem: Problem) -> str:
    from archguard.reporters.text import plain, problem_lines  # noqa: PLC0415  # only when something is wrong

    return plain(problem_lines(problem))
