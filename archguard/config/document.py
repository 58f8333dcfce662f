"""A configuration file as plain values, with the location of each value and key; those of TOML are read here.

`tomllib` gives no locations, so those of TOML are found by a text search for each key, in order.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Final, TypeAlias

from archguard.dataclass import dataclass
from archguard.errors import ConfigError
from archguard.incremental.fingerprint import content
from archguard.incremental.input_recorder import is_file
from archguard.model import Location

Keys: TypeAlias = tuple[str | int, ...]
"""The path to a value: keys of mappings and indices of lists."""

TOO_DEEP: Final = "is not meant to be nested so deeply"


@dataclass(frozen=True)
class Document:
    """A parsed configuration file."""

    path: Path
    shown: str
    """The path as reports show it."""
    text: str
    data: Any
    """Mappings, lists, strings, integers, booleans and None; other YAML scalars, such as dates, stay strings."""
    places: Mapping[Keys, Location] = field(default_factory=dict)
    """The location of each value."""
    keys: Mapping[Keys, Location] = field(default_factory=dict)
    """The location of each value's key."""
    notes: tuple[ConfigError, ...] = ()
    """Settings of another tool's configuration that are ignored."""
    faults: tuple[ConfigError, ...] = ()
    """Faults of a YAML document that could be parsed nevertheless, such as a duplicate key."""

    def error(self, message: str, keys: Keys = (), hint: str = "", *, at_key: bool = False) -> ConfigError:
        """An error at the value (or its key) at `keys`; keys that a short form omits are skipped."""
        places = {**self.places, **self.keys} if at_key else self.places  # an item of a list has no key
        there: Keys = ()
        for key in keys:
            there = (*there, key) if (*there, key) in places else there
        place = places.get(there, Location(self.shown))
        return ConfigError(message, hint, place, self.line(place.line))

    def line(self, number: int) -> str:
        """The text of a line, counted from 1."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def below(self, *keys: str) -> "Document":
        """The part of the document at `keys`, as a document of its own."""
        data = self.data
        for key in keys:
            data = data.get(key, {}) if isinstance(data, dict) else {}
        start = len(keys)
        return Document(
            self.path,
            self.shown,
            self.text,
            data,
            {path[start:]: place for path, place in self.places.items() if path[:start] == keys},
            {path[start:]: place for path, place in self.keys.items() if path[:start] == keys},
        )


def read_text(path: Path, shown: str) -> str:
    """The text in the file `path`.

    Raises:
        ExceptionGroup[ConfigError]: it cannot be read.
    """
    try:
        text = content(str(path)).decode("utf-8-sig")
    except OSError as error:
        fault = ConfigError(f"cannot be read: {error.strerror}", "", Location(shown))
        raise ExceptionGroup(shown, [fault]) from None
    except UnicodeDecodeError as error:
        fault = ConfigError(f"cannot be read: {error}", "save it as UTF-8", Location(shown))
        raise ExceptionGroup(shown, [fault]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_configuration_file(path: Path) -> bool:
    """Whether the file `path` exists; an entry of that name that is no readable file is an error, not an absent file.

    Raises:
        ExceptionGroup[ConfigError]: it is a folder, a pipe, a device, or a link that leads nowhere.
    """
    if is_file(path):
        return True
    if os.path.lexists(path):
        read_text(path, path.name)
    return False


def load_toml(text: str) -> dict[str, Any]:
    """Parse the TOML document `text`.

    Raises:
        ValueError: it is not TOML, is nested too deeply, or has a number of more digits than Python reads.
    """
    from tomllib import loads  # noqa: PLC0415  # 6 ms, few projects are configured in TOML

    try:
        return loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def tools_in(text: str) -> Collection[str]:
    """The names of the `tool.NAME` tables in `text`, the content of a `pyproject.toml`.

    Raises:
        ValueError: it is not TOML.
    """
    tools = load_toml(text).get("tool")
    return tools.keys() if isinstance(tools, dict) else ()


def parse_toml(path: Path, shown: str, text: str) -> Document:
    """Parse the TOML document `text`.

    Raises:
        ExceptionGroup[ConfigError]: it is not TOML.
    """
    try:
        data = load_toml(text)
    except ValueError as error:
        place = Location(shown, *_toml_error_position(str(error)))
        fault = ConfigError(f"is not TOML: {error}", "", place, Document(path, shown, text, None).line(place.line))
        raise ExceptionGroup(shown, [fault]) from None
    except RecursionError:
        raise ExceptionGroup(shown, [ConfigError(TOO_DEEP, "", Location(shown))]) from None
    places = dict(_toml_locations(data, text.splitlines(), shown))
    return Document(path, shown, text, data, places, places)


def _toml_error_position(message: str) -> tuple[int, int]:
    found = re.search(r"line (\d+), column (\d+)", message)
    return (int(found[1]), int(found[2])) if found else (1, 1)


def _toml_locations(
    data: Any, lines: list[str], shown: str, keys: Keys = (), start: int = 0
) -> Iterator[tuple[Keys, Location]]:
    """The location of each key: the first match of its name after the previous key, since tomllib gives none."""
    line = start
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        line, column = _find_key(key, lines, start) if isinstance(key, str) else (line, 0)
        yield (*keys, key), Location(shown, line + 1, column + 1)
        if isinstance(value, dict | list):
            inner = list(_toml_locations(value, lines, shown, (*keys, key), line))
            yield from inner
            if isinstance(key, int):
                line = max((place.line for _, place in inner), default=line)


def _find_key(key: str, lines: list[str], start: int) -> tuple[int, int]:
    form = re.compile(rf"""(?:^\s*|[\[{{.,]\s*)["']?({re.escape(key)})["']?\s*[\].=]""")
    for number in range(start, len(lines)):
        if found := form.search(lines[number]):
            return number, found.start(1)
    return start, 0
