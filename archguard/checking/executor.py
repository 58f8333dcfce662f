"""What a contract sees in the code; files that are looked at one by one are shared out among the processors."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

from archguard.codebase import Codebase, Source, SourceError
from archguard.codebase.worker_pool import map_shards
from archguard.kinds import Contract
from archguard.kinds.per_file import PerFileContract
from archguard.model import Problem, Violation

_DEEP: Final = 120
"""A third of what exhausts the stack: each level takes up to four calls, and Python allows a thousand."""


@dataclass(frozen=True)
class ContractResult:
    """What a contract has seen."""

    violations: tuple[Violation, ...]
    problems: tuple[Problem, ...]
    """The files that this Python cannot parse."""
    calls: int
    """How many calls it has looked at."""


def run_contract(contract: Contract, codebase: Codebase) -> ContractResult:
    """What `contract` sees in `codebase`."""
    modules = contract.modules_to_parse(codebase)
    if isinstance(contract, PerFileContract):
        return _together(map_shards(codebase, partial(_part, contract), modules))
    problems = tuple(_unparsed(codebase.files(modules)))
    return ContractResult(_distinct(contract.check(codebase)), problems, contract.coverage(codebase).calls)


def nesting_problems(codebase: Codebase) -> Iterator[Problem]:
    """The files that are nested so deeply that following them exhausts the stack."""
    for source in codebase.files(codebase.modules):
        try:
            place = source.place_in_depth(_DEEP)
        except SourceError:
            continue
        if place:
            yield SourceError("cannot be checked: it is nested too deeply", "", place).problem("syntax")


def _part(contract: PerFileContract, codebase: Codebase, modules: Sequence[str]) -> ContractResult:
    """What it sees in the files of `modules`."""
    files = codebase.files(modules)
    violations = tuple(contract.check_files(codebase, files))
    return ContractResult(violations, tuple(_unparsed(files)), contract.calls(codebase, files))


def _together(looks: Sequence[ContractResult]) -> ContractResult:
    return ContractResult(
        _distinct(chain.from_iterable(look.violations for look in looks)),
        tuple(chain.from_iterable(look.problems for look in looks)),
        sum(look.calls for look in looks),
    )


def _distinct(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Each once: sets of modules may overlap, and then a contract finds the same thing for two of them."""
    first: dict[tuple[object, ...], Violation] = {}
    for violation in violations:
        # Two sets word the same import differently; two rules that differ in a limit only are told by their wording.
        key = violation.sort_key if violation.rule else violation.sort_key[:-1]
        first.setdefault(key, violation)
    return tuple(first.values())


def _unparsed(files: Iterable[Source]) -> Iterator[Problem]:
    """What is wrong with those of `files` that this Python cannot parse."""
    for source in files:
        try:
            source.tree  # noqa: B018  # asked for its error
        except SourceError as error:
            yield error.problem("syntax")
