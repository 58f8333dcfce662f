"""Whether A may import B, how A reaches B today, and the minimum cut that separates them.

Whether it may is found out by trial: hypothetical imports between the modules of both are added to the code base, and
the violations that this adds are the denials. So the answer agrees with `check` for every kind of contract. Cost: two
checks. Large packages are sampled: at most 40 modules of each side (`_SAMPLE`), so at most 1,600 imports.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from archguard.checking.check import check
from archguard.codebase import Codebase, ImportTrait, Target, with_hypothetical_imports
from archguard.config import Config, read
from archguard.dataclass import dataclass
from archguard.effects.interactions import WORDS, Channel
from archguard.errors import ArchguardError
from archguard.inspection.module_lookup import Named, find_named
from archguard.inspection.paths import Chain, Hop, Paths
from archguard.model import OutcomeStatus, Violation, new_violations
from archguard.reporters.phrases import because, counted, numbered, one_line

_CHAINS = 3
_SAMPLE = 40
_CUTS = 10


@dataclass(frozen=True)
class Denial:
    """A contract that the import would break."""

    contract: str
    kind: str
    message: str
    """The message about the first of the imports that it denies."""
    reason: str
    imports: int
    """The number of tried imports that it denies; 0 if the import makes other imports break it."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether `importer` may import `imported`, and how it reaches it today."""

    importer: str
    imported: str
    tried: int
    """The number of imports that were tried: one for each pair of modules, or a sample of them."""
    denials: tuple[Denial, ...]
    unchecked: tuple[str, ...]
    """The contracts that could not be checked, and may deny the import too."""
    ways: int
    """The number of imports and calls that begin a path from one to the other."""
    chains: tuple[Chain, ...]
    """Some of the paths, shortest first, with at least one for each channel: import, HTTP, RPC, queue, table."""
    calls: tuple[Chain, ...]
    """Some of the calls of a service of which `imported` is only a part."""
    cut: tuple[Hop, ...]
    """A minimum cut: the fewest imports and calls without which there is no path."""

    @property
    def allowed(self) -> bool:
        """Whether every import that was tried is allowed."""
        return not self.denials


def why(config: Config, codebase: Codebase, importer: str, imported: str) -> Answer:
    """Answer for any two names that `find_named` resolves; the first one is part of the project.

    Raises:
        ArchguardError: a name matches nothing, or both match the same modules.
    """
    one, other = find_named(config, codebase, importer), find_named(config, codebase, imported)
    if other.is_outside and other.name not in codebase.imports.externals:
        codebase = read(config, (Target(other.name),))  # records `sqlalchemy.orm` apart from `sqlalchemy`
        other = Named(other.name, codebase.matching(Target(other.name), codebase.imports.externals), is_outside=True)
    sources, targets = _disjoint(one, other, frozenset(codebase.sources))
    pairs = list(product(_sampled(sources), [other.name] if other.is_outside else _sampled(targets)))
    before, after = check(config, codebase=codebase), check(config, codebase=with_hypothetical_imports(codebase, pairs))
    paths = Paths.between(_without_excluded(config, codebase), sources, targets)
    chains = paths.chains()
    return Answer(
        importer=one.name,
        imported=other.name,
        tried=len(pairs),
        denials=tuple(_denials(new_violations(before, after), pairs)),
        unchecked=tuple(outcome.id for outcome in after.outcomes if outcome.status is OutcomeStatus.ERROR),
        ways=len(chains),
        chains=_shown(chains),
        calls=_shown(paths.calls()),
        cut=paths.cut(),
    )


def render(answer: Answer) -> str:
    """The answer as text."""
    parts = ("\n".join(part) for part in (_verdict(answer), _paths(answer), _calls(answer), _cut(answer)))
    return "\n\n".join(part for part in parts if part)


def _disjoint(one: Named, other: Named, files: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The modules of both that have files; those that a package shares with a part of it count for the part only.

    Raises:
        ArchguardError: the first is not part of the project, or both are the same.
    """
    if one.is_outside:
        raise ArchguardError(
            f"'{one.name}' is not part of the project", "name what imports first, then what is imported"
        )
    # `why shop shop.orders`: the package without the part, against the part.
    shared = one.modules & other.modules
    sources = (one.modules - shared or one.modules) & files
    targets = other.modules - shared or other.modules
    if sources & targets or not sources:
        raise ArchguardError(f"{one.name} and {other.name} are the same modules", "name two that are apart")
    return sources, targets


def _sampled(modules: Iterable[str]) -> list[str]:
    """All of `modules`, or an even sample of at most `_SAMPLE`."""
    ordered = sorted(modules)
    # `-(-a // b)` is a / b rounded up. Even steps through the sorted names, so that each subpackage is in the sample.
    return ordered[:: -(-len(ordered) // _SAMPLE)]


def _without_excluded(config: Config, codebase: Codebase) -> Codebase:
    """The code without the imports that the project excludes."""
    return codebase.without_traits(
        [ImportTrait.TYPE_CHECKING] if config.project.type_checking_imports == "exclude" else []
    )


def _denials(violations: Iterable[Violation], pairs: Iterable[tuple[str, str]]) -> Iterator[Denial]:
    """A denial for each contract, with the message about one of the tried imports if there is one."""
    tried, groups = frozenset(pairs), dict[str, list[Violation]]()
    for violation in violations:
        groups.setdefault(violation.contract, []).append(violation)
    for contract, found in sorted(groups.items()):
        own = [violation for violation in found if (violation.importer, violation.imported) in tried]
        first = (own or found)[0]
        denied = len({(violation.importer, violation.imported) for violation in own})
        yield Denial(contract, first.kind, first.message, first.reason, denied)


def _shown(chains: tuple[Chain, ...]) -> tuple[Chain, ...]:
    """The first of `chains`, and the first of each channel that is not among them."""
    # Reversed, so that the shortest chain of each channel is the one that stays.
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
    """Whether some contract denies all of the imports, or would be broken elsewhere by them."""
    return any(denial.imports in (0, answer.tried) for denial in answer.denials)


def _paths(answer: Answer) -> Iterator[str]:
    if not answer.chains:
        yield one_line(f"Today {answer.importer} does not reach {answer.imported}.")
        return
    shown = "among them" if answer.ways > len(answer.chains) else "which are" if answer.ways > 1 else "which is"
    yield one_line(f"Today {answer.importer} reaches {answer.imported} in {counted(answer.ways, 'way')}, {shown}:")
    yield from _listed(answer.chains)


def _calls(answer: Answer) -> Iterator[str]:
    if answer.calls:
        services = " and ".join(sorted({chain[-1].imported for chain in answer.calls}))
        yield one_line(f"It calls {services}, and {answer.imported} may be what answers:")
        yield from _listed(answer.calls)


def _listed(chains: Iterable[Chain]) -> Iterator[str]:
    for number, chain in enumerate(chains, start=1):
        for step in chain:
            mark = f"{number}." if step is chain[0] else "  "
            yield f"    {mark} {_hop_text(step)}"


def _hop_text(step: Hop) -> str:
    """`importer -> imported (path:line)`, with the channel and the symbol if it is no import."""
    over = "" if step.way is Channel.IMPORT else f" over {WORDS[step.way]}: {step.symbol}"
    return one_line(f"{step.importer} -> {step.imported}{over} ({step.path}:{step.line})")


def _cut(answer: Answer) -> Iterator[str]:
    if answer.cut:
        imports = sum(step.way is Channel.IMPORT for step in answer.cut)
        counts = {"import": imports, "call": len(answer.cut) - imports}
        total = " and ".join(counted(count, noun) for noun, count in counts.items() if count)
        yield f"Minimum cut between them: {total}"
        shown = list(map(_hop_text, answer.cut[:_CUTS]))
        yield from (f"    {line}" for line in numbered(shown))
        if len(answer.cut) > _CUTS:
            yield f"    and {len(answer.cut) - _CUTS} more"
