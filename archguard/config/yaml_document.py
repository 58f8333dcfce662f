"""Parse a YAML file into plain values, with the location of each value and key; and write YAML.

How it works: PyYAML composes a node tree with marks; `_Composer` converts it to plain values and records where each one
begins. Only integers, booleans and null are converted, so that `NO`, `on` or `1.10` stay strings.

Limits, each because a small file could otherwise exhaust the machine: nesting of 100 levels (deeper nesting overflows
libyaml's C stack, which kills the process without a traceback) and 10,000 values repeated by aliases (a few lines can
expand to billions). Cost: linear; the depth is only computed for a text that can be deep.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

import yaml

from archguard.codebase.yaml_nodes import MAX_DEPTH, TooDeepError, compose
from archguard.config.document import TOO_DEEP, Document, Keys
from archguard.dataclass import dataclass
from archguard.errors import ConfigError
from archguard.model import Location

_NULLS = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_MAX_REPEATED = 10_000
"""The most values that aliases may repeat; a text of a few lines can expand to billions."""
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


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
        fault = ConfigError(TOO_DEEP, f"{MAX_DEPTH} levels are the most", place, document.line(place.line))
        raise ExceptionGroup(shown, [fault]) from None
    except yaml.YAMLError as error:
        raise ExceptionGroup(shown, [_yaml_error(document, error)]) from None
    except RecursionError:
        raise ExceptionGroup(shown, [document.error(TOO_DEEP)]) from None
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
        # PyYAML gives each alias the node of its anchor, so a node that is met again is a repetition.
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
    # Quoted, or a block: a text, whatever it looks like.
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
        TOO_DEEP if "nesting depth" in what else f"is not YAML: {what}"
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
