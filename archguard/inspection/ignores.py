"""What the contracts are told to overlook: by comments in the code, and by `ignore:` in the configuration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from archguard.checking.suppressions import directives_of
from archguard.codebase import Codebase
from archguard.config import Config
from archguard.history.git import Blame, blame
from archguard.kinds import Contract
from archguard.model import Location
from archguard.reporters.phrases import counted, one_line


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Something that contracts overlook."""

    contracts: tuple[str, ...]
    location: Location
    imports: str = ""
    """The imports of an `ignore:` entry; "" for a comment, which is about its line."""
    reason: str
    expires: date | None = None
    author: str = ""
    """Who wrote it, as git knows; "" for a line that is not committed."""
    since: date | None = None


def exemptions(config: Config, codebase: Codebase) -> tuple[Exemption, ...]:
    """Every one of them, in the order of their places."""
    found = [*_comments(codebase), *(entry for contract in config.contracts for entry in _entries(config, contract))]
    return tuple(sorted(found, key=lambda exemption: (exemption.location, exemption.contracts, exemption.imports)))


def with_authors(found: tuple[Exemption, ...], root: Path) -> tuple[Exemption, ...]:
    """The same, with who wrote each of them, and when."""
    lines = {path: blame(root / path) for path in sorted({exemption.location.path for exemption in found})}
    return tuple(_with_author(exemption, lines[exemption.location.path]) for exemption in found)


def render(found: tuple[Exemption, ...], today: date) -> str:
    """The list for people."""
    total = f"{counted(len(found), 'exemption')}." if found else "Nothing is overlooked."
    return "\n".join((*(line for exemption in found for line in exemption_lines(exemption, today)), total))


def exemption_lines(exemption: Exemption, today: date) -> Iterator[str]:
    """Where it is, of which contract and why, and below that who wrote it when."""
    place = f"{exemption.location.path}:{exemption.location.line}"
    what = f" {exemption.imports}" if exemption.imports else ""
    reason = f": {exemption.reason}" if exemption.reason else " (no reason)"
    yield one_line(f"{place}  [{', '.join(exemption.contracts)}]{what}{reason}")
    told = ", ".join(filter(None, (_age(exemption, today), _end(exemption, today))))
    if told:
        yield f"    {one_line(told)}"


def _comments(codebase: Codebase) -> Iterator[Exemption]:
    for directive in directives_of(codebase):
        if directive.verb == "ignore":
            yield Exemption(contracts=directive.contracts, location=directive.location, reason=directive.reason)


def _entries(config: Config, contract: Contract) -> Iterator[Exemption]:
    for index, ignore in enumerate(contract.ignore):
        yield Exemption(
            contracts=(contract.id,),
            location=_place(config, contract.id, index),
            imports=str(ignore.import_),
            reason=ignore.reason,
            expires=ignore.expires,
        )


def _place(config: Config, contract: str, index: int) -> Location:
    apart = f"{contract} {index}"
    section, name, keys = ("ignore", apart, ()) if ("ignore", apart) in config.origins else _inside(contract, index)
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
