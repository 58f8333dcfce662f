"""Explain a contract: its rule, the modules that it distinguishes, the imports between them, and its exemptions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from archguard.checking.check import check
from archguard.codebase import Codebase
from archguard.config import Config, did_you_mean
from archguard.errors import ArchguardError
from archguard.inspection.ignores import Exemption, exemption_lines, exemptions
from archguard.kinds import Contract
from archguard.model import Checked, Location, OutcomeStatus
from archguard.reporters.phrases import because, counted, looked_at, one_line

_SHOWN = 3


@dataclass(frozen=True)
class Member:
    """A set of modules that the contract distinguishes."""

    name: str
    description: str
    modules: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Edge:
    """The number of imports of one member by another one."""

    importer: str
    imported: str
    imports: int


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A contract in plain words, with the code that it checks."""

    id: str
    kind: str
    sentence: str
    reason: str
    location: Location | None
    members: tuple[Member, ...]
    edges: tuple[Edge, ...]
    exemptions: tuple[Exemption, ...]
    status: OutcomeStatus
    violations: int
    checked: Checked


def explain(config: Config, codebase: Codebase, contract: str) -> Explanation:
    """Explain the contract with the id `contract`.

    Raises:
        ArchguardError: there is none.
    """
    found = find_contract(config, contract)
    outcome = check(config, (contract,), codebase).outcomes[0]
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
