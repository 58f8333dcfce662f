"""From sets of modules to a view: the arrows between them, what is behind each, and which contracts they break."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, TypeAlias

from archguard.codebase import Codebase, ImportTrait, Link
from archguard.codebase.metrics.coupling import Coupling, cyclic, feedback_arcs, transitively_implied
from archguard.diagrams.node_selection import REST, Outline
from archguard.diagrams.view import Arrow, Channel, Code, Line, Node, View
from archguard.effects.interactions import Interaction
from archguard.model import Report, Violation

SHOWN: Final = 20
"""How many lines of code an arrow names."""

_TYPES: Final = frozenset({ImportTrait.TYPE_CHECKING})

KEPT: Final = 100
"""How much more an import weighs that is allowed: where cycles are cut, what breaks contracts goes first."""

_Place: TypeAlias = tuple[str, str, int]
"""Importer, imported and line of an import; for other channels the path, "" and the line."""


def draw(codebase: Codebase, report: Report, outline: Outline, contacts: Iterable[Interaction] = ()) -> View:
    """The view with all arrows between the nodes of `outline`.

    Args:
        codebase: The code.
        report: What is wrong with it.
        outline: The nodes.
        contacts: Where services reach each other, apart from imports; for nodes that are services.
    """
    found = _Violations.of(report)
    imports = (
        _by_import(codebase, found, *arrow, links)
        for arrow, links in Coupling(codebase.imports, outline.units).links.items()
    )
    others = (_by_contact(found, list(group)) for _, group in groupby(sorted(contacts, key=_way), key=_way))
    arrows = sorted((*imports, *others), key=lambda arrow: (arrow.source, arrow.target, arrow.channel))
    return View(
        title=outline.title,
        description=outline.description,
        nodes=_nodes(outline, found.left(arrows)),
        arrows=_with_cycles(arrows, _cyclic(codebase, outline, {(it.source, it.target) for it in arrows})),
        groups=outline.groups,
        notes=outline.notes,
        code=Code(codebase=codebase, modules=outline.units),
    )


def reduced(view: View) -> View:
    """`view` without the arrows that longer ways say too; those that break contracts stay."""
    left_out = transitively_implied({(arrow.source, arrow.target) for arrow in view.arrows})
    kept = tuple(it for it in view.arrows if it.violations or (it.source, it.target) not in left_out)
    gone = len(view.arrows) - len(kept)
    note = f"{gone} of {len(view.arrows)} arrows are left out: longer ways say the same"
    return replace(view, arrows=kept, notes=(*view.notes, note) if gone else view.notes)


@dataclass(frozen=True)
class _Violations:
    """The violations by the place of the code that is to blame."""

    by_place: Mapping[_Place, tuple[Violation, ...]]

    @classmethod
    def of(cls, report: Report) -> "_Violations":
        places: dict[_Place, list[Violation]] = {}
        for violation in report.violations:
            for place in _places(violation):
                places.setdefault(place, []).append(violation)
        return cls({place: tuple(found) for place, found in places.items()})

    def at(self, places: Iterable[_Place]) -> tuple[Violation, ...]:
        """Those at one of `places`, each once."""
        return tuple(dict.fromkeys(found for place in places for found in self.by_place.get(place, ())))

    def left(self, arrows: Iterable[Arrow]) -> tuple[Violation, ...]:
        """Those that are on none of `arrows`."""
        drawn = {violation for arrow in arrows for violation in arrow.violations}
        return tuple(dict.fromkeys(found for group in self.by_place.values() for found in group if found not in drawn))


def _places(violation: Violation) -> Iterator[_Place]:
    if violation.chain:
        first = violation.chain[0]
        yield first.importer, first.imported, first.line
    yield violation.location.path, "", violation.location.line


def _by_import(codebase: Codebase, found: _Violations, source: str, target: str, links: Sequence[Link]) -> Arrow:
    broken = {link for link in links if tuple(link) in found.by_place}
    return Arrow(
        source=source,
        target=target,
        count=len(links),
        broken=len(broken),
        lines=tuple(_line(codebase, link) for link in sorted(links, key=lambda it: (it not in broken, it))[:SHOWN]),
        violations=found.at(map(tuple, links)),  # type: ignore[arg-type]  # a Link is such a tuple
        is_type_checking=all(codebase.traits(link, _TYPES) & _TYPES for link in links),
    )


def _line(codebase: Codebase, link: Link) -> Line:
    return Line(link.importer, link.imported, codebase.display_path(link.importer), link.line)


def _way(interaction: Interaction) -> tuple[str, str, str]:
    return interaction.caller, interaction.callee, interaction.channel


def _by_contact(found: _Violations, contacts: Sequence[Interaction]) -> Arrow:
    first = contacts[0]
    lines = sorted(_lines(contacts))
    broken = [line for line in lines if (line.path, "", line.line) in found.by_place]
    return Arrow(
        source=first.caller,
        target=first.callee,
        count=len(lines),
        broken=len(broken),
        lines=tuple(sorted(lines, key=lambda it: (it not in broken, it))[:SHOWN]),
        channel=Channel(first.channel),
        violations=found.at((line.path, "", line.line) for line in lines),
    )


def _cyclic(codebase: Codebase, outline: Outline, arrows: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Those of `arrows` that are part of a cycle, other than one that only folding several nodes into one makes."""
    if not outline.folded:
        return cyclic(arrows)
    single = {part.node.name: part.modules for part in outline.folded}
    rest = frozenset().union(*single.values())
    apart = {name: unit for name, unit in outline.units.items() if unit.isdisjoint(rest)}
    owners = dict.fromkeys(single, REST)
    found = cyclic(Coupling(codebase.imports, {**apart, **single}).links)
    return frozenset((owners.get(one, one), owners.get(other, other)) for one, other in found)


def _lines(contacts: Sequence[Interaction]) -> Iterator[Line]:
    """Each line of code once, also where it names both an address and the setting that holds it."""
    named: dict[tuple[str, str, int], set[str]] = {}
    for it in contacts:
        named.setdefault((it.importer, it.location.path, it.location.line), set()).add(it.symbol or it.imported)
    for (importer, path, line), names in named.items():
        yield Line(importer, ", ".join(sorted(names)), path, line)


def _with_cycles(arrows: Sequence[Arrow], circling: Collection[tuple[str, str]]) -> tuple[Arrow, ...]:
    weights: Counter[tuple[str, str]] = Counter()
    for arrow in arrows:
        weights[arrow.source, arrow.target] += arrow.count * (1 if arrow.violations else KEPT)
    last = feedback_arcs({pair: weight for pair, weight in weights.items() if pair in circling})
    return tuple(
        replace(arrow, is_cyclic=pair in circling, closes_cycle=pair in last)
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
