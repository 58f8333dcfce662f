"""Find the locations of import-linter's options in an INI or TOML file; its own reader does not record them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from archguard.config.document import parse_toml
from archguard.dataclass import dataclass
from archguard.model import Location

Owner: TypeAlias = int | None
"""The index of a contract, or None for the options of the session."""

_HEADER: Final = re.compile(r"\[(?P<name>.+)\]")
_OPTION: Final = re.compile(r"(?P<name>[^\s#;=:\[][^=:]*?)\s*[=:]")
_PREFIX: Final = ("tool", "importlinter")


@dataclass(frozen=True)
class Places:
    """The lines of a file, and the locations of sections and options."""

    shown: str
    lines: tuple[str, ...]
    owners: Mapping[Owner, Location]
    options: Mapping[tuple[Owner, str], Location]

    def session(self, option: str = "", value: str = "") -> Location:
        """The location of a session option, or of one of its values; of the session itself if it is absent."""
        return self._place(None, option, value)

    def contract(self, position: int, option: str = "", value: str = "") -> Location:
        """The location of a contract's option, or of one of its values; of the contract itself if it is absent."""
        return self._place(position, option, value)

    def fault(self, error: Exception) -> Location:
        """The location of a parse error: the line in `error`, or the session if it has none."""
        parsing = getattr(error, "errors", None)
        line = getattr(error, "lineno", None) or (parsing[0][0] if parsing else None)
        if line:
            return Location(self.shown, line)
        position = re.search(r"line (\d+), column (\d+)", str(error))
        return Location(self.shown, int(position[1]), int(position[2])) if position else self.session()

    def _place(self, owner: Owner, option: str, value: str) -> Location:
        names = (option, "root_package") if option == "root_packages" else (option,)
        found = next((self.options[owner, name] for name in names if (owner, name) in self.options), None)
        if found is None:
            return self.owners.get(owner, Location(self.shown))
        return self._value(found, value) or found

    def _value(self, option: Location, value: str) -> Location | None:
        """The first occurrence of `value` between `option` and the next option or section."""
        places = (*self.options.values(), *self.owners.values())
        end = min((place.line for place in places if place.line > option.line), default=len(self.lines) + 1)
        whole = re.compile(rf"(?<![\w.*]){re.escape(value)}(?![\w.*])")
        for number in range(option.line, end):
            start = option.column + len(self.lines[number - 1].split("=")[0]) if number == option.line else 0
            if value and (found := whole.search(self.lines[number - 1], start)):
                return Location(self.shown, number, found.start() + 1)
        return None


def places_of(path: Path, shown: str, text: str) -> Places:
    """The locations in the file `path`; none if it is named `.toml` and is not valid TOML."""
    lines = tuple(text.splitlines())
    if path.suffix != ".toml":
        return _in_ini(shown, lines)
    try:
        document = parse_toml(path, shown, text)
    except ExceptionGroup:
        return Places(shown, lines, {}, {})
    owners: dict[Owner, Location] = {None: document.places.get(_PREFIX, Location(shown))}
    options: dict[tuple[Owner, str], Location] = {}
    for keys, place in document.places.items():
        match keys[len(_PREFIX) :]:
            case _ if keys[: len(_PREFIX)] != _PREFIX:
                continue
            case ("contracts", int(position)):
                owners[position] = place
            case ("contracts", int(position), str(option)):
                options[position, option] = place
            case (str(option),):
                options[None, option] = place
    return Places(shown, lines, owners, options)


def _in_ini(shown: str, lines: tuple[str, ...]) -> Places:
    owners: dict[Owner, Location] = {}
    options: dict[tuple[Owner, str], Location] = {}
    contracts = 0
    owner: Owner | str = ""
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.match(line):
            owner = None if header["name"] == "importlinter" else ""
            if header["name"].startswith("importlinter:"):
                owner, contracts = contracts, contracts + 1
            if not isinstance(owner, str):
                owners.setdefault(owner, Location(shown, number))
        elif not isinstance(owner, str) and (option := _OPTION.match(line)):
            options.setdefault((owner, option["name"].lower()), Location(shown, number))
    return Places(shown, lines, owners, options)
