"""Check contracts: from a configuration to a report.

The steps: read the code, run each contract on the code base without the imports that it ignores, collect violations and
problems, apply the suppression comments, and report modules that no contract covers. A contract with errors in its
configuration is not run, and has the status `error`, so that it never passes by accident.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial

from archguard.checking.executor import nesting_problems, run_contract
from archguard.checking.import_filter import excluded_traits, ignore_problem, ignored_links
from archguard.checking.profile import Profile
from archguard.checking.suppressions import suppress, suppressed
from archguard.codebase import Codebase, Link, SourceError
from archguard.config import Config, component_faults, contract_faults, did_you_mean, read
from archguard.dataclass import dataclass
from archguard.errors import ConfigError, ConfigRemark
from archguard.incremental.input_recorder import record_full_scan, today
from archguard.kinds import Contract
from archguard.model import Checked, Location, Outcome, OutcomeStatus, Problem, Report, Severity, Summary, Violation
from archguard.model.names import ModuleName


def check(
    config: Config,
    only: Collection[str] = (),
    codebase: Codebase | None = None,
    profile: Profile | None = None,
) -> Report:
    """Check the contracts of `config`.

    Args:
        config: The contracts, and where the code is.
        only: The ids of the contracts to check; by default all of them.
        codebase: The code, if it has been read already (by `read`).
        profile: Records the time of each contract; the seconds in the report count from its beginning.

    Raises:
        ExceptionGroup[ArchguardError]: a package does not exist, or `only` names an unknown contract.
    """
    profile = profile or Profile()
    chosen = _chosen(config, only)
    codebase = codebase or read(config)
    results = list(_results(config, codebase, chosen, profile))
    faults = [fault.problem("configuration") for fault in (*_no_contracts(config), *component_faults(config, codebase))]
    report = Report(
        outcomes=tuple(result.outcome for result in results),
        violations=tuple(
            sorted((found for result in results for found in result.violations), key=lambda v: v.sort_key)
        ),
        problems=_sorted(
            (
                *codebase.problems,
                *faults,
                *(_warning(note, "passed-over") for note in config.notes),
                *(found for result in results for found in result.problems),
            )
        ),
        summary=_summary(codebase, results),
    )
    report = suppress(report, codebase, [contract.id for contract in config.contracts])
    report = replace(report, problems=_sorted((*report.problems, *_coverage(config, codebase, report))))
    return replace(report, summary=replace(report.summary, seconds=round(profile.seconds, 3)))


def is_about_imports(config: Config, codebase: Codebase) -> bool:
    """Whether every contract depends only on the imports and the exported names of files.

    Contracts of plugins may read anything, so only built-in kinds qualify.
    """
    are_built_in = all(contract.is_built_in for contract in config.contracts)
    return are_built_in and not any(contract.modules_to_parse(codebase) for contract in config.contracts)


def may_keep(config: Config) -> bool:
    """Whether there are contracts whose results are kept file by file; plug-ins may read anything."""
    by_file = any(contract.checks_by_file for contract in config.contracts)
    return by_file and all(contract.is_built_in for contract in config.contracts)


def _warning(note: ConfigError, code: str) -> Problem:
    severity = Severity.INFO if isinstance(note, ConfigRemark) else Severity.WARNING
    return replace(note.problem(code), severity=severity)


def _no_contracts(config: Config) -> Iterator[ConfigError]:
    """An error if there are no contracts: an empty configuration must not pass as one without violations."""
    if not config.contracts:
        place = Location(config.files[0].name) if config.files else None
        yield ConfigError("there are no contracts", "`archguard packs` lists contracts to start from", place)


def _chosen(config: Config, only: Collection[str]) -> tuple[Contract, ...]:
    known = [contract.id for contract in config.contracts]
    unknown = [
        ConfigError(f"there is no contract '{name}'", did_you_mean(name, known)) for name in only if name not in known
    ]
    if unknown:
        raise ExceptionGroup("contracts", unknown)
    return tuple(contract for contract in config.contracts if not only or contract.id in only)


@dataclass(frozen=True)
class _Result:
    """What one contract has found."""

    outcome: Outcome
    violations: tuple[Violation, ...]
    problems: tuple[Problem, ...]
    scope: frozenset[str]


def _results(
    config: Config, codebase: Codebase, contracts: Collection[Contract], profile: Profile
) -> Iterator[_Result]:
    with _workers(codebase, contracts):
        for contract in contracts:
            with profile.stage(f"contract {contract.id}"):
                yield _check_contract(config, codebase, contract)


def _workers(codebase: Codebase, contracts: Iterable[Contract]) -> AbstractContextManager[None]:
    """The pool of workers, if a contract looks at what files contain."""
    if not any(contract.checks_by_file or contract.modules_to_parse(codebase) for contract in contracts):
        return nullcontext()
    from archguard.codebase.worker_pool import worker_pool  # noqa: PLC0415  # a check of imports alone has no tasks

    return worker_pool(codebase)


def _check_contract(config: Config, codebase: Codebase, contract: Contract) -> _Result:
    known_faults = contract_faults(config, codebase, contract)
    faults = tuple(fault.problem("configuration") for fault in known_faults.errors)
    if faults:
        return _result(contract, Checked(), (), faults, frozenset())
    filtered, problems = _filtered(config, codebase, contract)
    notes = (_warning(note, "pointless") for note in known_faults.notes)
    try:
        found = run_contract(contract, filtered)
        violations = found.violations
        if contract.cut_by_comments:
            violations = _without_suppressed_imports(config, filtered, contract, violations)
    except RecursionError:
        if not (deep := tuple(nesting_problems(filtered))):
            raise
        return _result(contract, Checked(), (), (*problems, *notes, *deep), contract.scope(filtered))
    checked = replace(contract.coverage(filtered), calls=found.calls, unresolved=found.unresolved)
    return _result(contract, checked, violations, (*problems, *notes, *found.problems), contract.scope(filtered))


def _without_suppressed_imports(
    config: Config, codebase: Codebase, contract: Contract, found: tuple[Violation, ...]
) -> tuple[Violation, ...]:
    """The suppressed violations, and those that remain in the graph without their imports.

    A suppressed import closes no cycle, so that the other imports of the cycle are no violations either.
    """
    covered = suppressed(found, codebase, [other.id for other in config.contracts]) if found else ()
    if not covered:
        return found
    links = {Link(it.importer, it.imported, it.chain[0].line) for it in covered}
    return (*covered, *run_contract(contract, codebase.without_links(links)).violations)


def _filtered(config: Config, codebase: Codebase, contract: Contract) -> tuple[Codebase, tuple[Problem, ...]]:
    """The code without the imports that do not count for `contract`, and a problem for each unused ignore."""
    filtered = codebase.without_traits(excluded_traits(config, contract))
    day = today(ignore.expires for ignore in contract.ignore)
    ignored = {ignore: ignored_links(filtered, ignore, day) for ignore in contract.ignore}
    problems = (ignore_problem(config, contract, ignore, day) for ignore, links in ignored.items() if not links)
    return filtered.without_links(frozenset().union(*ignored.values())), tuple(filter(None, problems))


def _result(
    contract: Contract,
    checked: Checked,
    violations: tuple[Violation, ...],
    problems: tuple[Problem, ...],
    scope: frozenset[str],
) -> _Result:
    if any(problem.severity is Severity.ERROR for problem in problems):
        status = OutcomeStatus.ERROR
    else:
        status = OutcomeStatus.KEPT  # `Report.with_violations` sets it to broken later
    outcome = Outcome(contract.id, contract.kind, contract.reason, status, checked, len(violations))
    return _Result(outcome, violations, problems, scope)


def _summary(codebase: Codebase, results: list[_Result]) -> Summary:
    assigned = frozenset().union(*(result.scope for result in results))
    return Summary(
        modules=len(codebase.modules),
        imports=codebase.imports.count(codebase.modules),
        files=len(codebase.sources),
        calls=sum(result.outcome.checked.calls for result in results),
        unassigned=tuple(sorted(codebase.sources.keys() - assigned)),
    )


def _has_code(codebase: Codebase, module: ModuleName) -> bool:
    """Whether the file has statements: an `__init__.py` with only comments and a docstring needs no contract."""
    source = codebase.sources[module]
    if not source.is_package:
        return True
    record_full_scan(source.file)
    try:
        return not all(_is_docstring(statement) for statement in source.tree.body)
    except SourceError:
        return True


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _coverage(config: Config, codebase: Codebase, report: Report) -> Iterator[Problem]:
    severity = config.project.coverage.unassigned
    if severity != "ignore":
        for module in filter(partial(_has_code, codebase), report.summary.unassigned):
            error = ConfigError(f"no contract looks at {module}", "add it to a component that a contract names")
            place = codebase.location_of(module)
            yield replace(error.problem("unassigned"), severity=severity, location=place)


def _sorted(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    unique = set(problems)
    return tuple(sorted(unique, key=lambda it: (it.location or Location(""), it.code, it.message)))
