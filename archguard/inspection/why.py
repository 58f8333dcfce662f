"""May A import B, does it reach B today, and what would have to go so that it does not?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from archguard.checking.check import check
from archguard.codebase import Codebase, ImportTrait, Target, with_hypothetical_imports
from archguard.config import Config, read
from archguard.effects.interactions import WORDS, Channel
from archguard.errors import ArchguardError
from archguard.history.matching import identity
from archguard.inspection.module_lookup import Named, find_named
from archguard.inspection.paths import Chain, Hop, Ways
from archguard.model import OutcomeStatus, Report, Violation
from archguard.reporters.phrases import because, counted, numbered, one_line

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
    """How many imports and calls of today are the first step of a way from one to the other."""
    chains: tuple[Chain, ...]
    """Some of the ways, the shortest first, and one for each sort of way: import, HTTP, RPC, queue, table."""
    calls: tuple[Chain, ...]
    """Some of the calls of a service of which `imported` is only a part."""
    cut: tuple[Hop, ...]
    """As few imports and calls as possible without which there is no way."""

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
    if other.is_outside and other.name not in codebase.imports.externals:
        codebase = read(config, (Target(other.name),))  # `sqlalchemy.orm` is told from `sqlalchemy` if that is asked
        other = Named(other.name, codebase.matching(Target(other.name), codebase.imports.externals), is_outside=True)
    sources, targets = _apart(one, other, frozenset(codebase.sources))
    pairs = list(product(_some(sources), [other.name] if other.is_outside else _some(targets)))
    before, after = check(config, codebase=codebase), check(config, codebase=with_hypothetical_imports(codebase, pairs))
    ways = Ways.between(_counted(config, codebase), sources, targets)
    chains = ways.chains()
    return Answer(
        importer=one.name,
        imported=other.name,
        tried=len(pairs),
        denials=tuple(_denials(new_violations(before, after), pairs)),
        unchecked=tuple(outcome.id for outcome in after.outcomes if outcome.status is OutcomeStatus.ERROR),
        ways=len(chains),
        chains=_shown(chains),
        calls=_shown(ways.calls()),
        cut=ways.cut(),
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
    parts = ("\n".join(part) for part in (_verdict(answer), _today(answer), _calling(answer), _parting(answer)))
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


def _shown(chains: tuple[Chain, ...]) -> tuple[Chain, ...]:
    """The first of `chains`, and the first of each way that is not among them."""
    first = {chain[-1].way: chain for chain in reversed(chains)}
    shown = dict.fromkeys((*chains[:_CHAINS], *first.values()))
    return tuple(chain for chain in chains if chain in shown)


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
    shown = "among them" if answer.ways > len(answer.chains) else "which are" if answer.ways > 1 else "which is"
    yield one_line(f"Today {answer.importer} reaches {answer.imported} in {counted(answer.ways, 'way')}, {shown}:")
    yield from _listed(answer.chains)


def _calling(answer: Answer) -> Iterator[str]:
    if answer.calls:
        services = " and ".join(sorted({chain[-1].imported for chain in answer.calls}))
        yield one_line(f"It calls {services}, and {answer.imported} may be what answers:")
        yield from _listed(answer.calls)


def _listed(chains: Iterable[Chain]) -> Iterator[str]:
    for number, chain in enumerate(chains, start=1):
        for step in chain:
            mark = f"{number}." if step is chain[0] else "  "
            yield f"    {mark} {_told(step)}"


def _told(step: Hop) -> str:
    """`importer -> imported (path:line)`, with the way and what is named if that is no import."""
    over = "" if step.way is Channel.IMPORT else f" over {WORDS[step.way]}: {step.symbol}"
    return one_line(f"{step.importer} -> {step.imported}{over} ({step.path}:{step.line})")


def _parting(answer: Answer) -> Iterator[str]:
    if answer.cut:
        imports = sum(step.way is Channel.IMPORT for step in answer.cut)
        counts = {"import": imports, "call": len(answer.cut) - imports}
        told = " and ".join(counted(count, noun) for noun, count in counts.items() if count)
        yield f"To part them, cut {told}, no fewer will do:"
        shown = list(map(_told, answer.cut[:_CUTS]))
        yield from (f"    {line}" for line in numbered(shown))
        if len(answer.cut) > _CUTS:
            yield f"    and {len(answer.cut) - _CUTS} more"
