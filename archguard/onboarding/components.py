"""Infer layers and cycle contracts from how the parts of a code base import each other.

How it works: the parts are the children of the package that holds nearly all code, or the top-level packages. The order
that the fewest imports go against (`layer_order.py`) becomes a `layers` contract. Large packages are ordered inside,
too. An order is rejected if more than 15% of the imports go against it, or if a strongly connected component has more
than 4 parts: the baseline of such a contract would be longer than what it protects.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from archguard.codebase import Codebase, Component, Pattern
from archguard.kinds import Acyclic
from archguard.kinds.import_paths import Units, children
from archguard.onboarding.layer_order import Level, best_order, count_imports, upwards
from archguard.onboarding.pattern_writer import one_or_many
from archguard.onboarding.proposal import ProposedContract

_MAX_CHILDREN = 30
"""With more children, only packages are layers; a list of single modules would be too long to review."""
_MAIN_SHARE = 0.8
"""A package with this share of the modules counts as the whole code base; its children are the layers."""
_LARGE_SHARE = 0.3
"""A package with this share of the modules gets an order of its own."""
_SMALL_PACKAGE = 5
"""A package with this many modules or fewer is too small for an order of its own."""
MAX_SHARE_AGAINST: Final = 0.15
"""The largest share of imports that may go against an order."""
_MAX_TANGLE = 4
"""The largest strongly connected component of parts in an order."""
_MAX_CYCLIC_SHARE = 0.05
"""A cycle contract is proposed if at most this share of the imports is part of a cycle."""


def order_contracts(codebase: Codebase, components: Collection[str], id_: str) -> Iterator[ProposedContract]:
    """Propose the order of the packages, and of the children of large ones."""
    sizes, main = sizes_of(codebase), _main(codebase)
    if not main and (contract := _order_contract(codebase, _top_level_units(codebase), "", "packages", components)):
        yield contract
    big = [name for name, size in sizes.items() if size >= _LARGE_SHARE * sum(sizes.values()) and size > _SMALL_PACKAGE]
    for name in main or big:
        package = _unwrap(codebase, name)
        contract_id = id_ if main else f"{package.rpartition('.')[2]}-{id_}"
        if contract := _order_contract(
            codebase, children(codebase, Pattern(package)), package, contract_id, components
        ):
            yield contract


def is_informative(order: ProposedContract) -> bool:
    """Whether it orders more than two parts."""
    return len(order.keys["layers"]) > 2 or "|" in "".join(order.keys["layers"])  # noqa: PLR2004  # one above one


def omits_most_parts(codebase: Codebase, components: Mapping[str, Component]) -> bool:
    """Whether at least half of the parts belong to no component."""
    main = _main(codebase)
    units = children(codebase, Pattern(_unwrap(codebase, main[0]))) if main else _top_level_units(codebase)
    inside = codebase.members(pattern for component in components.values() for pattern in component.modules)
    return sum(1 for modules in units.values() if not modules & inside) * 2 >= len(units)


def cycle_contracts(codebase: Codebase) -> Iterator[ProposedContract]:
    """Propose to forbid cycles, if few imports are part of one today."""
    packages = sorted(name for name, size in sizes_of(codebase).items() if size > 2)  # noqa: PLR2004  # itself and two children
    if not packages:
        return
    contract = Acyclic(id="no-cycles", children_of=tuple(map(Pattern, packages)))
    broken = sum(1 for _ in contract.check(codebase))
    if broken <= _MAX_CYCLIC_SHARE * codebase.imports.count(codebase.modules) and not list(contract.validate(codebase)):
        keys = {
            "id": "no-cycles",
            "kind": "acyclic",
            "reason": "Modules in a circle can only be understood, tested and moved all at once.",
            "children_of": one_or_many(packages),
        }
        yield ProposedContract("Siblings in every package import each other in no circle.", keys)


def _main(codebase: Codebase) -> list[str]:
    """The package that contains nearly all modules, as a list of one; empty if there is none."""
    sizes = sizes_of(codebase)
    return [name for name, size in sizes.items() if size >= _MAIN_SHARE * sum(sizes.values())]


def sizes_of(codebase: Codebase) -> Mapping[str, int]:
    """The number of modules of each top-level package."""
    return {name: len(modules) for name, modules in _top_level_units(codebase).items()}


def _top_level_units(codebase: Codebase) -> Units:
    names = sorted({module.partition(".")[0] for module in codebase.modules})
    return {name: codebase.units(Pattern(name))[name] for name in names}


def _unwrap(codebase: Codebase, package: str) -> str:
    """`package`, or the package inside of it that it merely wraps: its only child with code."""
    units = children(codebase, Pattern(package))
    whole = [name for name, modules in units.items() if len(modules) >= _MAIN_SHARE * sum(map(len, units.values()))]
    is_wrapper = whole and len(units[whole[0]]) > 1 and len(units) <= 2  # noqa: PLR2004  # the child, and perhaps a `__main__`
    return _unwrap(codebase, whole[0]) if is_wrapper else package


def _order_contract(
    codebase: Codebase, units: Units, within: str, id_: str, components: Collection[str]
) -> ProposedContract | None:
    """The order of `units` that the fewest imports go against; None if too many do."""
    units = {name: modules for name, modules in units.items() if not name.rpartition(".")[2].startswith("_")}
    if len(units) > _MAX_CHILDREN:
        units = {name: modules for name, modules in units.items() if len(modules) > 1}
    counts = count_imports(codebase.imports, units)
    levels = best_order(units, counts)
    against, total = upwards(levels, counts), sum(counts.values())
    largest_tangle = max((len(level.names) for level in levels if level.tangled), default=0)
    if len(levels) < 2 or against > MAX_SHARE_AGAINST * total or largest_tangle > _MAX_TANGLE:  # noqa: PLR2004  # two levels make an order
        return None
    relative = within and not any(name.rpartition(".")[2] in components for name in units)
    keys: dict[str, Any] = {
        "id": id_,
        "kind": "layers",
        "reason": "Each part can be read, tested and changed without what stands above it.",
        **({"within": within} if relative else {}),
        "layers": [_level_text(level, f"{within}." if relative else "") for level in levels],
    }
    return ProposedContract(_comment(against, total, levels), keys)


def _level_text(level: Level, prefix: str) -> str:
    return (" : " if level.tangled else " | ").join(name.removeprefix(prefix) for name in level.names)


def _comment(against: int, total: int, levels: tuple[Level, ...]) -> str:
    how = f"{against} of {total} imports go" if against else "no import goes"
    apart = any(len(level.names) > 1 and not level.tangled for level in levels)
    tangled = any(level.tangled for level in levels)
    notation = ["`a | b` do not import each other"] * apart + ["`a : b` may import each other"] * tangled
    return "; ".join([f"From top to bottom, the order that today's code is in ({how} against it)", *notation]) + "."
