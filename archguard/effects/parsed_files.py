"""What every contract that parses files tells of them: what cannot be parsed, and how many calls there are."""

from collections.abc import Callable, Collection

from archguard.codebase import Codebase, Source, SourceError
from archguard.codebase.file_tasks import map_files
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import semantic_model
from archguard.model import Problem


@dataclass(frozen=True)
class ParsedFiles:
    """What some files are, when they are parsed."""

    problems: tuple[Problem, ...]
    """A problem for each file that this version of Python cannot parse."""
    calls: int
    """How many call sites there are."""


def parsed_files(codebase: Codebase, modules: Collection[str]) -> ParsedFiles:
    """What the files of `modules` are."""
    found = map_files(codebase, "parsed", _start, modules).values()
    return ParsedFiles(tuple(problem for problem, _ in found if problem), sum(calls for _, calls in found))


def problem_of(source: Source) -> Problem | None:
    """The problem of a file that this version of Python cannot parse."""
    try:
        source.tree  # noqa: B018  # parses the file; only its error matters
    except SourceError as error:
        return error.problem("syntax")
    return None


def _start(codebase: Codebase) -> Callable[[Source], tuple[Problem | None, int]]:
    files = semantic_model(codebase).files
    return lambda source: (problem_of(source), files.call_count(source.module))
