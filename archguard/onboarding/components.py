"""The parts of a code base, and contracts on how they import each other."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from archguard.codebase import Codebase, Component, Pattern
from archguard.kinds import Acyclic
from archguard.kinds.import_paths import Units, children
from archguard.onboarding.layer_order import Level, best_order, count_imports, upwards
from archguard.onboarding.pattern_writer import one_or_many
from archguard.onboarding.proposal import ProposedContract

_MANY = 30
"""With more children than that, only those with children of their own are layers."""
_WHOLE = 0.8
"""A package with this share of a code base's modules is what its layers are of."""
_BIG = 0.3
"""A package with this share of the modules has layers of its own."""
_FEW_MODULES = 5
"""A package with no more modules than that has no layers of its own beside another."""
MOST_AGAINST: Final = 0.15
"""An order that more than this share of the imports goes against is none."""
_TANGLED = 4
"""With more parts in one tangle than that, an order says little."""
_FEW_IN_CYCLES = 0.05
"""A contract on cycles is proposed where no more than this share of the imports is part of one."""


def orders(codebase: Codebase, components: Collection[str], id_: str) -> Iterator[ProposedContract]:
    """The order of the packages, and of what is in the big ones."""
    sizes, main = sizes_of(codebase), _main(codebase)
    if not main and (contract := _order_contract(codebase, _tops(codebase), "", "packages", components)):
        yield contract
    big = [name for name, size in sizes.items() if size >= _BIG * sum(sizes.values()) and size > _FEW_MODULES]
    for name in main or big:
        package = _descend(codebase, name)
        full = id_ if main else f"{package.rpartition('.')[2]}-{id_}"
        if contract := _order_contract(codebase, children(codebase, Pattern(package)), package, full, components):
            yield contract


def says_much(order: ProposedContract) -> bool:
    """Whether it is about more than two parts."""
    return len(order.keys["layers"]) > 2 or "|" in "".join(order.keys["layers"])  # noqa: PLR2004  # one above one


def leaves_most_out(codebase: Codebase, components: Mapping[str, Component]) -> bool:
    """Whether half of the parts (or more) belong to no component."""
    main = _main(codebase)
    units = children(codebase, Pattern(_descend(codebase, main[0]))) if main else _tops(codebase)
    inside = codebase.members(pattern for component in components.values() for pattern in component.modules)
    return sum(1 for modules in units.values() if not modules & inside) * 2 >= len(units)


def cycles(codebase: Codebase) -> Iterator[ProposedContract]:
    """That no cycles come, where few imports are part of one now."""
    packages = sorted(name for name, size in sizes_of(codebase).items() if size > 2)  # noqa: PLR2004  # it, and two in it
    if not packages:
        return
    contract = Acyclic(id="no-cycles", children_of=tuple(map(Pattern, packages)))
    broken = sum(1 for _ in contract.check(codebase))
    if broken <= _FEW_IN_CYCLES * codebase.imports.count(codebase.modules) and not list(contract.validate(codebase)):
        keys = {
            "id": "no-cycles",
            "kind": "acyclic",
            "reason": "Modules in a circle can only be understood, tested and moved all at once.",
            "children_of": one_or_many(packages),
        }
        yield ProposedContract("Siblings in every package import each other in no circle.", keys)


def _main(codebase: Codebase) -> list[str]:
    """The package that nearly everything is in, if there is one."""
    sizes = sizes_of(codebase)
    return [name for name, size in sizes.items() if size >= _WHOLE * sum(sizes.values())]


def sizes_of(codebase: Codebase) -> Mapping[str, int]:
    """How many modules each top-level package has."""
    return {name: len(modules) for name, modules in _tops(codebase).items()}


def _tops(codebase: Codebase) -> Units:
    names = sorted({module.partition(".")[0] for module in codebase.modules})
    return {name: codebase.units(Pattern(name))[name] for name in names}


def _descend(codebase: Codebase, package: str) -> str:
    """The package that has several children: `package`, or the only one with code in it."""
    units = children(codebase, Pattern(package))
    whole = [name for name, modules in units.items() if len(modules) >= _WHOLE * sum(map(len, units.values()))]
    is_wrapper = whole and len(units[whole[0]]) > 1 and len(units) <= 2  # noqa: PLR2004  # it, and `__main__` or so
    return _descend(codebase, whole[0]) if is_wrapper else package


def _order_contract(
    codebase: Codebase, units: Units, within: str, id_: str, components: Collection[str]
) -> ProposedContract | None:
    """The order of `units` that the fewest imports go against; None if they have none."""
    units = {name: modules for name, modules in units.items() if not name.rpartition(".")[2].startswith("_")}
    if len(units) > _MANY:
        units = {name: modules for name, modules in units.items() if len(modules) > 1}
    counts = count_imports(codebase.imports, units)
    levels = best_order(units, counts)
    against, total = upwards(levels, counts), sum(counts.values())
    knot = max((len(level.names) for level in levels if level.tangled), default=0)
    if len(levels) < 2 or against > MOST_AGAINST * total or knot > _TANGLED:  # noqa: PLR2004  # an above and a below
        return None
    relative = within and not any(name.rpartition(".")[2] in components for name in units)
    keys: dict[str, Any] = {
        "id": id_,
        "kind": "layers",
        "reason": "Each part can be read, tested and changed without what stands above it.",
        **({"within": within} if relative else {}),
        "layers": [_written(level, f"{within}." if relative else "") for level in levels],
    }
    return ProposedContract(_told(against, total, levels), keys)


def _written(level: Level, prefix: str) -> str:
    return (" : " if level.tangled else " | ").join(name.removeprefix(prefix) for name in level.names)


def _told(against: int, total: int, levels: tuple[Level, ...]) -> str:
    how = f"{against} of {total} imports go" if against else "no import goes"
    apart = any(len(level.names) > 1 and not level.tangled for level in levels)
    tangled = any(level.tangled for level in levels)
    signs = ["`a | b` do not import each other"] * apart + ["`a : b` may import each other"] * tangled
    return "; ".join([f"From top to bottom, the order that today's code is in ({how} against it)", *signs]) + "."
