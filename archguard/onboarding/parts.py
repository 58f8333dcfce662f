"""Infer layers from how the parts of a code base import each other.

How it works: the parts are the children of the package that holds nearly all code, or the top-level packages. Parts of
the same role (`role_of`) are put together, as long as that makes no more than 1% of the imports go against the order.
The order that the fewest imports go against (`layer_order.py`) is compressed to seven levels (`layer_compression.py`)
and becomes a `layers` contract. Large packages are ordered inside, too. If there is no order with the imports for type
checkers, it is tried without them.

Limits: an order is rejected if more than 15% of the imports go against it, if half of the imports are inside of one of
its levels, or if more than half of the parts are strongly connected: the baseline of such a contract would be longer
than what it protects.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from archguard.codebase import Codebase, Component, ImportTrait, Pattern
from archguard.dataclass import dataclass
from archguard.kinds.import_paths import Units, children
from archguard.model.names import last_part, top_package
from archguard.onboarding.layer_compression import compress, ordered_share
from archguard.onboarding.layer_order import Counts, Level, best_order, count_imports, upwards
from archguard.onboarding.proposal import ProposedContract
from archguard.onboarding.roles import role_of

_MAX_CHILDREN = 30
"""With more children, only packages are layers; a list of single modules would be too long to review."""
MAX_LAYERS: Final = 7
"""More layers are more than people keep in mind (Miller, 1956), and no drawing of an architecture has them."""
_MAX_NAMES = 5
"""More parts on one level are a component with a name of its own."""
_MAIN_SHARE = 0.8
"""A package with this share of the modules counts as the whole code base; its children are the layers."""
_LARGE_SHARE = 0.3
"""A package with this share of the modules gets an order of its own."""
_SMALL_PACKAGE = 5
"""A package with this many modules or fewer is too small for an order of its own."""
MAX_SHARE_AGAINST: Final = 0.15
"""The largest share of imports that may go against an order."""
_MAX_MERGE_SHARE = 0.01
"""The largest share of imports that may go against an order because parts of one role are put together."""
_MIN_ORDERED_SHARE = 0.5
"""The least share of the imports between parts that must go from one level to a lower one."""
_SMALL_TANGLE = 4
"""A strongly connected component of so many parts is a level, however few parts there are."""


@dataclass(frozen=True)
class PartsOrder:
    """An order of parts as a contract with its components; or why there is none."""

    contract: ProposedContract | None = None
    components: Mapping[str, Component] = field(default_factory=dict)
    why_not: str = ""

    @property
    def is_informative(self) -> bool:
        """Whether it orders more than two parts."""
        layers = self.contract.keys["layers"] if self.contract else []
        return len(layers) > 2 or "|" in "".join(layers)  # noqa: PLR2004  # one above one


def find_orders(codebase: Codebase, taken: Collection[str], id_: str) -> Iterator[PartsOrder]:
    """The order of the packages, and of the children of large ones; components are not called as those in `taken`."""
    sizes, main = sizes_of(codebase), main_package(codebase)
    if not main and len(sizes) > 1:
        yield _find_order(codebase, _top_level_units(codebase), "", "packages", taken)
    big = [name for name, size in sizes.items() if size >= _LARGE_SHARE * sum(sizes.values()) and size > _SMALL_PACKAGE]
    for name in [main] if main else big:
        package = _unwrap(codebase, name)
        contract_id = id_ if main else f"{last_part(package)}-{id_}"
        yield _find_order(codebase, children(codebase, Pattern(package)), package, contract_id, taken)


def omits_most_parts(codebase: Codebase, components: Mapping[str, Component]) -> bool:
    """Whether at least half of the parts belong to no component."""
    main = main_package(codebase)
    units = children(codebase, Pattern(_unwrap(codebase, main))) if main else _top_level_units(codebase)
    inside = codebase.members(pattern for component in components.values() for pattern in component.modules)
    return sum(1 for modules in units.values() if not modules & inside) * 2 >= len(units)


def main_package(codebase: Codebase) -> str:
    """The package that contains nearly all modules; "" if there is none."""
    sizes = sizes_of(codebase)
    return next((name for name, size in sizes.items() if size >= _MAIN_SHARE * sum(sizes.values())), "")


def sizes_of(codebase: Codebase) -> Mapping[str, int]:
    """The number of modules of each top-level package."""
    return {name: len(modules) for name, modules in _top_level_units(codebase).items()}


def _top_level_units(codebase: Codebase) -> Units:
    names = sorted({top_package(module) for module in codebase.modules})
    return {name: codebase.units(Pattern(name))[name] for name in names}


def _unwrap(codebase: Codebase, package: str) -> str:
    """`package`, or the package inside of it that it merely wraps: its only child with code."""
    units = children(codebase, Pattern(package))
    whole = [name for name, modules in units.items() if len(modules) >= _MAIN_SHARE * sum(map(len, units.values()))]
    is_wrapper = whole and len(units[whole[0]]) > 1 and len(units) <= 2  # noqa: PLR2004  # the child, and perhaps a `__main__`
    return _unwrap(codebase, whole[0]) if is_wrapper else package


def _find_order(codebase: Codebase, units: Units, within: str, id_: str, taken: Collection[str]) -> PartsOrder:
    """The order of `units`, with the imports for type checkers or, if there is none with them, without."""
    units = _worth_ordering(units)
    what = f"the {len(units)} parts of {within or 'the code'}"
    if len(units) < 2:  # noqa: PLR2004  # an order has two parts
        return PartsOrder(why_not=f"an order of layers: {within or 'the code'} has no two parts")
    if len(units) > _MAX_CHILDREN:
        return PartsOrder(why_not=f"an order of layers: {what} are more than anyone would keep in mind")
    with_all = _Order.of(codebase, units, taken)
    order = with_all if with_all.is_clear else _Order.of(_at_run_time(codebase), units, taken)
    if not order.is_clear:
        return PartsOrder(why_not=f"an order of layers: {with_all.why_not(what)}")
    return order.written(within, id_, taken, with_type_checking=order is with_all)


def _at_run_time(codebase: Codebase) -> Codebase:
    return codebase.without_traits(frozenset({ImportTrait.TYPE_CHECKING}))


def _worth_ordering(units: Units) -> Units:
    """Without private parts, unless most are private; of very many, only packages."""
    public = {name: modules for name, modules in units.items() if not last_part(name).startswith("_")}
    units = public if len(public) * 2 > len(units) else units
    packages = {name: modules for name, modules in units.items() if len(modules) > 1}
    return packages if len(units) > _MAX_CHILDREN else units


@dataclass(frozen=True)
class _Order:
    """The order of groups of parts that the fewest imports go against."""

    groups: Mapping[str, tuple[str, ...]]
    """The parts of each group: a part by itself, or all parts of a role."""
    counts: Counts
    levels: tuple[Level, ...]

    @classmethod
    def of(cls, codebase: Codebase, units: Units, taken: Collection[str]) -> "_Order":
        """The order of `units`, with those of one role put together where that costs little."""
        order = cls._among(codebase, units, {name: (name,) for name in units})
        most = order.against + _MAX_MERGE_SHARE * order.total
        for role, parts in _parts_by_role(units).items():
            if len(parts) > 1 and role not in taken:
                kept = {name: own for name, own in order.groups.items() if name not in parts}
                merged = cls._among(codebase, units, {**kept, role: parts})
                # `most` is of the order without any merge, so that many small losses cannot add up.
                is_better = merged.against <= most and merged.largest_tangle <= max(1, order.largest_tangle)
                order = merged if is_better and len(merged.levels) > 1 else order
        return order

    @classmethod
    def _among(cls, codebase: Codebase, units: Units, groups: Mapping[str, tuple[str, ...]]) -> "_Order":
        merged = {name: frozenset().union(*(units[part] for part in parts)) for name, parts in groups.items()}
        counts = count_imports(codebase.imports, merged)
        return cls(groups, counts, compress(best_order(merged, counts), counts, MAX_LAYERS))

    @property
    def total(self) -> int:
        """The number of imports between groups."""
        return sum(self.counts.values())

    @property
    def against(self) -> int:
        """The number of imports that go against the order."""
        return upwards(self.levels, self.counts)

    @property
    def largest_tangle(self) -> int:
        """The number of groups in the largest level that imports itself."""
        return max((len(level.names) for level in self.levels if level.tangled), default=0)

    @property
    def is_clear(self) -> bool:
        """Whether the code follows the order well enough to propose it."""
        return (
            len(self.levels) > 1
            and self.against <= MAX_SHARE_AGAINST * self.total
            and ordered_share(self.levels, self.counts) >= _MIN_ORDERED_SHARE
            and self.largest_tangle <= max(_SMALL_TANGLE, len(self.groups) // 2)
        )

    def why_not(self, what: str) -> str:
        """Why the order of `what` is not proposed."""
        if len(self.levels) < 2:  # noqa: PLR2004  # an order has two levels
            return f"{what} import each other all in one circle" if self.total else f"{what} do not import each other"
        if self.against > MAX_SHARE_AGAINST * self.total:
            return f"{self.against} of {self.total} imports between {what} go against the best one"
        return f"half of the imports between {what} are in circles"

    def written(self, within: str, id_: str, taken: Collection[str], *, with_type_checking: bool) -> PartsOrder:
        """The order as a contract; its layers are called by their roles, or relative to `within`.

        They are relative unless one of them then has the name of a component, which would be meant instead.
        """
        levels = [
            (level, self._parts(level), self._level_name(level, index)) for index, level in enumerate(self.levels)
        ]
        used = Counter(name for _, _, name in levels)
        named = {name: parts for _, parts, name in levels if name and used[name] == 1 and name not in taken}
        alone = {part for _, parts, name in levels if name not in named for part in parts}
        clashing = {*taken, *named} & {last_part(part) for part in alone}
        within = "" if clashing else within
        prefix = f"{within}." if within else ""
        layers = [name if name in named else _level_text(level, parts, prefix) for level, parts, name in levels]
        components = {name: Component(modules=tuple(map(Pattern, parts))) for name, parts in named.items()}
        keys: dict[str, Any] = {
            "id": id_,
            "kind": "layers",
            "reason": "Each part can be read, tested and changed without what stands above it.",
            **({"within": within} if within else {}),
            **({} if with_type_checking else {"type_checking_imports": "exclude"}),
            "layers": layers,
        }
        return PartsOrder(ProposedContract(self._comment(layers), keys, "import", "against the order"), components)

    def _parts(self, level: Level) -> tuple[str, ...]:
        return tuple(part for name in level.names for part in self.groups[name])

    def _level_name(self, level: Level, index: int) -> str:
        """The name of a component for the level, by the role of its parts; "" if its parts are named instead."""
        parts = self._parts(level)
        if len(level.names) == 1 and len(parts) > 1:
            return level.names[0]
        if len(parts) <= _MAX_NAMES:
            return ""
        role, count = Counter(map(role_of, parts)).most_common(1)[0]
        return role if role and count * 2 >= len(parts) else "features" if index else "entrypoints"

    def _comment(self, layers: Collection[str]) -> str:
        how = f"{self.against} of {self.total} imports go" if self.against else "no import goes"
        text = " ".join(layers)
        notation = ["`a | b` do not import each other"] * (" | " in text)
        notation += ["`a : b` may import each other"] * (" : " in text)
        said = "; ".join([f"From top to bottom, the order that today's code is in ({how} against it)", *notation])
        return f"{said}."


def _parts_by_role(units: Units) -> Mapping[str, tuple[str, ...]]:
    roles = {name: role_of(name) for name in sorted(units)}
    return {role: tuple(name for name in roles if roles[name] == role) for role in sorted(set(roles.values()) - {""})}


def _level_text(level: Level, parts: tuple[str, ...], prefix: str) -> str:
    return (" : " if level.tangled else " | ").join(name.removeprefix(prefix) for name in parts)
