"""What the kinds share that forbid imports, also through other modules."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from archguard.codebase import Codebase, Link, Pattern, Reachability, Target
from archguard.kinds.contract import Contract
from archguard.model import Violation

ALL_BITS = -1
"""All bits: nothing leads on from a module that blocks it."""

_MOST = 20
"""Up to so many things that one import leads to are violations of their own."""

Units: TypeAlias = Mapping[str, frozenset[str]]
"""Sets of modules by name, in the order in which the contract has them."""


@dataclass(frozen=True)
class ForbiddenPath:
    """An import that is forbidden, and a way from it to what must not be reached."""

    link: Link
    chain: tuple[str, ...]
    """All modules on the way, the importer first; two of them when the import itself is forbidden."""
    bit: int
    """The label of what is reached."""
    more: int = 0
    """How many others the import leads to, where they are too many to tell one by one."""

    @property
    def position(self) -> int:
        """The position of what is reached among the units that were labelled."""
        return self.bit.bit_length() - 1


def units_of(codebase: Codebase, patterns: Collection[Pattern], *, as_packages: bool = True) -> Units:
    """All units that `patterns` mean; without the modules below them unless `as_packages`."""
    units = {name: unit for pattern in patterns for name, unit in codebase.units(pattern).items()}
    return units if as_packages else {name: unit & {name} for name, unit in units.items()}


def targets_of(codebase: Codebase, targets: Collection[Target], *, as_packages: bool = True) -> Units:
    """All units that `targets` mean, and those that are outside of the project, each target being one."""
    outside = codebase.imports.externals
    external = {target.text: codebase.matching(target, outside) for target in targets}
    inside = units_of(codebase, targets, as_packages=as_packages)
    return {**inside, **{name: found for name, found in external.items() if found}}


def children(codebase: Codebase, pattern: Pattern) -> Units:
    """The direct children of every package that `pattern` matches, each with all below it."""
    units: dict[str, set[str]] = {}
    for parent in codebase.anchors(pattern):
        for module in sorted(codebase.members((Pattern(parent),)) - {parent}):
            child = ".".join(module.split(".")[: parent.count(".") + 2])
            units.setdefault(child, set()).add(module)
    return {child: frozenset(modules) for child, modules in units.items()}


def labelled(units: Collection[Collection[str]]) -> dict[str, int]:
    """A bit for each unit, on each of its modules."""
    labels: dict[str, int] = {}
    for position, unit in enumerate(units):
        for module in unit:
            labels[module] = labels.get(module, 0) | 1 << position
    return labels


def find_forbidden_paths(
    reach: Reachability, forbidden: Mapping[str, int], *, indirect: bool, most: int = _MOST
) -> Iterator[ForbiddenPath]:
    """Every import by a module of `forbidden` that is, or leads to, something with a bit that is forbidden to it.

    An import that leads to more than `most` things is one route, to the first of them. So is one of something that
    belongs to several of them: sets of what is forbidden may overlap, and the import itself is wrong only once.
    """
    reached = reach.closure if indirect else reach.labels
    for importer in sorted(forbidden):
        lines = reach.graph.imported_by(importer)
        for imported in sorted(name for name in lines if reached.get(name, 0) & forbidden[importer]):
            bits = _told_apart(reached[imported] & forbidden[importer], reach.labels.get(imported, 0))
            more = bits.bit_count() - 1 if bits.bit_count() > most else 0
            for bit in _bits(bits & -bits if more else bits):
                chain = (importer, *reach.chain(imported, bit))
                for line in lines[imported]:
                    yield ForbiddenPath(Link(importer, imported, line), chain, bit, more)


def _told_apart(bits: int, own: int) -> int:
    """`bits` with the lowest alone of those that the imported module has of its `own`."""
    direct = bits & own
    return bits & ~direct | direct & -direct


def _bits(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


def path_violation(  # noqa: PLR0913  # the parts of the sentence
    contract: Contract, codebase: Codebase, path: ForbiddenPath, rule: str, reached: str, why: str = ""
) -> Violation:
    """The violation by `route`, which breaks the `rule` that the importer "must not import", say, what is `reached`."""
    direct = len(path.chain) == 2  # noqa: PLR2004  # the importer and the imported
    importer, imported = path.link.importer, path.link.imported
    name = codebase.reexported_name(path.link)
    first = f"{path.chain[1]} (as {name})" if name else path.chain[1]
    what = first if direct else f"{reached} through {' and '.join((first, *path.chain[2:-1]))}"
    rest = f", and {path.more} more" if path.more else ""
    return contract.violation(
        f"{importer} {rule} {what}{rest}" + (f": {why}" if why else ""),
        codebase.location(path.link),
        importer,
        imported,
        symbol="*" if path.more else "" if direct else reached,
        chain=(codebase.step(path.link), *codebase.steps(path.chain[1:])),
        fix=_fixes(path.chain),
    )


def _fixes(chain: tuple[str, ...]) -> tuple[str, ...]:
    importer, imported = chain[-2:]
    if len(chain) == 2:  # noqa: PLR2004  # the importer and the imported
        return (
            f"move what {importer} needs from {imported} to a module that it may import",
            f"let {importer} be given it as an argument by whoever may import both",
        )
    return (
        f"cut the last step: {importer} imports {imported}",
        f"do without the first step: {chain[0]} imports {chain[1]}",
    )
