"""Exit codes, and the printing of errors and problems to stderr."""

import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from typing import Final

from archguard.errors import ArchguardError
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


def problems_of(error: Exception) -> tuple[Problem, ...]:
    """The problems in `error` that the user can fix; () if it contains anything that the user cannot fix."""
    faults = list(map(_to_user_error, _flat(error)))
    problems_ = tuple(fault.problem("configuration") for fault in faults if isinstance(fault, ArchguardError))
    return problems_ if len(problems_) == len(faults) else ()


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
        traceback.print_exception(error)
    return FAULT


def _flat(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from _flat(inner)
    else:
        yield error


def _to_user_error(error: Exception) -> Exception:
    """Convert errors of the operating system, such as a full disk, which are not faults in archguard."""
    if isinstance(error, FileNotFoundError) and _is_cwd_deleted():
        return ArchguardError("the working directory is gone", "go to a folder that is there")
    if isinstance(error, OSError) and error.strerror:
        where = f"'{error.filename}': " if error.filename else ""
        return ArchguardError(f"{where}{error.strerror[0].lower()}{error.strerror[1:]}")
    return error


def _is_cwd_deleted() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  # only its error matters
    except FileNotFoundError:
        return True
    return False


def _problem(problem: Problem) -> str:
    from archguard.reporters.text import plain, problem_lines  # noqa: PLC0415  # only when something is wrong

    return plain(problem_lines(problem))
