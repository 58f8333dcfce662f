"""The chart of abstractness against instability, as SVG; the page defines its colours."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import atan2, degrees

from archguard.codebase.metrics import Unit
from archguard.dataclass import dataclass
from archguard.model.names import top_package
from archguard.reporters.metrics.rows import shown
from archguard.reporters.page import escaped

_LEFT, _TOP, _WIDTH, _HEIGHT = 64, 28, 760, 400
_CHARACTER, _LINE = 6.9, 15
"""The width of a letter and the height of a line: DejaVu Sans Mono has the widest letters of the fonts of names."""
_SPACE = 6
"""The least distance between two names that stand beside each other."""
_NAMES, _STEPS = 40, 8
"""The most names that are placed, and the most lines above a dot that are tried."""
_FAR = 0.7
"""From this distance on, a unit is in one of the two corners."""


_TOGETHER = 3
"""How many units in the same place are named; the others are counted."""


@dataclass(frozen=True)
class _Dot:
    unit: Unit
    name: str
    """The name without the common prefix of all names, or those of all units in the same place."""
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class _Box:
    """An occupied rectangle of the chart."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


_ZONE_OF_PAIN = _Box(_LEFT, _TOP + _HEIGHT * _FAR + 28, _LEFT + 90, _TOP + _HEIGHT * _FAR + 46)
"""Where the name of that corner stands."""


def chart(units: Sequence[Unit]) -> str:
    """A dot for each coupled unit, larger ones first, labelled where there is room."""
    largest = max((unit.modules for unit in units), default=1)
    by_size = sorted(units, key=lambda unit: (-unit.modules, unit.name))
    start = _common_start(units)
    dots = [dot for unit in by_size for dot in _dots(unit, unit.name.removeprefix(start), largest)]
    parts = (*_frame(), *map(_circle, dots), *_labels(_in_places(dots)), *_legend(dots))
    return (
        f'<svg class="chart" viewBox="0 0 {_LEFT + _WIDTH + 40} {_TOP + _HEIGHT + 84}" role="img" '
        f'aria-label="Abstractness against instability">{"".join(parts)}</svg>'
    )


def _common_start(units: Sequence[Unit]) -> str:
    """`shop.` if every name is `shop` or begins with `shop.`; otherwise ""."""
    tops = {top_package(unit.name) for unit in units}
    return f"{tops.pop()}." if len(tops) == 1 else ""


def _dots(unit: Unit, name: str, largest: int) -> Iterator[_Dot]:
    if unit.instability is not None:
        radius = 4 + 12 * (unit.modules / largest) ** 0.5
        yield _Dot(unit, name, _x(unit.instability), _y(unit.abstractness), radius)


def _x(instability: float) -> float:
    return _LEFT + _WIDTH * instability


def _y(abstractness: float) -> float:
    return _TOP + _HEIGHT * (1 - abstractness)


def _frame() -> Iterator[str]:
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    pain, useless = _LEFT + _WIDTH * (1 - _FAR), right - _WIDTH * (1 - _FAR)
    low, high = bottom - _HEIGHT * (1 - _FAR), _TOP + _HEIGHT * (1 - _FAR)
    yield f'<path class="corner" d="M{_LEFT} {bottom}H{pain:.1f}L{_LEFT} {low:.1f}Z"/>'
    yield f'<path class="corner" d="M{right} {_TOP}H{useless:.1f}L{right} {high:.1f}Z"/>'
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>'
    yield f'<path class="sequence" d="M{_LEFT} {_TOP}L{right} {bottom}"/>'
    yield f'<text class="zone" x="{_LEFT + 10}" y="{low + 40:.1f}">zone of pain</text>'
    yield f'<text class="zone end" x="{right - 10}" y="{_TOP + 20}">zone of uselessness</text>'
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        yield f'<text class="tick middle" x="{_x(value):.1f}" y="{bottom + 26}">{value:g}</text>'
        yield f'<text class="tick end" x="{_LEFT - 8}" y="{_y(value) + 4:.1f}">{value:g}</text>'
    told = "instability: 0 is only imported, 1 imports only"
    yield f'<text class="title middle" x="{_LEFT + _WIDTH / 2}" y="{bottom + 48}">{told}</text>'
    middle, steep = _TOP + _HEIGHT / 2, "abstractness: the share of classes that are abstract"
    yield from _name_of_the_line()
    yield f'<text class="title middle" x="18" y="{middle}" transform="rotate(-90 18 {middle})">{steep}</text>'


def _name_of_the_line() -> Iterator[str]:
    """What the diagonal is called, along it."""
    x, y = _LEFT + _WIDTH / 3, _TOP + _HEIGHT / 3
    turn = degrees(atan2(_HEIGHT, _WIDTH))
    yield f'<text class="along middle" x="{x:.1f}" y="{y - 7:.1f}" transform="rotate({turn:.1f} {x:.1f} {y:.1f})">'
    yield "main sequence: as abstract as stable</text>"


def _legend(dots: Sequence[_Dot]) -> Iterator[str]:
    """What the looks of dots mean, below the axes."""
    y, x = _TOP + _HEIGHT + 74, float(_LEFT)
    looks = [("dot", "a larger dot has more modules")]
    if any(_is_far(dot.unit) for dot in dots):
        looks.append(("dot far", "far from the main sequence, in one of the two zones"))
    for look, meaning in looks:
        yield f'<circle class="sample {look}" cx="{x + 6:.1f}" cy="{y - 4}" r="6"/>'
        yield f'<text class="title" x="{x + 18:.1f}" y="{y}">{meaning}</text>'
        x += 46 + len(meaning) * _CHARACTER


def _is_far(unit: Unit) -> bool:
    return (unit.distance or 0) >= _FAR


def _in_places(dots: Sequence[_Dot]) -> Sequence[_Dot]:
    """One dot for each place, the largest, with the names of all that are there."""
    places: dict[tuple[float, float], list[_Dot]] = {}
    for dot in dots:
        places.setdefault((dot.x, dot.y), []).append(dot)
    return [replace(found[0], name=_joined([dot.name for dot in found])) for found in places.values()]


def _joined(names: Sequence[str]) -> str:
    more = f", {len(names) - _TOGETHER} more" if len(names) > _TOGETHER else ""
    return ", ".join(names[:_TOGETHER]) + more


def _circle(dot: _Dot) -> str:
    unit = dot.unit
    far = " far" if _is_far(unit) else ""
    numbers = f"I {shown(unit.instability)}, A {shown(unit.abstractness)}, D {shown(unit.distance)}"
    told = escaped(f"{unit.name}: {numbers}, {unit.modules} modules")
    place = f'cx="{dot.x:.1f}" cy="{dot.y:.1f}" r="{dot.radius:.1f}"'
    return f'<circle class="dot{far}" {place}><title>{told}</title></circle>'


def _labels(dots: Sequence[_Dot]) -> Iterator[str]:
    """The labels, each at its first free position; a label without one only shows on hover."""
    taken = [_ZONE_OF_PAIN, *map(_around, dots)]
    for dot in dots[:_NAMES]:
        for x, y, box in _places(dot):
            if _is_inside(box) and not any(box.meets(other) for other in taken):
                taken += [box, _of_leader(dot, y)]
                yield _leader(dot, x, y)
                yield f'<text class="name" x="{x:.1f}" y="{y:.1f}">{escaped(dot.name)}</text>'
                break


def _around(dot: _Dot) -> _Box:
    radius = min(dot.radius, 7)
    return _Box(dot.x - radius, dot.y - radius, dot.x + radius, dot.y + radius)


def _places(dot: _Dot) -> Iterator[tuple[float, float, _Box]]:
    """The candidate positions of a label with their rectangles: beside its dot, then ever higher above it."""
    width = len(dot.name) * _CHARACTER
    left, right = dot.x - dot.radius - 4 - width, dot.x + dot.radius + 4
    beside = [(right, dot.y + 4), (left, dot.y + 4)] if dot.unit.abstractness else []  # not on the axis
    heights = [dot.y - dot.radius - 6 - step * _LINE for step in range(_STEPS)]
    above = [(dot.x + shift, y) for y in heights for shift in (-width / 2, 4.0, -width - 4)]
    for x, y in (*beside, *above):
        yield x, y, _Box(x - _SPACE / 2, y - _LINE + 4, x + width + _SPACE / 2, y + 4)


def _of_leader(dot: _Dot, y: float) -> _Box:
    """What the line from a name to its dot takes: other names are not written across it."""
    return _Box(dot.x - 1, y + 4, dot.x + 1, dot.y - dot.radius)


def _is_inside(box: _Box) -> bool:
    return box.left >= _LEFT + 2 and box.right <= _LEFT + _WIDTH + 36 and box.top >= _TOP


def _leader(dot: _Dot, x: float, y: float) -> str:
    """A line from a distant name to its dot."""
    width = len(dot.name) * _CHARACTER
    if dot.y - dot.radius - y <= _LINE:
        return ""
    start = min(max(dot.x, x), x + width)
    return f'<path class="leader" d="M{start:.1f} {y + 4:.1f}L{dot.x:.1f} {dot.y - dot.radius:.1f}"/>'
