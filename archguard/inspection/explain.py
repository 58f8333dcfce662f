"""Explain a contract: its rule, the modules that it distinguishes, the imports between them, and its exemptions.

A violation is found by its fingerprint.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from archguard.checking.check import check
from archguard.codebase import Codebase
from archguard.config import Config, did_you_mean
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.inspection.ignores import Exemption, exemption_lines, exemptions
from archguard.kinds import Contract
from archguard.model import Checked, Location, OutcomeStatus, Report, Violation
from archguard.reporters.phrases import because, counted, looked_at, one_line

_SHOWN = 3
_FINGERPRINT: Final = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True)
class Member:
    """A set of modules that the contract distinguishes."""

    name: str
    """The component, or the pattern."""
    description: str
    """What it is for; may be empty."""
    modules: tuple[str, ...]
    """Its modules."""


@dataclass(frozen=True, order=True)
class Edge:
    """The number of imports of one member by another one."""

    importer: str
    """The member whose modules import."""
    imported: str
    """The member whose modules are imported."""
    imports: int
    """The number of imports."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A contract in plain words, with the code that it checks."""

    id: str
    """The id of the contract."""
    kind: str
    """Its kind."""
    sentence: str
    """What it asks, in plain words."""
    reason: str
    """Why the team wants it; may be empty."""
    location: Location | None
    """Where it is defined."""
    members: tuple[Member, ...]
    """The sets of modules that it distinguishes."""
    edges: tuple[Edge, ...]
    """The imports between them."""
    exemptions: tuple[Exemption, ...]
    """What it overlooks."""
    status: OutcomeStatus
    """Whether it is kept."""
    violations: int
    """How many violations it has."""
    checked: Checked
    """How much of the code it checks."""


def explain(config: Config, codebase: Codebase, contract: str, report: Report | None = None) -> Explanation:
    """Explain the contract with the id `contract`, with its outcome in `report`; by default it is checked.

    Raises:
        ArchguardError: there is none.
    """
    found = find_contract(config, contract)
    outcomes = (report or check(config, (contract,), codebase)).outcomes
    outcome = next(outcome for outcome in outcomes if outcome.id == contract)
    units = found.units(codebase)
    return Explanation(
        id=found.id,
        kind=found.kind,
        sentence=found.sentence,
        reason=found.reason,
        location=config.error("", "contracts", contract).location,
        members=tuple(Member(name, _description(config, name), tuple(sorted(unit))) for name, unit in units.items()),
        edges=_edges(codebase, units),
        exemptions=tuple(entry for entry in exemptions(config, codebase) if contract in entry.contracts),
        status=outcome.status,
        violations=outcome.violations,
        checked=outcome.checked,
    )


def find_contract(config: Config, name: str) -> Contract:
    """The contract with the id `name`.

    Raises:
        ArchguardError: there is none.
    """
    found = next((contract for contract in config.contracts if contract.id == name), None)
    if found is None:
        raise ArchguardError(
            f"there is no contract '{name}'", did_you_mean(name, [contract.id for contract in config.contracts])
        )
    return found


def is_fingerprint(name: str) -> bool:
    """Whether `name` has the form of a violation's fingerprint, so that it is taken for one if no contract has it."""
    return bool(_FINGERPRINT.fullmatch(name))


def find_violations(report: Report, fingerprint: str) -> tuple[Violation, ...]:
    """The violations with this fingerprint: mostly one, several if a module breaks a rule in several places.

    Raises:
        ArchguardError: there is none.
    """
    found = tuple(violation for violation in report.violations if violation.fingerprint == fingerprint)
    if not found:
        hint = "it may be fixed: `archguard check --format json` has the fingerprints of today's violations"
        raise ArchguardError(f"there is no violation '{fingerprint}' today", hint)
    return found


def render(explanation: Explanation, today: date) -> str:
    """The explanation as text."""
    parts = (
        _head(explanation),
        _members(explanation),
        _imports(explanation),
        _exemptions(explanation, today),
        _status(explanation),
    )
    texts = ("\n".join(part) for part in parts)
    return "\n\n".join(text for text in texts if text)


def _description(config: Config, name: str) -> str:
    return config.components[name].description if name in config.components else ""


def _edges(codebase: Codebase, units: Mapping[str, frozenset[str]]) -> tuple[Edge, ...]:
    """The imports from one set into another; a module of several sets belongs to the smallest one."""
    by_size = sorted(units.items(), key=lambda item: (-len(item[1]), item[0]))
    owners = {module: name for name, unit in by_size for module in unit}
    counts: dict[tuple[str, str], int] = {}
    for importer, owner in owners.items():
        for imported, lines in codebase.imports.imported_by(importer).items():
            arrow = owner, owners.get(imported, owner)
            if arrow[0] != arrow[1]:
                counts[arrow] = counts.get(arrow, 0) + len(lines)
    return tuple(Edge(*arrow, count) for arrow, count in sorted(counts.items()))


def _head(explanation: Explanation) -> Iterator[str]:
    yield one_line(f"{explanation.id} ({explanation.kind}): {explanation.sentence}")
    if reason := because(explanation.reason):
        yield f"    {reason}"
    if explanation.location:
        yield f"    Defined at {one_line(f'{explanation.location.path}:{explanation.location.line}')}."


def _members(explanation: Explanation) -> Iterator[str]:
    if explanation.members:
        yield "What it is about:"
    width = max((len(member.name) for member in explanation.members), default=0)
    for member in explanation.members:
        more = ", ..." if len(member.modules) > _SHOWN else ""
        names = ", ".join(member.modules[:_SHOWN]) + more
        what = f"; {member.description}" if member.description else ""
        yield f"    {member.name:<{width}}  {counted(len(member.modules), 'module')}: {one_line(names + what)}"


def _imports(explanation: Explanation) -> Iterator[str]:
    if explanation.edges:
        yield "Who imports whom:"
    yield from (
        f"    {edge.importer} -> {edge.imported}: {counted(edge.imports, 'import')}" for edge in explanation.edges
    )


def _exemptions(explanation: Explanation, today: date) -> Iterator[str]:
    if explanation.exemptions:
        yield "What it overlooks:"
    yield from (f"    {line}" for exemption in explanation.exemptions for line in exemption_lines(exemption, today))


def _status(explanation: Explanation) -> Iterator[str]:
    checked = looked_at(explanation.checked)
    if explanation.status is OutcomeStatus.ERROR:
        yield "Today it cannot be checked: `archguard check` says why."
    elif explanation.status is OutcomeStatus.BROKEN:
        yield f"Today it is broken: {counted(explanation.violations, 'violation')}; it looks at {checked}."
    elif explanation.violations:
        found = f"{counted(explanation.violations, 'violation')} that fail no run"
        yield f"Today it is kept, with {found}; it looks at {checked}."
    else:
        yield f"Today it is kept; it looks at {checked}."
