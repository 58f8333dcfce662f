"""Compare two contracts of kind `layers` by the imports that they deny, not by how they are written.

Both are resolved to sets of modules in the code of today. A pair of layers that denied imports before still does, if
each pair of their modules is in layers now that deny it; a module that is in no layer any more is not covered. So
layers may be split, renamed, or put in another order where that denies the same.

Cost: modules are compared by the layers that they are in, so that it depends on the layers, not on the modules.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from archguard.dataclass import dataclass
from archguard.history.weakening.change import Difference
from archguard.history.weakening.selection import Selection
from archguard.kinds import Layers
from archguard.kinds.layering import LayerMatrix
from archguard.model import Direction
from archguard.reporters.phrases import some

_Signature: TypeAlias = tuple[str | None, ...]
"""The layer in which a module is, in each matrix of a contract."""


def layer_differences(old: Layers, new: Layers, selection: Selection) -> Iterator[Difference]:
    """What `new` does not deny any more, or denies in addition, among the modules of today."""
    before, after = _Layering(_old_matrices(old, selection)), _Layering(new.matrices(selection.code))
    yield from _compared(before, after, Direction.WEAKER, "does not {} {} any more", "cover", "deny")
    yield from _compared(after, before, Direction.STRONGER, "also {} {}", "covers", "denies")
    if optional := _optional(new) - _optional(old):
        yield Difference(Direction.WEAKER, f"`layers` lets {some(sorted(optional))} be missing")
    if optional := _optional(old) - _optional(new):
        yield Difference(Direction.STRONGER, f"`layers` does not let {some(sorted(optional))} be missing any more")


def _compared(  # noqa: PLR0913  # the words of a sentence
    one: "_Layering", other: "_Layering", direction: Direction, sentence: str, covers: str, denies: str
) -> Iterator[Difference]:
    """What `one` covers and denies, and `other` does not."""
    if modules := one.modules - other.modules:
        yield Difference(direction, f"`layers` {sentence.format(covers, some(sorted(modules)))}")
    if pairs := [f"{importer} -> {imported}" for importer, imported in one.denied_beyond(other)]:
        yield Difference(direction, f"`layers` {sentence.format(denies, some(sorted(pairs)))}")


@dataclass(frozen=True)
class _Layering:
    """The layers of a contract as sets of modules: one matrix, or one for each package with these layers."""

    matrices: Sequence[LayerMatrix]

    @cached_property
    def owners(self) -> Sequence[Mapping[str, str]]:
        """The layer of each module, for each matrix."""
        return [{module: name for name, unit in it.units.items() for module in unit} for it in self.matrices]

    @cached_property
    def modules(self) -> frozenset[str]:
        """The modules of all layers."""
        return frozenset(module for owners in self.owners for module in owners)

    def denied_beyond(self, other: "_Layering") -> Iterator[tuple[str, str]]:
        """The pairs of layers between which imports are denied, and by `other` not all of them; without duplicates."""
        found = {
            (importer, imported): None
            for matrix in self.matrices
            for importer, imported in matrix.denied
            if not other.denies_all(matrix.units[importer], matrix.units[imported])
        }
        yield from found

    def denies_all(self, importers: Iterable[str], imported: Iterable[str]) -> bool:
        """Whether every import between two sets of modules is denied, of those that are in layers."""
        sources, targets = self._signatures(importers), self._signatures(imported)
        return all(self._denies(source, target) for source in sources for target in targets)

    def _signatures(self, modules: Iterable[str]) -> frozenset[_Signature]:
        return frozenset(
            tuple(owners.get(module) for owners in self.owners) for module in modules if module in self.modules
        )

    def _denies(self, source: _Signature, target: _Signature) -> bool:
        pairs = zip(self.matrices, source, target, strict=True)
        return any((one, other) in matrix.denied for matrix, one, other in pairs)


def _old_matrices(old: Layers, selection: Selection) -> Sequence[LayerMatrix]:
    """The matrices of `old` in the code of today, with the modules that the same layers had before and that moved."""
    now = old.matrices(selection.code_under_old_names)
    then = old.matrices(selection.code_before) if selection.code_before else ()
    followed = [_followed(matrix, selection) for matrix in then]
    if len(now) != len(followed):  # packages with these layers are new, or gone
        return [*now, *followed]
    return [_merged(one, other) for one, other in zip(now, followed, strict=True)]


def _followed(matrix: LayerMatrix, selection: Selection) -> LayerMatrix:
    """`matrix` with the modules that are still there, under their names of today."""
    units = {
        name: frozenset(selection.moved.get(module, module) for module in unit) & selection.code.modules
        for name, unit in matrix.units.items()
    }
    return LayerMatrix(units, matrix.denied)


def _merged(one: LayerMatrix, other: LayerMatrix) -> LayerMatrix:
    """The layers of both; a module that is in a layer of `one` has no other."""
    own = frozenset().union(*one.units.values())
    units = {name: one.units.get(name, frozenset()) | (unit - own) for name, unit in other.units.items()}
    return LayerMatrix({**one.units, **units}, {**one.denied, **other.denied})


def _optional(contract: Layers) -> frozenset[str]:
    return frozenset(str(it) for layer in contract.layers for it in layer.modules if layer.may_lack(it))
