"""Parse a YAML or TOML file into plain values, with the location of each value and key.

How it works: PyYAML composes a node tree with marks; `_Composer` converts it to plain values and records where each one
begins. Only integers, booleans and null are converted, so that `NO`, `on` or `1.10` stay strings. `tomllib` gives no
locations, so those of TOML are found by a text search for each key, in order.

Limits, each because a small file could otherwise exhaust the machine: nesting of 100 levels (deeper nesting overflows
libyaml's C stack, which kills the process without a traceback) and 10,000 values repeated by aliases (a few lines can
expand to billions). Cost: linear; the depth is only computed for a text that can be deep.
"""

import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from archguard.codebase.yaml_nodes import MAX_DEPTH, TooDeepError, compose
from archguard.errors import ConfigError
from archguard.incremental.fingerprint import content
from archguard.incremental.input_recorder import is_file
from archguard.model import Location

Keys: TypeAlias = tuple[str | int, ...]
"""The path to a value: keys of mappings and indices of lists."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_TOO_DEEP = "is not meant to be nested so deeply"
_MAX_REPEATED = 10_000
"""The most values that aliases may repeat; a text of a few lines can expand to billions."""
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


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


def read_document(path: Path, shown: str) -> Document:
    """Parse the file `path`; any fault is an error.

    Raises:
        ExceptionGroup[ConfigError]: it cannot be read, it is not YAML (or TOML, if its name says so), or has faults.
    """
    document = read_faulty_document(path, shown)
    if document.faults:
        raise ExceptionGroup(shown, document.faults)
    return document


def read_faulty_document(path: Path, shown: str, draft: str | None = None) -> Document:
    """Parse the file `path`; the document carries its faults, so that the rest of it can still be validated.

    Args:
        path: The file.
        shown: Its path as reports show it.
        draft: The text to parse in place of the file's.

    Raises:
        ExceptionGroup[ConfigError]: it cannot be read, or it is not YAML (or TOML, if its name says so).
    """
    text = read_text(path, shown) if draft is None else draft
    return parse_toml(path, shown, text) if path.suffix == ".toml" else parse_yaml(path, shown, text)


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


def write_yaml(data: Mapping[str, Any]) -> str:
    """Serialize `data` as a YAML document, in the order of its keys."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes a value that is referenced twice twice, instead of as an alias such as `*id001`."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always true: write every value in full."""
        del data
        return True


def write_yaml_line(value: Any) -> str:
    """Serialize `value` as YAML on one line, to insert into a document that is composed as text."""
    endless = sys.maxsize
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=endless)
    return text.removesuffix("\n").removesuffix("\n...")


def parse_yaml(path: Path, shown: str, text: str) -> Document:
    """Parse the YAML document `text`.

    Raises:
        ExceptionGroup[ConfigError]: it is not YAML, or exceeds a limit.
    """
    document = Document(path, shown, text, None)
    composer = _Composer(document)
    try:
        node = compose(text)
        data = composer.value(node, ()) if node else {}
    except TooDeepError as error:
        place = Location(shown, error.line, error.column)
        fault = ConfigError(_TOO_DEEP, f"{MAX_DEPTH} levels are the most", place, document.line(place.line))
        raise ExceptionGroup(shown, [fault]) from None
    except yaml.YAMLError as error:
        raise ExceptionGroup(shown, [_yaml_error(document, error)]) from None
    except RecursionError:
        raise ExceptionGroup(shown, [document.error(_TOO_DEEP)]) from None
    except ConfigError as error:
        raise ExceptionGroup(shown, [error]) from None
    if composer.repeated > _MAX_REPEATED:
        raise ExceptionGroup(shown, composer.faults)  # the data is incomplete: validating it would report false faults
    return Document(path, shown, text, data, composer.places, composer.keys, faults=tuple(composer.faults))


@dataclass
class _Composer:
    """Converts YAML nodes to plain values and records their locations."""

    document: Document
    places: dict[Keys, Location] = field(default_factory=dict)
    keys: dict[Keys, Location] = field(default_factory=dict)
    faults: list[ConfigError] = field(default_factory=list)
    open: list[yaml.Node] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    repeated: int = 0
    """How many values were repeated by aliases."""

    def value(self, node: yaml.Node, keys: Keys) -> Any:
        """Convert `node`, which is at `keys`, to a plain value."""
        self.places[keys] = self._place(node)
        if node in self.open:
            self._fault(node, "an alias leads back to where it stands")
            return None
        self.repeated += id(node) in self.seen
        if self.repeated > _MAX_REPEATED:
            return self._report_repetition(node)
        self.seen.add(id(node))
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            self._fault(node, f"the tag '{node.tag}' means nothing here")
        self.open.append(node)
        value = self._value(node, keys)
        self.open.pop()
        return value

    def _report_repetition(self, node: yaml.Node) -> None:
        if self.repeated == _MAX_REPEATED + 1:
            self._fault(node, "aliases repeat more than anybody means to write")
            self.repeated += 1

    def _value(self, node: yaml.Node, keys: Keys) -> Any:
        match node:
            case yaml.MappingNode():
                return self._mapping(node, keys)
            case yaml.SequenceNode():
                return [self.value(item, (*keys, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[str, Any]:
        values: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged |= self._merged(value_node, keys)
            elif not key:
                self._fault(key_node, "a key must be a word")
            elif key in values:
                self._fault(key_node, f"`{key}` stands twice in one mapping")
            else:
                self.keys[*keys, key] = self._place(key_node)
                values[key] = self.value(value_node, (*keys, key))
        return merged | values

    def _merged(self, node: yaml.Node, keys: Keys) -> dict[str, Any]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in nodes:
            if not isinstance(item, yaml.MappingNode):
                self._fault(item, "only mappings can be merged")
        values = [self.value(item, keys) for item in reversed(nodes)]
        return {key: value for item in values if isinstance(item, dict) for key, value in item.items()}

    def _place(self, node: yaml.Node) -> Location:
        start, end = node.start_mark, node.end_mark
        return Location(self.document.shown, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _fault(self, node: yaml.Node, message: str) -> None:
        place = self._place(node)
        self.faults.append(ConfigError(message, "", place, self.document.line(place.line)))


def _scalar(node: yaml.Node) -> str | int | bool | None:
    """Convert integers, true, false and null only: `NO`, `on`, `1.10` and dates stay strings as written."""
    text = str(node.value)
    if getattr(node, "style", None):
        return text
    if text in _NULLS:
        return None
    return int(text) if _INTEGER.fullmatch(text) else _BOOLEANS.get(text, text)


def _yaml_error(document: Document, error: yaml.YAMLError) -> ConfigError:
    match error:
        case yaml.MarkedYAMLError(context=context, problem=problem):
            what = ", ".join(filter(None, (context, problem)))
        case _:
            what = getattr(error, "reason", str(error))
    place = _yaml_error_location(document, error)
    message = (
        _TOO_DEEP if "nesting depth" in what else f"is not YAML: {what}"
    )  # libyaml has its own limit, 1,000 brackets
    return ConfigError(message, "", place, document.line(place.line))


def _yaml_error_location(document: Document, error: yaml.YAMLError) -> Location:
    """The location of the problem; if that is past the end of the text, where its context began, or the last line."""
    if position := getattr(error, "position", 0):
        before = document.text[:position]
        return Location(document.shown, before.count("\n") + 1, position - before.rfind("\n"))
    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    lines = document.text.splitlines()
    places = [Location(document.shown, mark.line + 1, mark.column + 1) for mark in marks if mark]
    end = Location(document.shown, len(lines), max(len(lines[-1]), 1)) if lines else Location(document.shown)
    return next((place for place in places if place.line <= len(lines)), end)


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
        raise ExceptionGroup(shown, [ConfigError(_TOO_DEEP, "", Location(shown))]) from None
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
