"""List the routes of a code base: method, path, handler, and what guards them."""

from archguard.codebase import Codebase
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.effects.routes import Protection, Route, find_route_table
from archguard.kinds.access import Access, guard_set
from archguard.reporters.phrases import counted, one_line

_HEADER = ("Method", "Path", "Handler", "Guards")


@dataclass(frozen=True)
class RouteItem:
    """A line of the list."""

    method: str
    path: str
    handler: str
    guards: tuple[str, ...]
    """What guards it, each with the level: `shop.auth.current_user (parameter)`. Empty if nothing does."""
    protection: str
    """`guarded`, `optional`, `none`; `unknown` if what runs before the handler cannot be resolved."""
    location: str
    framework: str
    unknown: tuple[str, ...] = ()
    """What could not be resolved."""


def list_routes(config: Config, codebase: Codebase) -> tuple[RouteItem, ...]:
    """Every route, by path; guards are those that the contracts of kind `access` name, and those of frameworks."""
    contracts = [contract for contract in config.contracts if isinstance(contract, Access)]
    guards = guard_set(codebase, *contracts)
    table = find_route_table(codebase)
    found = []
    for route in table.routes:
        names = tuple(f"{guards.name_of(check, route.method)} ({check.level})" for check in guards.guards_of(route))
        found.append(_item(route, tuple(dict.fromkeys(names)), guards.protection(route)))
    unresolved = [
        RouteItem("?", item.path or "?", item.module, (), "unknown", str(item.location), "", (item.what,))
        for item in table.unresolved
    ]
    return (*found, *unresolved)


def _item(route: Route, guards: tuple[str, ...], protection: Protection) -> RouteItem:
    is_unknown = protection is Protection.NONE and bool(route.unresolved_checks)
    told = "unknown" if is_unknown else protection.name.lower()
    unknown = tuple(dict.fromkeys((*route.unresolved_checks, *route.unknown)))
    place = str(route.location)
    return RouteItem(route.method, route.path, route.handler, guards, told, place, route.framework, unknown)


def render_text(items: tuple[RouteItem, ...]) -> str:
    """The list as text, in columns."""
    if not items:
        return "There are no routes."
    widths = [max(len(getattr(item, name)) for item in items) for name in ("method", "path", "handler")]
    lines = [one_line(_line(item, widths)) for item in items]
    return "\n".join((*lines, "", summary(items)))


def _line(item: RouteItem, widths: list[int]) -> str:
    cells = zip((item.method, item.path, item.handler), widths, strict=True)
    return "  ".join((*(f"{cell:<{width}}" for cell, width in cells), _guards(item)))


def render_markdown(items: tuple[RouteItem, ...]) -> str:
    """The list as a table of Markdown."""
    rows = [_row(_HEADER), _row(("---",) * len(_HEADER))]
    rows += [_row((item.method, f"`{item.path}`", f"`{item.handler}`", _guards(item))) for item in items]
    return "\n".join((*rows, "", summary(items)))


def summary(items: tuple[RouteItem, ...]) -> str:
    """How many routes there are, and how many are guarded."""
    counts = {word: sum(item.protection == name for item in items) for name, word in _WORDS.items()}
    told = [f"{count} {word}" for word, count in counts.items() if count]
    return f"{counted(len(items), 'route')}: {', '.join(told)}."


_WORDS = {"guarded": "guarded", "optional": "guarded optionally", "none": "not guarded", "unknown": "unknown"}


def _guards(item: RouteItem) -> str:
    if item.guards:
        return ", ".join(item.guards)
    return f"unknown: {item.unknown[0]}" if item.protection == "unknown" and item.unknown else "none"


def _row(cells: tuple[str, ...]) -> str:
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |"
