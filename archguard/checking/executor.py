"""Run one contract on a code base; per-file contracts run file by file, in the worker pool.

Violations are deduplicated after the shards are joined. The order of shards does not matter: reports are sorted.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from archguard.codebase import Codebase, Source, SourceError
from archguard.dataclass import dataclass
from archguard.incremental.fingerprint import digest_of
from archguard.kinds import Contract
from archguard.model import Problem, Violation
from archguard.model.names import ModuleName

if TYPE_CHECKING:
    from archguard.kinds.per_file import PerFileContract

_MAX_NESTING: Final = 120
"""The nesting to blame for a `RecursionError`: a level takes up to four calls, and Python allows a thousand."""


@dataclass(frozen=True)
class ContractResult:
    """The result of running a contract."""

    violations: tuple[Violation, ...]
    problems: tuple[Problem, ...]
    """The files that this version of Python cannot parse."""
    calls: int
    """The number of call sites that were checked."""
    unresolved: int = 0
    """The number of these whose callee is unknown."""


def run_contract(contract: Contract, codebase: Codebase) -> ContractResult:
    """Run `contract` on `codebase`."""
    if contract.checks_by_file:
        from archguard.kinds.per_file import PerFileContract  # noqa: PLC0415  # a check of imports alone has none

        if isinstance(contract, PerFileContract):
            return _run_by_file(contract, codebase)
    modules = contract.modules_to_parse(codebase)
    problems = _problems(codebase, modules) if modules else ()
    return ContractResult(_violations(contract, codebase), problems, contract.coverage(codebase).calls)


def _run_by_file(contract: "PerFileContract", codebase: Codebase) -> ContractResult:
    from archguard.codebase.file_tasks import map_files  # noqa: PLC0415  # a check of imports alone needs no workers

    query, check = _query(contract, codebase), partial(_checker, contract)
    modules, inputs = contract.modules_to_parse(codebase), contract.inputs(codebase)
    return _joined(map_files(codebase, query, check, modules, inputs, _shown))


def _violations(contract: Contract, codebase: Codebase) -> tuple[Violation, ...]:
    """The violations of a contract that is checked as a whole: those that were kept, if all that they depend on is."""

    def check() -> tuple[Violation, ...]:
        return _distinct(contract.check(codebase))

    others = contract.import_inputs(codebase)
    if others is None or not codebase.results.keeps_anything:
        return check()
    from archguard.codebase.file_tasks import map_imports  # noqa: PLC0415  # a check of imports alone keeps nothing

    return map_imports(codebase, f"violations of {contract.id}", check, others)


def _problems(codebase: Codebase, modules: Collection[ModuleName]) -> tuple[Problem, ...]:
    from archguard.effects.parsed_files import parsed_files  # noqa: PLC0415  # a check of imports alone needs no types

    return parsed_files(codebase, modules).problems


def nesting_problems(codebase: Codebase) -> Iterator[Problem]:
    """A problem for each file that is nested so deeply that walking its tree exhausts the stack."""
    for source in codebase.files(codebase.modules):
        try:
            place = source.place_in_depth(_MAX_NESTING)
        except SourceError:
            continue
        if place:
            yield SourceError("cannot be checked: it is nested too deeply", "", place).problem("syntax")


def _query(contract: "PerFileContract", codebase: Codebase) -> str:
    """Names the check of `contract` with its context."""
    context = digest_of(map(codebase.results.context, contract.context(codebase)))
    return f"contract {contract.id} {context}"


def _checker(contract: "PerFileContract", codebase: Codebase) -> Callable[[Source], ContractResult]:
    """The function that runs `contract` on one file, in a worker."""
    check = contract.checker(codebase)

    def run(source: Source) -> ContractResult:
        violations = tuple(check(source))
        calls, unresolved = contract.calls(codebase, source.module), contract.unresolved_calls(codebase, source.module)
        return ContractResult(violations, tuple(_unparsed([source])), calls, unresolved)

    return run


def _shown(result: ContractResult) -> Iterator[str]:
    return (step.path for violation in result.violations for step in violation.chain)


def _joined(results: Mapping[str, ContractResult]) -> ContractResult:
    return ContractResult(
        _distinct(chain.from_iterable(result.violations for result in results.values())),
        tuple(chain.from_iterable(result.problems for result in results.values())),
        sum(result.calls for result in results.values()),
        sum(result.unresolved for result in results.values()),
    )


def _distinct(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Each violation once: if sets of modules overlap, a contract finds the same violation for two of them."""
    first: dict[tuple[object, ...], Violation] = {}
    for violation in violations:
        # Without a rule, the key omits the message: two sets word the same import differently. With a rule, the key has
        # it: two rules may differ in a limit only, which only the message contains.
        key = violation.sort_key if violation.rule else violation.sort_key[:-1]
        first.setdefault(key, violation)
    return tuple(first.values())


def _unparsed(files: Iterable[Source]) -> Iterator[Problem]:
    """A problem for each of `files` that this version of Python cannot parse."""
    for source in files:
        try:
            source.tree  # noqa: B018  # parses the file; only its error matters
        except SourceError as error:
            yield error.problem("syntax")
