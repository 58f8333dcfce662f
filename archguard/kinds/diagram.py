"""`diagram`: the imports of the code match a drawing of the architecture."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import field
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar

from archguard.codebase import Codebase, Names, PatternError, Reachability, Target, Targets, disjoint
from archguard.codebase.imports.reachability import ALL_BITS, find_forbidden_paths, labelled
from archguard.codebase.metrics.coupling import Coupling
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.incremental.fingerprint import content
from archguard.kinds.contract import Contract, ContractError, VacuousError
from archguard.kinds.diagram_parsers import Box, ParsedDiagram, read_drawing
from archguard.kinds.import_paths import Units, path_violation, targets_of
from archguard.kinds.layering import LayerMatrix
from archguard.model import Violation


@dataclass(frozen=True, kw_only=True)
class Diagram(Contract):
    """The code has no import from box to box that `diagram` does not draw."""

    kind: ClassVar[str] = "diagram"

    diagram: Annotated[str, Weaker.DRAWING]
    """The file with it: a Mermaid flowchart, a PlantUML component diagram, or a Markdown page that shows one."""
    nodes: Annotated[Mapping[str, Targets], Weaker.ANY] = field(default_factory=dict)
    """The modules of boxes whose names and labels do not say it, by name or label."""
    outside: Annotated[Names, Weaker.LARGER] = ()
    """Boxes that stand for no code: people, databases, other systems. Arrows at them are not looked at."""
    strict: Annotated[bool, Weaker.SMALLER] = False
    """Whether every arrow that is drawn must be in the code too."""
    indirect: Annotated[bool, Weaker.SMALLER] = False
    """Whether an import counts that leads to a box through modules that are in none."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        back = ", and every arrow that it draws" if self.strict else ""
        return f"The code has just those imports from box to box that {self.diagram} draws{back}."

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each import without an arrow, and with `strict` for each arrow without an import."""
        drawing = self._drawing(codebase)
        units = self.units(codebase)
        matrix = LayerMatrix.by_permission(units, _arrows(drawing, units))
        yield from self._undrawn(codebase, matrix)
        if self.strict:
            yield from self._unused(codebase, drawing, units)

    def import_inputs(self, codebase: Codebase) -> Hashable:
        """The text of the drawing."""
        return content(str(codebase.root / self.diagram))

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield what is wrong with the drawing, boxes that are no modules, and names that are no boxes."""
        try:
            drawing = self._drawing(codebase)
        except ExceptionGroup as group:
            yield from (_caused(error) for error in group.exceptions if isinstance(error, ArchguardError))
            return
        yield from self._unknown_boxes(drawing)
        units = {box.name: self._unit(codebase, box) for box in self._boxes(drawing)}
        yield from (_caused(_unmatched(codebase, drawing, box)) for box in self._boxes(drawing) if not units[box.name])
        yield from (_caused(error) for error in _twins(drawing, units))
        if len(units) == 1:
            yield VacuousError("there is only one box", "diagram")
        elif not units:
            yield VacuousError("there is no box", "diagram")
        elif not self.strict and not LayerMatrix.by_permission(units, _arrows(drawing, units)).denied:
            yield VacuousError("every box has arrows to all others", "diagram")

    def units(self, codebase: Codebase) -> Units:
        """The modules of each box by its name; a module of several boxes is in the smallest. Empty after an error."""
        try:
            boxes = self._boxes(self._drawing(codebase))
        except ExceptionGroup:
            return {}  # `validate` reports it
        units = {box.name: self._unit(codebase, box) for box in boxes}
        return disjoint({name: units[name] for name in sorted(units, key=lambda name: len(units[name]))})

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules of all boxes."""
        return frozenset().union(*self.units(codebase).values()) & codebase.modules

    def _drawing(self, codebase: Codebase) -> ParsedDiagram:
        return read_drawing(codebase.root / self.diagram, self.diagram)

    def _boxes(self, drawing: ParsedDiagram) -> list[Box]:
        """The boxes that represent code."""
        return [box for box in drawing.boxes if not {box.name, box.label} & set(self.outside)]

    def _unit(self, codebase: Codebase, box: Box) -> frozenset[str]:
        """The modules of `box`: by `nodes`, by the drawing, or by the first of its names that matches any."""
        given = self.nodes.get(box.name) or self.nodes.get(box.label) or tuple(map(Target, box.patterns))
        below = [f"{codebase.shared_package}.{name}" for name in box.names]
        choices = [given] if given else [(target,) for target in _targets((*box.names, *below))]
        found = (frozenset().union(*targets_of(codebase, choice).values()) for choice in choices)
        return next(filter(None, found), frozenset())

    def _unknown_boxes(self, drawing: ParsedDiagram) -> Iterator[ContractError]:
        """Names in the contract of boxes that are not in the drawing."""
        known = sorted({name for box in drawing.boxes for name in (box.name, box.label)})
        named: list[tuple[tuple[str | int, ...], str]] = [(("nodes", name), name) for name in self.nodes]
        named += [(("outside", index), name) for index, name in enumerate(self.outside)]
        for keys, name in named:
            if name not in known:
                close = get_close_matches(name, known, 1)
                hint = f"did you mean '{close[0]}'?" if close else f"there is: {', '.join(known)}"
                yield ContractError(f"{self.diagram} has no box '{name}'", hint=hint, keys=keys)

    def _undrawn(self, codebase: Codebase, matrix: LayerMatrix) -> Iterator[Violation]:
        labels = labelled(matrix.units.values())
        reachability = Reachability(codebase.imports, labels, dict.fromkeys(labels, ALL_BITS))
        owners = {module: name for name, unit in matrix.units.items() for module in unit}
        forbidden = {module: matrix.forbidden_bits[name] for module, name in owners.items()}
        names = list(matrix.units)
        for path in find_forbidden_paths(reachability, forbidden, indirect=self.indirect):
            why = f"{self.diagram} draws no arrow from {owners[path.link.importer]} to {names[path.position]}"
            yield path_violation(self, codebase, path, "must not import", names[path.position], why)

    def _unused(self, codebase: Codebase, drawing: ParsedDiagram, units: Units) -> Iterator[Violation]:
        links = Coupling(codebase.imports, units).links
        for arrow in drawing.arrows:
            if {arrow.source, arrow.target} <= units.keys() and (arrow.source, arrow.target) not in links:
                message = (
                    f"{self.diagram} draws an arrow from {arrow.source} to {arrow.target}, which no import stands for"
                )
                fix = ("take the arrow out of the drawing",)
                yield self.violation(message, arrow.place, arrow.source, arrow.target, fix=fix)


def _arrows(drawing: ParsedDiagram, names: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """The boxes that each box has arrows to."""
    return {name: frozenset(it.target for it in drawing.arrows if it.source == name) for name in names}


def _targets(names: Iterable[str]) -> Iterator[Target]:
    """Those of `names` that are patterns."""
    for name in names:
        try:
            yield Target(name)
        except PatternError:
            continue


def _caused(error: ArchguardError) -> ContractError:
    return ContractError(error.message, cause=error)


def _unmatched(codebase: Codebase, drawing: ParsedDiagram, box: Box) -> ArchguardError:
    wanted = " and ".join(box.patterns) or f"'{box.label}'"
    known = [*codebase.components, *codebase.services, *codebase.modules]
    close = next((found[0] for name in box.names if (found := get_close_matches(name, known, 1))), "")
    hint = f"is it '{close}'? " if close else ""
    message = f"{wanted} matches no module" if box.patterns else f"the box {wanted} is neither a component nor a module"
    return drawing.error(message, box.place, f"{hint}say so under `nodes`, or that it is no code under `outside`")


def _twins(drawing: ParsedDiagram, units: Mapping[str, frozenset[str]]) -> Iterator[ArchguardError]:
    """Boxes that represent the same modules as another one."""
    first: dict[Any, Box] = {}
    for box in drawing.boxes:
        if modules := units.get(box.name):
            other = first.setdefault(modules, box)
            if other is not box:
                yield drawing.error(f"the boxes '{other.label}' and '{box.label}' are the same modules", box.place)
