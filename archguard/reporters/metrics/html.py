"""The measurement as a web page: one file that needs neither network nor scripts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from archguard.codebase.metrics import HotSpot, Level, Measurement
from archguard.reporters import tool_info
from archguard.reporters.metrics.main_sequence import chart
from archguard.reporters.metrics.rows import UNIT, WHOLE, row_of_unit, row_of_whole, shown, strongest
from archguard.reporters.page import asset, escaped, page
from archguard.reporters.phrases import counted

_ARROWS: Final = 30
_ALONE: Final = 8
_BAR: Final = 160


def render(measurement: Measurement) -> str:
    """The page: the whole, then each level with its chart, its units and what they import, then the hot spots."""
    body = "\n".join((*_header(measurement), *_main(measurement), *_footer()))
    return page("metrics", body, asset("report.css") + asset("metrics.css"))


def _header(measurement: Measurement) -> Iterator[str]:
    yield '<header><p class="brand">archguard</p><h1>Metrics</h1><ul class="tiles">'
    yield _tile(shown(len(measurement.modules.members)), "modules")
    yield _tile(shown(measurement.imports), "imports")
    if measurement.violations is not None:
        yield _tile(shown(measurement.violations), "violations")
        yield _tile(shown(measurement.violations_per_thousand_imports), "per thousand imports")
    whole = measurement.modules.whole
    yield _tile(f"{100 * whole.propagation_cost:.1f} %", "propagation cost")
    yield _tile(shown(whole.largest_tangle), "modules in the largest tangle")
    yield "</ul></header>"


def _tile(number: str, label: str) -> str:
    return f"<li><strong>{number}</strong> {label}</li>"


def _main(measurement: Measurement) -> Iterator[str]:
    levels = (measurement.modules, *measurement.levels)
    yield "<main><h2>The whole</h2>"
    yield from _table(WHOLE, [(level.name, *row_of_whole(level)) for level in levels])
    for level in measurement.levels:
        yield from _level(level)
    yield "<h2>Hot spots</h2>" + '<div class="pair">'
    yield from _spots("Imported by most modules", measurement.fan_in)
    yield from _spots("Importing most modules", measurement.fan_out)
    yield "</div></main>"


def _level(level: Level) -> Iterator[str]:
    yield f"<h2>{level.name.capitalize()}</h2>"
    alone = [unit.name for unit in level.units if unit.instability is None]
    if len(alone) < len(level.units):
        yield f"<figure>{chart(level.units)}<figcaption>{_caption(level, alone)}</figcaption></figure>"
    yield from _table(UNIT, [(unit.name, *row_of_unit(unit)) for unit in level.units])
    yield from _coupling(level)
    yield from _tangles(level)


def _caption(level: Level, alone: Sequence[str]) -> str:
    caption = f"A dot is one of the {level.name}, the larger the more modules it has. On the line all is well balanced."
    more = f" and {len(alone) - _ALONE} more" if len(alone) > _ALONE else ""
    names = escaped(", ".join(alone[:_ALONE]))
    return f"{caption} Not shown, since coupled to nothing: {names}{more}." if alone else caption


def _coupling(level: Level) -> Iterator[str]:
    arrows = strongest(level)
    if not arrows:
        return
    most = len(arrows[0][1])
    yield f'<h3>Coupling between {level.name}</h3><div class="wide"><table class="numbers bars"><tbody>'
    for (importer, imported), links in arrows[:_ARROWS]:
        names = f'<th scope="row">{escaped(importer)} → {escaped(imported)}</th>'
        yield f"<tr>{names}<td>{len(links):,}</td><td>{_bar(len(links) / most)}</td></tr>"
    yield "</tbody></table></div>"
    if len(arrows) > _ARROWS:
        yield f"<p>and {len(arrows) - _ARROWS:,} more, which the JSON lists</p>"


def _bar(share: float) -> str:
    rect = f'<rect width="{_BAR * share:.1f}" height="12" rx="2"/>'
    return f'<svg class="bar" width="{_BAR}" height="12" aria-hidden="true">{rect}</svg>'


def _tangles(level: Level) -> Iterator[str]:
    for tangle in level.whole.tangles:
        names = "".join(f"<li>{escaped(name)}</li>" for name in tangle)
        yield f"<details><summary>A tangle of {counted(len(tangle), 'unit')}</summary><ul>{names}</ul></details>"


def _spots(title: str, spots: Sequence[HotSpot]) -> Iterator[str]:
    most = max((spot.count for spot in spots), default=1)
    yield f'<section><h3>{title}</h3><div class="wide"><table class="numbers bars"><tbody>'
    for spot in spots:
        name = f'<th scope="row" title="{escaped(spot.path)}">{escaped(spot.module)}</th>'
        yield f"<tr>{name}<td>{spot.count:,}</td><td>{_bar(spot.count / most)}</td></tr>"
    yield "</tbody></table></div></section>"


def _table(columns: Mapping[str, str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    headings = ((f' title="{meaning}"' if meaning else "", name) for name, meaning in {"": "", **columns}.items())
    heads = "".join(f'<th scope="col"{title}>{name}</th>' for title, name in headings)
    yield f'<div class="wide tall"><table class="numbers"><thead><tr>{heads}</tr></thead><tbody>'
    for name, *numbers in rows:
        cells = "".join(f"<td>{number}</td>" for number in numbers)
        yield f'<tr><th scope="row">{escaped(name)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _footer() -> Iterator[str]:
    yield f"<footer><p>{tool_info.NAME} {escaped(tool_info.version())}</p></footer>"
