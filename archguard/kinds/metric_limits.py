"""A metric beyond its limit: its message, the imports that cause it, and fixes."""

from archguard.codebase import Link
from archguard.codebase.metrics import Level
from archguard.dataclass import dataclass
from archguard.kinds.acyclic import cycle_fixes

_NAMES = {
    "modules": "number of modules",
    "afferent": "afferent coupling",
    "efferent": "efferent coupling",
    "distance": "distance from the main sequence",
    "ccd": "CCD",
    "acd": "ACD",
    "nccd": "NCCD",
    "cycles": "number of cycles",
}
_SHOWN = 5
_MOST_TRIALS = 300
"""The most arrows for which each is removed on trial: every trial computes the CCD of the whole graph again."""


@dataclass(frozen=True)
class Excess:
    """A metric whose `value` is above or below its `limit`."""

    metric: str
    value: float
    limit: float

    @property
    def is_above(self) -> bool:
        """Whether the value is too high, not too low."""
        return self.value > self.limit

    def message(self, who: str) -> str:
        """The message about `who`."""
        name, bound = _NAMES.get(self.metric, self.metric.replace("_", " ")), "most" if self.is_above else "least"
        return f"the {name} of {who} is {figure(self.value)}, at {bound} {figure(self.limit)} is allowed"


@dataclass(frozen=True)
class Cause:
    """The imports that cause a value, and ways to change it."""

    links: tuple[Link, ...] = ()
    fixes: tuple[str, ...] = ()


def cause_in_unit(level: Level, name: str, excess: Excess) -> Cause:
    """Why the unit `name` has the value: what it imports, what imports it, or what it consists of."""
    match excess.metric, excess.is_above:
        case ("efferent" | "instability", True):
            return _imports_of(level, name)
        case ("afferent", True) | ("instability", False):
            return _importers_of(level, name)
        case "distance", True:
            unit = level.unit(name)
            is_useless = unit.abstractness + (unit.instability or 0) > 1
            return _imports_of(level, name) if is_useless else _importers_of(level, name)
        case "abstractness", False:
            return Cause(fixes=(f"declare what others use of {name} as protocols or abstract classes",))
        case "modules", True:
            return Cause(fixes=(f"split {name} into parts with a purpose each",))
    return Cause()


def _imports_of(level: Level, name: str) -> Cause:
    links = _strongest(level, 0, name)
    shown = ", ".join(dict.fromkeys(link.imported for link in links[:_SHOWN]))
    return Cause(links, (f"let {name} do without {shown}", "let it be given what it needs by whoever may import both"))


def _importers_of(level: Level, name: str) -> Cause:
    links = _strongest(level, 1, name)
    shown = ", ".join(dict.fromkeys(link.importer for link in links[:_SHOWN]))
    abstract = f"declare what they use of {name} as protocols or abstract classes, which may be stable"
    return Cause(links, (f"let {shown} do without {name}", abstract))


def _strongest(level: Level, end: int, name: str) -> tuple[Link, ...]:
    """The first import of each arrow with the unit `name` at that end, arrows with the most imports first."""
    arrows = [found for found in level.coupling.links.items() if found[0][end] == name]
    return tuple(links[0] for _, links in sorted(arrows, key=lambda found: (-len(found[1]), found[0])))


def cause_in_whole(level: Level, excess: Excess) -> Cause:
    """A minimum cut of the largest tangle; without one, the arrow whose removal lowers the CCD most."""
    if not excess.is_above:
        return Cause()
    if level.whole.tangles:
        cut = level.coupling.cut(level.whole.tangles[0])
        links = tuple(link for arrow in cut for link in level.coupling.links[arrow])
        return Cause(links, cycle_fixes(links))
    arrows = level.coupling.links
    if not 0 < len(arrows) <= _MOST_TRIALS:
        return Cause()
    ccd, arrow = min((level.whole.without(arrow).ccd, arrow) for arrow in arrows)
    fix = f"do without {arrow[0]} -> {arrow[1]}, which lowers the CCD most: from {level.whole.ccd} to {ccd}"
    return Cause(arrows[arrow], (fix,))


def figure(value: float) -> str:
    """`3`, `0.6667`."""
    return f"{value:.0f}" if value == int(value) else f"{round(value, 4):g}"
