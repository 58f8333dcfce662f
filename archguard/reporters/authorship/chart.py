"""The trend by authorship as an SVG chart: open violations by who introduced them, and the rates of the groups.

The first panel is stacked: its upper edge is the number of all open violations. Commits that could not be compared are
bands, and the areas end before them. A group about which too little is known has no bar.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import Final

from archguard.dataclass import dataclass
from archguard.model import EARLIER, AuthorshipTrend, CommitGroup, GroupFigures, OpenViolations
from archguard.reporters.authorship.rows import GROUPS, days, number, share, shown_groups
from archguard.reporters.page import asset, escaped

_LEFT, _WIDTH, _RIGHT = 70, 780, 20
_TOP, _HEIGHT = 62, 200
_ROW = 24
_CHARACTER = 6.5
_SPACE = 40
"""The least space between two labels."""

_STACK: Final = (EARLIER, CommitGroup.OTHER, CommitGroup.MIXED, CommitGroup.ASSISTED)
"""From the bottom up: what was there first below."""
_LEGEND: Final[Mapping[str, str]] = {EARLIER: "there before", **{str(it): name for it, name in GROUPS.items()}}

_RATES: Final[Sequence[tuple[str, Callable[[GroupFigures], float | None], Callable[[float | None], str]]]] = (
    ("violations introduced per 1,000 changed lines", lambda it: it.introduced_per_thousand_lines, number),
    ("violations removed per 1,000 changed lines", lambda it: it.removed_per_thousand_lines, number),
    ("median days until a violation is fixed", lambda it: it.median_days_to_fix, days),
    ("added lines rewritten within 14 days", lambda it: it.churn, share),
)


def render(trend: AuthorshipTrend) -> str:
    """A standalone SVG that follows the preferred colour scheme."""
    return drawing(trend, f"<style>{asset('colours.css')}{asset('trend.css')}{asset('authorship.css')}</style>")


def drawing(trend: AuthorshipTrend, style: str = "") -> str:
    """The SVG, with `style` inside; without, the page around it provides the style."""
    stack = _Stack(trend)
    rates = tuple(_rates(shown_groups(trend), _TOP + _HEIGHT + 62))
    height = _TOP + _HEIGHT + 54 + 2 * _panel_height(shown_groups(trend))
    box = f'viewBox="0 0 {_LEFT + _WIDTH + _RIGHT} {height}" role="img" aria-label="Trend by authorship"'
    ground = f'<rect class="ground" width="{_LEFT + _WIDTH + _RIGHT}" height="{height}"/>'
    body = "".join((*stack.parts(), *rates))
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="trend authorship" {box}>{style}{ground}{body}</svg>'


@dataclass(frozen=True)
class _Stack:
    """The open violations over all commits, as stacked areas."""

    trend: AuthorshipTrend

    def parts(self) -> Iterator[str]:
        """The elements of the panel."""
        bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
        yield f'<text class="title" x="{_LEFT}" y="22">open violations, by the group that introduced them</text>'
        yield from self._legend()
        yield from (self._band(place) for place, point in enumerate(self._points) if point.gap)
        for _, run in groupby(enumerate(self._points), key=lambda pair: not pair[1].gap):
            yield from self._areas([place for place, point in run if not point.gap])
        yield f'<path class="axis" d="M{_LEFT} {_TOP}H{right}M{_LEFT} {bottom}H{right}"/>'
        yield f'<text class="end soft" x="{_LEFT - 8}" y="{_TOP + 4}">{self._most:,g}</text>'
        yield f'<text class="end soft" x="{_LEFT - 8}" y="{bottom + 4}">0</text>'
        yield from self._days(bottom + 26)

    @property
    def _points(self) -> Sequence[OpenViolations]:
        return self.trend.points

    @cached_property
    def _most(self) -> float:
        """The upper end of the scale: a round number not less than any value."""
        most = max((sum(point.counts.values()) for point in self._points), default=0)
        steps = (digit * 10.0**power for power in range(10) for digit in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8))
        return next(step for step in steps if step >= most)

    @property
    def _names(self) -> list[str]:
        """What has violations at any commit, from the bottom up."""
        return [name for name in _STACK if any(point.counts.get(name) for point in self._points)]

    def _legend(self) -> Iterator[str]:
        x = float(_LEFT)
        for name in self._names:
            yield f'<rect class="area {name}" x="{x:.1f}" y="33" width="11" height="11"/>'
            yield f'<text class="soft" x="{x + 16:.1f}" y="43">{_LEGEND[name]}</text>'
            x += 16 + len(_LEGEND[name]) * _CHARACTER + 18

    def _x(self, place: int) -> float:
        count = len(self._points)
        return _LEFT + _WIDTH * (place / (count - 1) if count > 1 else 0.5)

    def _y(self, count: int) -> float:
        return _TOP + _HEIGHT * (1 - count / self._most)

    def _areas(self, run: Sequence[int]) -> Iterator[str]:
        """The areas over commits without a gap between them; a commit alone gets the width of a line."""
        below = dict.fromkeys(run, 0)
        for name in self._names if run else ():
            above = {place: below[place] + self._points[place].counts[name] for place in run}
            edges = [*((place, above) for place in run), *((place, below) for place in reversed(run))]
            corners = " ".join(f"{self._x(place):.1f},{self._y(level[place]):.1f}" for place, level in edges)
            if any(above[place] > below[place] for place in run):
                yield f'<polygon class="area {name}" points="{corners}"><title>{_LEGEND[name]}</title></polygon>'
            below = above

    def _band(self, place: int) -> str:
        """From the commit before to the one after: what happened in between is not known."""
        point = self._points[place]
        left, right = self._x(max(place - 1, 0)), self._x(min(place + 1, len(self._points) - 1))
        if left == right:
            left, right = _LEFT, _LEFT + _WIDTH
        told = escaped(f"{point.commit.shown}, {point.commit.day}: {point.gap}")
        box = f'x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}" height="{_HEIGHT}"'
        return f'<rect class="gap" {box}><title>{told}</title></rect>'

    def _days(self, y: float) -> Iterator[str]:
        """The days of the first and the last commit, and of as many in between as there is room for."""
        last = len(self._points) - 1
        ends = [_Label.of(self._points[place], self._x(place), is_end=True) for place in sorted({0, last})]
        labels = ends[:1]
        for place in range(1, last):
            label = _Label.of(self._points[place], self._x(place))
            if label.left >= labels[-1].right and label.right <= ends[-1].left:
                labels.append(label)
        for label in dict.fromkeys((*labels, *ends)):
            yield f'<path class="tick" d="M{label.x:.1f} {y - 25}V{y - 15}"/>'
            yield f'<text class="middle soft" x="{label.middle:.1f}" y="{y}">{escaped(label.text)}</text>'


@dataclass(frozen=True)
class _Label:
    """The label of a commit on the time axis."""

    x: float
    text: str

    @classmethod
    def of(cls, point: OpenViolations, x: float, *, is_end: bool = False) -> "_Label":
        """The day; with the tag, if there is one, at the ends."""
        tag = f"{point.commit.shown} · " if is_end and point.commit.tags else ""
        return cls(x, f"{tag}{point.commit.day}")

    @property
    def middle(self) -> float:
        half = len(self.text) * _CHARACTER / 2
        return min(max(self.x, half + 4), _LEFT + _WIDTH + _RIGHT - half - 4)

    @property
    def left(self) -> float:
        return self.middle - len(self.text) * _CHARACTER / 2 - _SPACE / 2

    @property
    def right(self) -> float:
        return self.middle + len(self.text) * _CHARACTER / 2 + _SPACE / 2


def _panel_height(groups: Sequence[GroupFigures]) -> int:
    return 30 + _ROW * len(groups)


def _rates(groups: Sequence[GroupFigures], top: int) -> Iterator[str]:
    """Four small panels in two columns, with a bar for each group."""
    for index, (title, value, shown) in enumerate(_RATES):
        x = _LEFT - 50 + (index % 2) * 435
        y = top + (index // 2) * _panel_height(groups)
        yield f'<text class="title" x="{x}" y="{y}">{title}</text>'
        values = [value(it) for it in groups]
        most = max((it for it in values if it is not None), default=0) or 1
        for row, (group, found) in enumerate(zip(groups, values, strict=True)):
            yield from _bar(group, found, most, shown(found), x, y + 14 + row * _ROW)


def _bar(group: GroupFigures, value: float | None, most: float, shown: str, x: int, y: int) -> Iterator[str]:  # noqa: PLR0913
    yield f'<text class="soft" x="{x}" y="{y + 12}">{GROUPS[group.group]}</text>'
    width = 230 * (value or 0) / most
    if value is None:
        yield f'<text class="soft none" x="{x + 62}" y="{y + 12}">not known</text>'
        return
    yield f'<rect class="area {group.group}" x="{x + 62}" y="{y + 1}" width="{max(width, 1):.1f}" height="15"/>'
    yield f'<text x="{x + 62 + width + 8:.1f}" y="{y + 13}">{shown}</text>'
