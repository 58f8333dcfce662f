"""Draft a configuration and a baseline for a folder that has neither, so that its first check passes.

The proposal is checked like any configuration; what remains becomes the baseline. Contracts that cannot be checked are
dropped and reported. The draft is refused if more than half of the files, or a package `__init__`, cannot be read: a
proposal from so little code would mislead.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from archguard.checking import check
from archguard.codebase import Codebase, Pattern, Project, Service, read_codebase
from archguard.codebase.modules.discovery import find_modules
from archguard.codebase.modules.roots import Roots
from archguard.config import contract_files, find_configuration, read_config
from archguard.config.dialects import dialect_of
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.history import NAME, Baseline, baseline_of, render_baseline
from archguard.model import OutcomeStatus, Problem, Report, Severity
from archguard.model.names import is_below
from archguard.onboarding.infer import find_steps, proposal_of
from archguard.onboarding.layout import Layout, find_layout
from archguard.onboarding.proposal import Proposal, ProposedContract
from archguard.onboarding.step import Step
from archguard.onboarding.usual_names import USUAL_NAMES

CONFIGURATION: Final = "archguard.yaml"


MAX_ADOPTED: Final = 500
"""A contract with more entries in the baseline is not adopted unasked: nobody would review them."""


@dataclass(frozen=True)
class Draft:
    """What `archguard init` would write."""

    root: Path
    project: Mapping[str, Any]
    """Where the code is, in the form of the configuration."""
    steps: tuple[Step, ...]
    report: Report
    """The report of a check with all contracts of `steps`, without a baseline."""
    codebase: Codebase
    unreadable: tuple[Problem, ...] = ()
    """Why contracts that analyze files are left out."""
    dropped: tuple[str, ...] = ()
    """The ids of the contracts that are left out because of that."""
    broken: tuple[Problem, ...] = ()
    """Why files cannot be read; a check fails until they can."""

    @property
    def proposal(self) -> Proposal:
        """The configuration."""
        return proposal_of(self.steps, self.project)

    @property
    def texts(self) -> Mapping[str, str]:
        """The content of each file, by name; there is no baseline if there are no violations."""
        baseline = render_baseline(baseline_of(self.report, Baseline()))
        return {CONFIGURATION: self.proposal.render(), **({NAME: baseline} if self.report.violations else {})}

    @property
    def costly(self) -> tuple[str, ...]:
        """The ids of contracts that are not adopted unasked, because of what the code breaks today."""
        ids = (contract.id for step in self.steps for contract in step.contracts)
        return tuple(id_ for id_ in ids if self.entries(id_) > MAX_ADOPTED)

    def cost(self, id_: str) -> int:
        """How many violations of the contract `id_` there are, which the baseline adopts."""
        return sum(violation.contract == id_ for violation in self.report.violations)

    def entries(self, id_: str) -> int:
        """How many entries of the baseline these are; violations that differ in their lines alone share one."""
        return len({violation.identity for violation in self.report.violations if violation.contract == id_})

    def without(self, ids: Collection[str]) -> "Draft":
        """A copy without the contracts `ids`."""
        steps = tuple(
            replace(step, contracts=tuple(contract for contract in step.contracts if contract.id not in ids))
            for step in self.steps
        )
        report = replace(
            self.report,
            outcomes=tuple(outcome for outcome in self.report.outcomes if outcome.id not in ids),
            violations=tuple(violation for violation in self.report.violations if violation.contract not in ids),
        )
        return replace(self, steps=steps, report=report)

    def write(self, root: Path) -> None:
        """Write the files, none of which may exist.

        Raises:
            FileExistsError: one was written in the meantime.
        """
        for name, text in self.texts.items():
            with (root / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)


def draft(root: Path, *, with_packs: bool = True) -> Draft:
    """Draft a configuration for the code below `root`; the baseline covers its violations.

    Unreadable files are not added to `exclude`, since they would silently stay unchecked from then on.

    Args:
        root: The folder of the project.
        with_packs: Whether shipped packs are tried.

    Raises:
        ArchguardError: there is a configuration already, no code, or too little that can be read.
    """
    refuse_if_configured(root)
    layout = find_layout(root)
    project = _project(root, layout)
    codebase = _read(root, layout, project)
    broken = _unreadable_modules(codebase, codebase.problems)
    steps = find_steps(codebase, root, layout, with_packs=with_packs)
    proposed = _checkable(_checked(root, _project_config(root, project), steps, codebase))
    broken = {**_unreadable_modules(codebase, proposed.report.problems), **broken}
    return replace(proposed, broken=tuple(problem for _, problem in sorted(broken.items())))


def _checked(root: Path, project: Mapping[str, Any], steps: tuple[Step, ...], codebase: Codebase) -> Draft:
    return Draft(root, project, steps, _report(root, proposal_of(steps, project), codebase), codebase)


def _checkable(proposed: Draft) -> Draft:
    """The draft without the contracts that cannot be checked.

    Of files for a newer Python, only the imports can be read: contracts that analyze syntax fail and are dropped. Files
    that cannot be read at all drop no contract: they fail all of them alike.
    """
    report, codebase = proposed.report, proposed.codebase
    errors = {problem for problem in report.problems if problem.severity is Severity.ERROR}
    failed = {outcome.id for outcome in report.outcomes if outcome.status is OutcomeStatus.ERROR}
    failed = failed if errors.difference(codebase.problems) else set()
    kept = proposed.without(failed)
    if not failed or not (kept.proposal.contracts or kept.proposal.extends):
        return proposed
    unreadable = tuple(_modules_with_errors(codebase, report.problems).values())
    checked = _checked(proposed.root, proposed.project, kept.steps, codebase)
    return replace(checked, unreadable=unreadable, dropped=tuple(sorted(failed)))


def with_layers(before: Draft, id_: str, layers: Iterable[str]) -> Draft:
    """A copy of the draft `before` with `layers` in the contract `id_`.

    Raises:
        ExceptionGroup[ArchguardError]: `layers` names modules that do not exist.
    """
    steps = tuple(replace(step, contracts=_with_layers(step.contracts, id_, list(layers))) for step in before.steps)
    after = _checked(before.root, before.project, steps, before.codebase)
    _unreadable_modules(before.codebase, after.report.problems)
    return replace(before, steps=steps, report=after.report)


def _with_layers(contracts: tuple[ProposedContract, ...], id_: str, layers: list[str]) -> tuple[ProposedContract, ...]:
    return tuple(replace(it, keys={**it.keys, "layers": layers}) if it.id == id_ else it for it in contracts)


def refuse_if_configured(root: Path) -> None:
    """Refuse to overwrite a configuration or baseline, or to add a second one.

    Raises:
        ArchguardError: a configuration (archguard's or another tool's) or a baseline exists.
    """
    try:
        folder, files = find_configuration(root)
    except ArchguardError:
        folder, files = root, ()
    dialect = dialect_of(files[0]) if files else None
    if dialect and folder == root:
        raise ArchguardError(
            f"{files[0].name} is a configuration of {dialect.name}, which archguard runs as it is",
            f"run `archguard check`, or write it as archguard's own: `archguard migrate --output {CONFIGURATION}`",
        )
    there = [*([] if dialect else files), *filter(Path.exists, [root / NAME])]
    if there:
        raise ArchguardError(
            f"'{there[0]}' is there already, and init writes over nothing", "take it away to begin anew"
        )


def _project(root: Path, layout: Layout) -> Project:
    """The source roots and packages, with tests and migrations excluded."""
    project = Project(source_roots=tuple(layout.shared), packages=layout.packages)
    remaining = set(find_modules(root, project, _services(layout)).sources)
    exclude = []
    for pattern in map(Pattern, USUAL_NAMES.excluded_modules):
        if found := {module for module in remaining if pattern.unit(module)}:
            exclude.append(pattern)
            remaining -= found
    return replace(project, exclude=tuple(exclude))


def _read(root: Path, layout: Layout, project: Project) -> Codebase:
    return read_codebase(root, project, services=_services(layout))


def _services(layout: Layout) -> Mapping[str, Service]:
    return {name: Service(root=folder, packages=packages) for name, (folder, packages) in layout.services.items()}


def _unreadable_modules(codebase: Codebase, problems: Iterable[Problem]) -> Mapping[str, Problem]:
    """The modules that cannot be read, each with its problem.

    Raises:
        ExceptionGroup[ArchguardError]: more than half of the files are affected, or a package with modules in it.
    """
    problems = tuple(problems)
    broken = _modules_with_errors(codebase, problems)
    is_package = any(is_below(name, module) for module in broken for name in codebase.modules)
    if broken and (len(broken) * 2 > len(codebase.sources) or is_package or "" in broken):
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        faults = [ArchguardError(it.message, it.hint, it.location, it.excerpt) for it in errors]
        raise ExceptionGroup("code that cannot be read", faults)
    return broken


def _modules_with_errors(codebase: Codebase, problems: Iterable[Problem]) -> Mapping[str, Problem]:
    """The modules that `problems` say cannot be read, in order; "" stands for what is about no module."""
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    modules = {source.display_path: name for name, source in codebase.sources.items()}
    broken = {modules.get(error.location.path if error.location else "", ""): error for error in errors}
    return dict(sorted(broken.items()))


def _project_config(root: Path, project: Project) -> Mapping[str, Any]:
    """`project` in the form of the configuration; source roots that are found by default are omitted."""
    usual = Roots.usual(root, project.packages)
    is_plain = not usual.implied and not usual.passed_over
    is_found = is_plain and usual.named == tuple(root / folder for folder in project.source_roots)
    keys = {
        "source_roots": [] if is_found else list(project.source_roots),
        "packages": list(project.packages),
        "exclude": list(map(str, project.exclude)),
    }
    return {key: value for key, value in keys.items() if value}


def _report(root: Path, proposal: Proposal, codebase: Codebase) -> Report:
    """The report that `archguard check` would give.

    The code is read again if contracts of a pack or in `contracts/` apply: they may name external modules that
    `codebase` merges into their packages.
    """
    others = contract_files(root)
    with TemporaryDirectory() as folder:
        file = Path(folder, CONFIGURATION)
        file.write_text(proposal.render(), encoding="utf-8")
        config = read_config((file, *others), root)
    known = replace(codebase, components=config.components, services=config.services)
    return check(config, codebase=None if proposal.extends or others else known)
