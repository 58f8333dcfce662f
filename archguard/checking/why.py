"""May A import B, does it reach B today, and what would have to go so that it does not?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from archguard.checking.check import check
from archguard.checking.known import identity
from archguard.checking.named import Named, find_named
from archguard.codebase import Codebase, ImportTrait, Reach, suppose
from archguard.config import Config
from archguard.errors import ArchguardError
from archguard.kinds.routes import EVERYTHING, forbidden_routes
from archguard.model import OutcomeStatus, Report, Step, Violation
from archguard.reporters.wording import because, counted, hop, numbered, one_line, step_place

_CHAINS = 3
_SAMPLE = 40
_CUTS = 10


@dataclass(frozen=True)
class Denial:
    """A contract that such an import would break."""

    contract: str
    kind: str
    message: str
    """The sentence about the first of the imports that it denies."""
    reason: str
    imports: int
    """How many of the imports that were tried it denies; 0 if it is others who would break it then."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether `importer` may import `imported`, and how it reaches it today."""

    importer: str
    imported: str
    tried: int
    """How many imports were tried: one for each pair of modules, or for some of very many pairs."""
    denials: tuple[Denial, ...]
    unchecked: tuple[str, ...]
    """The contracts that could not be checked, and may deny it too."""
    ways: int
    """How many imports of today are the first step of a way from one to the other."""
    chains: tuple[tuple[Step, ...], ...]
    """Some of the ways, the shortest first."""
    cut: tuple[Step, ...]
    """As few imports as possible without which there is no way."""

    @property
    def allowed(self) -> bool:
        """Whether every import that was tried is allowed."""
        return not self.denials


def why(config: Config, codebase: Codebase, importer: str, imported: str) -> Answer:
    """The answer for any two names that `find_named` knows; the first one is part of the project.

    Raises:
        ArchguardError: a name means nothing, or both mean the same modules.
    """
    one, other = find_named(config, codebase, importer), find_named(config, codebase, imported)
    sources, targets = _apart(one, other, frozenset(codebase.sources))
    pairs = list(product(_some(sources), [other.name] if other.is_outside else _some(targets)))
    before, after = check(config, codebase=codebase), check(config, codebase=suppose(codebase, pairs))
    code = _counted(config, codebase)
    chains = _chains(code, sources, targets)
    return Answer(
        importer=one.name,
        imported=other.name,
        tried=len(pairs),
        denials=tuple(_denials(new_violations(before, after), pairs)),
        unchecked=tuple(outcome.id for outcome in after.outcomes if outcome.status is OutcomeStatus.ERROR),
        ways=len(chains),
        chains=tuple(code.steps(chain) for chain in chains[:_CHAINS]),
        cut=_cut(code, sources, targets),
    )


def new_violations(before: Report, after: Report) -> Iterator[Violation]:
    """The violations of `after` that `before` has not, or has fewer times."""
    left = Counter(map(identity, before.violations))
    for violation in after.violations:
        left[identity(violation)] -= 1
        if left[identity(violation)] < 0:
            yield violation


def render(answer: Answer) -> str:
    """The answer for people."""
    parts = ("\n".join(part) for part in (_verdict(answer), _today(answer), _parting(answer)))
    return "\n\n".join(part for part in parts if part)


def _apart(one: Named, other: Named, files: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The modules of both that have files, without those that a package and a part of it share.

    Raises:
        ArchguardError: the first ones are not part of the project, or both are the same.
    """
    if one.is_outside:
        raise ArchguardError(
            f"'{one.name}' is not part of the project", "name what imports first, then what is imported"
        )
    shared = one.modules & other.modules
    sources = (one.modules - shared or one.modules) & files
    targets = other.modules - shared or other.modules
    if sources & targets or not sources:
        raise ArchguardError(f"{one.name} and {other.name} are the same modules", "name two that are apart")
    return sources, targets


def _some(modules: Iterable[str]) -> list[str]:
    """All of `modules`, or evenly chosen ones of very many."""
    ordered = sorted(modules)
    return ordered[:: -(-len(ordered) // _SAMPLE)]


def _counted(config: Config, codebase: Codebase) -> Codebase:
    """The code with the imports that count in this project."""
    return codebase.without_traits(
        [ImportTrait.TYPE_CHECKING] if config.project.type_checking_imports == "exclude" else []
    )


def _denials(violations: Iterable[Violation], pairs: Iterable[tuple[str, str]]) -> Iterator[Denial]:
    """A denial for each contract, told by one of the imports that were tried if it is one of those."""
    tried, groups = frozenset(pairs), dict[str, list[Violation]]()
    for violation in violations:
        groups.setdefault(violation.contract, []).append(violation)
    for contract, found in sorted(groups.items()):
        own = [violation for violation in found if (violation.importer, violation.imported) in tried]
        first = (own or found)[0]
        denied = len({(violation.importer, violation.imported) for violation in own})
        yield Denial(contract, first.kind, first.message, first.reason, denied)


def _chains(codebase: Codebase, sources: frozenset[str], targets: frozenset[str]) -> list[tuple[str, ...]]:
    """A shortest way for each import of `sources` that leads to `targets`, the shortest first."""
    reach = Reach(codebase.imports, dict.fromkeys(targets, 1), dict.fromkeys(sources, EVERYTHING))
    routes = forbidden_routes(reach, dict.fromkeys(sources, 1), indirect=True)
    return sorted({route.chain for route in routes}, key=lambda chain: (len(chain), chain))


def _cut(codebase: Codebase, sources: frozenset[str], targets: frozenset[str]) -> tuple[Step, ...]:
    from archguard.codebase.coupling import fewest_cuts  # noqa: PLC0415  # networkx takes 130 ms

    return tuple(codebase.step(link) for link in fewest_cuts(codebase.imports, sources, targets))


def _verdict(answer: Answer) -> Iterator[str]:
    may = "may" if answer.allowed else "must not" if _is_denied(answer) else "may, in part,"
    yield one_line(f"{answer.importer} {may} import {answer.imported}.")
    for denial in answer.denials:
        some = f" ({denial.imports} of {answer.tried} imports)" if 0 < denial.imports < answer.tried else ""
        yield f"    {one_line(f'{denial.contract} ({denial.kind}){some}: {denial.message}')}"
        if reason := because(denial.reason):
            yield f"        {reason}"
    if answer.unchecked:
        yield f"    Not asked, since they cannot be checked: {', '.join(answer.unchecked)}."


def _is_denied(answer: Answer) -> bool:
    """Whether some contract denies all of it, or would be broken elsewhere by it."""
    return any(denial.imports in (0, answer.tried) for denial in answer.denials)


def _today(answer: Answer) -> Iterator[str]:
    if not answer.chains:
        yield one_line(f"Today {answer.importer} does not reach {answer.imported}.")
        return
    shown = "the shortest" if answer.ways > len(answer.chains) else "which are" if answer.ways > 1 else "which is"
    yield one_line(f"Today {answer.importer} reaches {answer.imported} in {counted(answer.ways, 'way')}, {shown}:")
    for number, chain in enumerate(answer.chains, start=1):
        for step in chain:
            mark = f"{number}." if step is chain[0] else "  "
            yield f"    {mark} {hop(step)} ({step_place(step)})"


def _parting(answer: Answer) -> Iterator[str]:
    if answer.cut:
        yield f"To part them, cut {counted(len(answer.cut), 'import')}, no fewer will do:"
        shown = [f"{hop(step)} ({step_place(step)})" for step in answer.cut[:_CUTS]]
        yield from (f"    {line}" for line in numbered(shown))
        if len(answer.cut) > _CUTS:
            yield f"    and {len(answer.cut) - _CUTS} more"
