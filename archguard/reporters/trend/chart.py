"""The trend as an SVG chart: a panel per metric, a dot per commit, and gaps for unknown values."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from archguard.dataclass import dataclass
from archguard.model import Point
from archguard.reporters.page import asset, escaped
from archguard.reporters.trend.rows import COLUMNS, note, shown

_PANELS = ("violations", "violations_per_thousand_imports", "propagation_cost", "cyclicity", "nccd", "modules")
_LEFT, _WIDTH, _RIGHT = 70, 780, 20
_TOP, _HEIGHT, _GAP = 34, 84, 46
_CHARACTER = 7.0
"""The width of a letter: of fonts without serifs, DejaVu Sans has the widest ones."""
_BELOW = 64
"""The room below the panels: for the labels of commits, what they are, and the legend."""
_MEANINGS = {
    "violations": "of the contracts of today",
    "propagation_cost": "share of all pairs of modules where the one reaches the other",
    "cyclicity": "share of the code in cycles",
    "nccd": "dependencies by those of a balanced tree; 1 is a tree",
}
"""What a metric is, for those who see the chart alone."""
_MANY = 120
"""From this number of commits on, dots are smaller."""


def render(points: tuple[Point, ...]) -> str:
    """A standalone SVG that follows the preferred colour scheme."""
    return drawing(points, f"<style>{asset('colours.css')}{asset('trend.css')}</style>")


def drawing(points: Sequence[Point], style: str = "") -> str:
    """The SVG, with `style` inside; without, the page around it provides the style."""
    names = [name for name in _PANELS if any(point.figure(name) is not None for point in points)]
    bottom = _TOP + len(names) * (_HEIGHT + _GAP)
    height = bottom + _BELOW
    panels = (_Panel(name, points, _TOP + row * (_HEIGHT + _GAP)) for row, name in enumerate(names))
    body = "".join(part for panel in panels for part in panel.parts())
    box = f'viewBox="0 0 {_LEFT + _WIDTH + _RIGHT} {height}" role="img" aria-label="Trend"'
    ground = f'<rect class="ground" width="{_LEFT + _WIDTH + _RIGHT}" height="{height}"/>'
    below = "".join((*_days(points, bottom + 10), *_axis(bottom + 30), *_legend(points, bottom + 52)))
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="trend" {box}>{style}{ground}{body}{below}</svg>'


def _x(position: int, count: int) -> float:
    return _LEFT + _WIDTH * (position / (count - 1) if count > 1 else 0.5)


def _days(points: Sequence[Point], y: float) -> Iterator[str]:
    """Labels of commits (tag or hash, and date), as many as there is room for."""
    end = 0.0
    for position, point in enumerate(points):
        label = f"{point.commit.shown} · {point.commit.day}"
        x, half = _x(position, len(points)), len(label) * _CHARACTER / 2
        middle = min(max(x, half + 4), _LEFT + _WIDTH + _RIGHT - half - 4)
        if middle - half >= end:
            end = middle + half + 14
            yield f'<path class="tick" d="M{x:.1f} {y - 26}V{y - 16}"/>'
            yield f'<text class="middle soft" x="{middle:.1f}" y="{y}">{escaped(label)}</text>'


def _axis(y: float) -> Iterator[str]:
    yield f'<text class="middle title" x="{_LEFT + _WIDTH / 2}" y="{y}">commits, from the oldest to the newest</text>'


def _legend(points: Sequence[Point], y: float) -> Iterator[str]:
    """What the looks mean that occur, beside each other."""
    looks = [('<circle class="sample dot" cx="4" cy="-4" r="3"/>', "a commit")]
    if any(note(point) and not point.gap for point in points):
        looks.append(('<circle class="sample dot partial" cx="4" cy="-4" r="3"/>', "not all could be read or checked"))
    if any(point.gap for point in points):
        looks.append(('<rect class="sample gap" x="-2" y="-11" width="12" height="13"/>', "nothing could be measured"))
    x = float(_LEFT)
    for sample, meaning in looks:
        yield f'<g transform="translate({x:.1f} {y})">{sample}<text class="soft" x="16">{meaning}</text></g>'
        x += 44 + len(meaning) * 6


@dataclass(frozen=True)
class _Panel:
    """One metric over all commits."""

    name: str
    points: Sequence[Point]
    top: float

    @property
    def title(self) -> str:
        """The title of the panel; unlike a table, it has no neighbouring column `violations` for context."""
        return f"violations {COLUMNS[self.name]}" if self.name.startswith("violations_") else COLUMNS[self.name]

    def parts(self) -> Iterator[str]:
        """The elements of the panel."""
        bottom, right = self.top + _HEIGHT, _LEFT + _WIDTH
        last = next(value for value in reversed(self.values) if value is not None)
        meaning = _MEANINGS.get(self.name, "")
        told = f'<tspan class="soft" dx="10">{meaning}</tspan>' if meaning else ""
        yield f'<text class="title" x="{_LEFT}" y="{self.top - 10}">{self.title}{told}</text>'
        yield f'<text class="title end" x="{right}" y="{self.top - 10}">{shown(last)}</text>'
        yield f'<path class="axis" d="M{_LEFT} {self.top}H{right}M{_LEFT} {bottom}H{right}"/>'
        yield f'<text class="end soft" x="{_LEFT - 8}" y="{self.top + 4}">{self.most:,g}</text>'
        yield f'<text class="end soft" x="{_LEFT - 8}" y="{bottom + 4}">0</text>'
        yield from map(self._gap, range(len(self.points)))
        yield from self._lines()
        yield from map(self._dot, range(len(self.points)))

    @property
    def values(self) -> list[float | None]:
        """The value at each commit."""
        return [point.figure(self.name) for point in self.points]

    @property
    def most(self) -> float:
        """The upper end of the scale: a round number not less than any value."""
        most = max((value for value in self.values if value is not None), default=0)
        steps = (digit * 10.0**power for power in range(-4, 10) for digit in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8))
        return next((step for step in steps if step >= most), most) if most else 1

    def _place(self, position: int) -> tuple[float, float]:
        value = self.values[position] or 0
        return _x(position, len(self.points)), self.top + _HEIGHT * (1 - value / self.most)

    def _lines(self) -> Iterator[str]:
        """A line through each run of commits with known values."""
        known = [position for position, value in enumerate(self.values) if value is not None]
        for _, run in groupby(enumerate(known), key=lambda pair: pair[1] - pair[0]):
            places = [self._place(position) for _, position in run]
            yield f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'

    def _gap(self, position: int) -> str:
        if self.values[position] is not None:
            return ""
        width = max(_WIDTH / max(len(self.points) - 1, 1), 6)
        left = max(_x(position, len(self.points)) - width / 2, _LEFT)
        right = min(_x(position, len(self.points)) + width / 2, _LEFT + _WIDTH)
        place = f'x="{left:.1f}" y="{self.top}" width="{right - left:.1f}" height="{_HEIGHT}"'
        return f'<rect class="gap" {place}><title>{self._told(position)}</title></rect>'

    def _dot(self, position: int) -> str:
        if self.values[position] is None:
            return ""
        x, y = self._place(position)
        partial = " partial" if note(self.points[position]) and self.name.startswith("violations") else ""
        radius = 3 if len(self.points) < _MANY else 1.6
        circle = f'<circle class="dot{partial}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}">'
        return f"{circle}<title>{self._told(position)}</title></circle>"

    def _told(self, position: int) -> str:
        point, value = self.points[position], self.values[position]
        why = note(point)
        told = f"{point.commit.shown}, {point.commit.day}: {self.title} {shown(value)}"
        return escaped(f"{told} ({why})" if why else told)
