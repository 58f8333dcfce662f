"""How a command ends: its exit code, and what it says on stderr when it could not do its work."""

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
    """0 if nothing fails, 1 for violations or a stale strict baseline, 2 if not everything could be looked at."""
    if not report.complete:
        return CANNOT_CHECK
    return KEPT if report.passed else VIOLATIONS


def tell_problems(problems: Iterable[Problem]) -> bool:
    """Tell of `problems` on stderr, less those that are worth knowing only; whether one of them is an error."""
    grave = [problem for problem in problems if problem.severity is not Severity.INFO]
    for problem in grave:
        sys.stderr.write(_problem(problem) + "\n")
    return any(problem.severity is Severity.ERROR for problem in grave)


def problems_of(error: Exception) -> tuple[Problem, ...]:
    """What the user can mend of `error`; nothing if there is something in it that the user cannot."""
    faults = list(map(_mendable, _flat(error)))
    told = tuple(fault.problem("configuration") for fault in faults if isinstance(fault, ArchguardError))
    return told if len(told) == len(faults) else ()


def complain(error: Exception) -> int:
    """Tell of `error` on stderr, and give the exit code that goes with it."""
    if told := problems_of(error):
        for problem in told:
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


def _mendable(error: Exception) -> Exception:
    """A file that cannot be written, or a full disk, is no fault in archguard."""
    if isinstance(error, FileNotFoundError) and _is_nowhere():
        return ArchguardError("the working directory is gone", "go to a folder that is there")
    if isinstance(error, OSError) and error.strerror:
        where = f"'{error.filename}': " if error.filename else ""
        return ArchguardError(f"{where}{error.strerror[0].lower()}{error.strerror[1:]}")
    return error


def _is_nowhere() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  # a path is not wanted
    except FileNotFoundError:
        return True
    return False


def _problem(problem: Problem) -> str:
    from archguard.reporters.text import plain, problem_lines  # noqa: PLC0415  # only when something is wrong

    return plain(problem_lines(problem))
