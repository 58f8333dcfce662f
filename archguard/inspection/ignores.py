"""List all exemptions from contracts: comments in the code, and `ignore:` entries in the configuration."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from archguard.checking.suppressions import directives_of
from archguard.codebase import Codebase
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.history.git import Blame, blame
from archguard.kinds import Contract
from archguard.model import Location
from archguard.reporters.phrases import counted, one_line


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """A comment or an `ignore:` entry that exempts something from contracts."""

    contracts: tuple[str, ...]
    """The contracts that overlook it."""
    location: Location
    """Where it is written."""
    imports: str = ""
    """The imports of an `ignore:` entry; "" for a comment, which applies to its line."""
    reason: str
    """Why it is overlooked."""
    expires: date | None = None
    """The day from which it no longer holds; None if it has no end."""
    author: str = ""
    """The author according to `git blame`; "" for a line that is not committed."""
    since: date | None = None
    """The day of the commit according to `git blame`."""


def exemptions(config: Config, codebase: Codebase) -> tuple[Exemption, ...]:
    """Every exemption, in the order of locations."""
    found = [*_comments(codebase), *(entry for contract in config.contracts for entry in _entries(config, contract))]
    return tuple(sorted(found, key=lambda exemption: (exemption.location, exemption.contracts, exemption.imports)))


def with_authors(found: tuple[Exemption, ...], root: Path) -> tuple[Exemption, ...]:
    """The exemptions with their authors and dates; git runs once per file."""
    lines = {path: blame(root / path) for path in sorted({exemption.location.path for exemption in found})}
    return tuple(_with_author(exemption, lines[exemption.location.path]) for exemption in found)


def render(found: tuple[Exemption, ...], today: date) -> str:
    """The list as text."""
    total = f"{counted(len(found), 'exemption')}." if found else "Nothing is overlooked."
    return "\n".join((*(line for exemption in found for line in exemption_lines(exemption, today)), total))


def exemption_lines(exemption: Exemption, today: date) -> Iterator[str]:
    """The lines about an exemption: location, contracts and reason, then author and dates."""
    place = f"{exemption.location.path}:{exemption.location.line}"
    what = f" {exemption.imports}" if exemption.imports else ""
    reason = f": {exemption.reason}" if exemption.reason else " (no reason)"
    yield one_line(f"{place}  [{', '.join(exemption.contracts)}]{what}{reason}")
    dates = ", ".join(filter(None, (_age(exemption, today), _end(exemption, today))))
    if dates:
        yield f"    {one_line(dates)}"


def _comments(codebase: Codebase) -> Iterator[Exemption]:
    for directive in directives_of(codebase):
        if directive.verb == "ignore":
            yield Exemption(contracts=directive.contracts, location=directive.location, reason=directive.reason)


def _entries(config: Config, contract: Contract) -> Iterator[Exemption]:
    for index, ignore in enumerate(contract.ignore):
        yield Exemption(
            contracts=(contract.id,),
            location=_location(config, contract.id, index),
            imports=str(ignore.import_),
            reason=ignore.reason,
            expires=ignore.expires,
        )


def _location(config: Config, contract: str, index: int) -> Location:
    """The location of an ignore, which is in a section of its own or inside of the contract."""
    own = f"{contract} {index}"
    section, name, keys = ("ignore", own, ()) if ("ignore", own) in config.origins else _inside(contract, index)
    return config.error("", section, name, keys).location or Location("")


def _inside(contract: str, index: int) -> tuple[str, str, tuple[str | int, ...]]:
    return "contracts", contract, ("ignore", index)


def _with_author(exemption: Exemption, lines: Mapping[int, Blame]) -> Exemption:
    found = lines.get(exemption.location.line)
    return replace(exemption, author=found.author, since=found.day) if found else exemption


def _age(exemption: Exemption, today: date) -> str:
    if not exemption.since:
        return ""
    return f"{exemption.author}, {exemption.since} ({counted(max((today - exemption.since).days, 0), 'day')} ago)"


def _end(exemption: Exemption, today: date) -> str:
    if not exemption.expires:
        return ""
    return f"expire{'d' if exemption.expires <= today else 's'} {exemption.expires}"
