"""Build a view from sets of modules: the arrows between nodes, the code behind each, and the contracts that it breaks.

How it works: `Coupling` groups imports by pair of nodes; interactions over other channels are grouped by pair and
channel. Violations are matched to arrows by the place of the import or line. To mark the arrows that close cycles, a
feedback arc set is computed in which the imports of an arrow without violations weigh 100 times as much: where a cycle
must be cut somewhere, it is shown cut at a violation.

Limits: an arrow lists at most 20 lines of code, violations first, so that heavy arrows do not bloat the output.
Cost: linear in imports and violations, plus the feedback arc set of the nodes on cycles.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final, TypeAlias

from archguard.codebase import Codebase, ImportTrait, Link
from archguard.codebase.metrics.coupling import Coupling, cyclic, feedback_arcs, transitively_implied
from archguard.dataclass import dataclass
from archguard.diagrams.node_selection import REST, Outline
from archguard.diagrams.view import Arrow, Channel, Code, Line, Node, View, is_known
from archguard.effects.interactions import Interaction
from archguard.model import Report, Violation

MAX_LINES: Final = 20
"""How many lines of code an arrow lists."""

_TYPES: Final = frozenset({ImportTrait.TYPE_CHECKING})

ALLOWED_WEIGHT: Final = 100
"""How much more an import weighs on an arrow without violations, so that cycles are preferably cut at violations."""

_Place: TypeAlias = tuple[str, str, int]
"""Importer, imported and line of an import; for other channels the path, "" and the line."""


def draw(codebase: Codebase, report: Report, outline: Outline, contacts: Iterable[Interaction] = ()) -> View:
    """Build the view with all arrows between the nodes of `outline`.

    Args:
        codebase: The code.
        report: The violations to mark.
        outline: The nodes.
        contacts: Interactions between services other than imports; for nodes that are services.
    """
    found = _ViolationIndex.of(report)
    imports = (
        _import_arrow(codebase, found, *arrow, links)
        for arrow, links in Coupling(codebase.imports, outline.units).links.items()
    )
    others = (
        _interaction_arrow(found, list(group)) for _, group in groupby(sorted(contacts, key=_group_key), key=_group_key)
    )
    arrows = sorted((*imports, *others), key=lambda arrow: (arrow.source, arrow.target, arrow.channel))
    return View(
        title=outline.title,
        description=outline.description,
        nodes=_nodes(outline, found.not_on(arrows)),
        arrows=_with_cycles(arrows, _cyclic_pairs(codebase, outline, {(it.source, it.target) for it in arrows})),
        groups=outline.groups,
        notes=outline.notes,
        code=Code(codebase=codebase, modules=outline.units),
    )


def reduced(view: View) -> View:
    """Remove arrows that are implied transitively by longer paths; keep those that break contracts."""
    implied = transitively_implied({(arrow.source, arrow.target) for arrow in view.arrows})
    kept = tuple(it for it in view.arrows if it.violations or (it.source, it.target) not in implied)
    note = "arrows that longer paths imply are left out"
    return replace(view, arrows=kept, notes=(*view.notes, note) if len(kept) < len(view.arrows) else view.notes)


@dataclass(frozen=True)
class _ViolationIndex:
    """The violations, indexed by the import or line that causes them."""

    by_place: Mapping[_Place, tuple[Violation, ...]]

    @classmethod
    def of(cls, report: Report) -> "_ViolationIndex":
        places: dict[_Place, list[Violation]] = {}
        for violation in report.violations:
            for place in _places(violation):
                places.setdefault(place, []).append(violation)
        return cls({place: tuple(found) for place, found in places.items()})

    def at(self, places: Iterable[_Place]) -> tuple[Violation, ...]:
        """The violations at any of `places`, without duplicates."""
        return tuple(dict.fromkeys(found for place in places for found in self.by_place.get(place, ())))

    def not_on(self, arrows: Iterable[Arrow]) -> tuple[Violation, ...]:
        """The violations that are on none of `arrows`."""
        drawn = {violation for arrow in arrows for violation in arrow.violations}
        return tuple(dict.fromkeys(found for group in self.by_place.values() for found in group if found not in drawn))


def _places(violation: Violation) -> Iterator[_Place]:
    if violation.chain:
        first = violation.chain[0]
        yield first.importer, first.imported, first.line
    # Also by its place, as an arrow over another channel than imports has no chain.
    yield violation.location.path, "", violation.location.line


def _import_arrow(codebase: Codebase, found: _ViolationIndex, source: str, target: str, links: Sequence[Link]) -> Arrow:
    broken = {link: found.by_place[link] for link in links if tuple(link) in found.by_place}
    return Arrow(
        source=source,
        target=target,
        count=len(links),
        broken=len(broken),
        known=sum(map(is_known, broken.values())),
        lines=tuple(_line(codebase, link) for link in sorted(links, key=lambda it: (it not in broken, it))[:MAX_LINES]),
        violations=found.at(map(tuple, links)),  # type: ignore[arg-type]  # a Link is such a tuple
        is_type_checking=all(codebase.traits(link, _TYPES) & _TYPES for link in links),
    )


def _line(codebase: Codebase, link: Link) -> Line:
    return Line(link.importer, link.imported, codebase.display_path(link.importer), link.line)


def _group_key(interaction: Interaction) -> tuple[str, str, str]:
    return interaction.caller, interaction.callee, interaction.channel


def _interaction_arrow(found: _ViolationIndex, contacts: Sequence[Interaction]) -> Arrow:
    first = contacts[0]
    lines = sorted(_lines(contacts))
    broken = {line: by_line for line in lines if (by_line := found.by_place.get((line.path, "", line.line)))}
    return Arrow(
        source=first.caller,
        target=first.callee,
        count=len(lines),
        broken=len(broken),
        known=sum(map(is_known, broken.values())),
        lines=tuple(sorted(lines, key=lambda it: (it not in broken, it))[:MAX_LINES]),
        channel=Channel(first.channel),
        violations=found.at((line.path, "", line.line) for line in lines),
    )


def _cyclic_pairs(
    codebase: Codebase, outline: Outline, arrows: Collection[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """The pairs of `arrows` that are part of a cycle.

    Folding several nodes into one can make a cycle that the code does not have, so cycles are computed on the nodes
    before folding.
    """
    if not outline.folded:
        return cyclic(arrows)
    single = {part.node.name: part.modules for part in outline.folded}
    rest = frozenset().union(*single.values())
    apart = {name: unit for name, unit in outline.units.items() if unit.isdisjoint(rest)}
    owners = dict.fromkeys(single, REST)
    found = cyclic(Coupling(codebase.imports, {**apart, **single}).links)
    return frozenset((owners.get(one, one), owners.get(other, other)) for one, other in found)


def _lines(contacts: Sequence[Interaction]) -> Iterator[Line]:
    """Merge interactions on the same line: code may name both an address and the setting that holds it."""
    named: dict[tuple[str, str, int], set[str]] = {}
    for it in contacts:
        named.setdefault((it.importer, it.location.path, it.location.line), set()).add(it.symbol or it.imported)
    for (importer, path, line), names in named.items():
        yield Line(importer, ", ".join(sorted(names)), path, line)


def _with_cycles(arrows: Sequence[Arrow], cyclic_pairs: Collection[tuple[str, str]]) -> tuple[Arrow, ...]:
    weights: Counter[tuple[str, str]] = Counter()
    for arrow in arrows:
        weights[arrow.source, arrow.target] += arrow.count * (1 if arrow.violations else ALLOWED_WEIGHT)
    closing = feedback_arcs({pair: weight for pair, weight in weights.items() if pair in cyclic_pairs})
    return tuple(
        replace(arrow, is_cyclic=pair in cyclic_pairs, closes_cycle=pair in closing)
        for arrow in arrows
        for pair in ((arrow.source, arrow.target),)
    )


def _nodes(outline: Outline, violations: Iterable[Violation]) -> tuple[Node, ...]:
    owners = {module: part.node.name for part in outline.parts for module in part.modules}
    inside: dict[str, list[Violation]] = {}
    for violation in violations:
        inside.setdefault(owners.get(violation.importer, ""), []).append(violation)
    return tuple(
        replace(part.node, violations=tuple(sorted(inside.get(part.node.name, ()), key=lambda it: it.sort_key)))
        for part in sorted(outline.parts, key=lambda part: part.node.name)
    )
