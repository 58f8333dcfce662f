"""Edit JSON with comments and trailing commas as text, so that what is not edited keeps every byte.

How it works: the text is parsed to nodes that know where they begin and end. An edit inserts or deletes the characters
of one child of an object or array, with a comma where one is needed; everything else, comments and order included, is
left as it stands. Hosts differ in whether they allow comments, but none is harmed by comments that stay.

Insertion and deletion are inverse. A child is inserted behind the last one, on a line of its own if the bracket is on
one. A child of an empty container is inserted without white space before the closing bracket (`[]` becomes `["a"]`),
while new containers are written over several lines. So a container that is left empty by a deletion tells which it
was: one that was there before stays, and one that came with its content goes with it.

Limits: the nesting that Python's recursion allows (about 300 levels; settings have 6). Cost: one parse for each edit,
a millisecond for settings of a few kB.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from archguard.dataclass import dataclass
from archguard.onboarding.agents.edit_error import EditError


def _refuse(name: str) -> None:
    raise ValueError(f"`{name}` is no JSON")


# The last one is a byte order mark, with which some editors on Windows begin a file.
_SPACE: Final = " \t\r\n\ufeff"
_SKIPPED: Final = re.compile(rf"(?:[{_SPACE}]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_SCALARS: Final = json.JSONDecoder(parse_constant=_refuse)
"""Reads strings, numbers and literals; `NaN` and `Infinity` are no JSON."""


@dataclass(frozen=True)
class Node:
    """A value in a text."""

    start: int
    end: int
    value: Any
    """What it means: a dict, list, str, float, int, bool or None."""
    children: tuple["Child", ...] = ()
    """The members of an object or the items of an array, in their order."""

    def child(self, key: str) -> "Child | None":
        """The member with the name `key`; the last one if there are several, as JSON parsers read it."""
        return next((child for child in reversed(self.children) if child.key == key), None)


@dataclass(frozen=True)
class Child:
    """A member of an object or an item of an array."""

    start: int
    """Where its name, or the value of an item, begins."""
    key: str
    """The name of a member; "" for an item."""
    node: Node
    comma: int = -1
    """Where the comma behind it is; -1 if there is none."""


def parse(text: str) -> Node:
    """The value that `text` holds.

    Raises:
        EditError: it is no JSON, even with comments and trailing commas.
    """
    try:
        node = _value(text, _skip(text, 0))
    except RecursionError:
        raise EditError("nested too deeply", 0) from None
    end = _skip(text, node.end)
    if end < len(text):
        raise EditError("extra text after the value", end)
    return node


def with_child(text: str, container: Node, value: Any, key: str = "") -> str:
    """`text` with `value` as the last child of `container`, an object (by its name `key`) or an array of it."""
    close = container.end - 1
    if not container.children:
        return text[:close] + _written(text, value, key, _line_indent(text, close) + _unit(text)) + text[close:]
    last = container.children[-1]
    # Behind the comma, if there is a trailing one: then the new child gets one, too, as the author writes them.
    anchor = last.node.end if last.comma < 0 else last.comma + 1
    # A comment may follow the last child, and stays beside it.
    head = text[anchor:close].rstrip(_SPACE)
    tail = text[anchor + len(head) : close]
    if "\n" in tail:
        is_below = "\n" in text[container.start : last.start]
        indent = _line_indent(text, last.start) if is_below else _line_indent(text, container.start) + _unit(text)
        at, before, written = close - len(tail), _newline(text) + indent, _written(text, value, key, indent)
    else:
        at, before, written = anchor, " ", _written(text, value, key, _line_indent(text, close))
    if last.comma >= 0:
        return text[:at] + before + written + "," + text[at:]
    return text[: last.node.end] + "," + text[last.node.end : at] + before + written + text[at:]


def without_child(text: str, container: Node, child: Child) -> str | None:
    """`text` without `child` of `container`; None if `container` came with its children, of which this is the last."""
    if container.children == (child,):
        # The closing bracket follows at once: the container was there, and empty, before the child was added.
        if text[child.node.end] in "]}":
            return text[: child.start] + text[child.node.end :]
        around = text[container.start + 1 : child.start] + text[child.node.end : container.end - 1]
        if not around.strip(_SPACE + ","):
            return None
    if child.comma >= 0:
        return _cut(text, child.start, child.comma + 1)
    text = _cut(text, child.start, child.node.end)
    position = container.children.index(child)
    comma = container.children[position - 1].comma if position else -1
    # The child before is the last one now; the comma behind it came with the child that goes.
    return text if comma < 0 else text[:comma] + text[comma + 1 :]


def _cut(text: str, start: int, end: int) -> str:
    """`text` without what is from `start` to `end` and the white space before it.

    What shares its last line stays behind a line end, if there is one: the line before may end in a comment.
    """
    before, after = text[:start].rstrip(_SPACE), text[end:]
    is_first_on_line = "\n" in text[len(before) : start]
    if is_first_on_line and not after.lstrip(" \t\r").startswith("\n"):
        return text[:start] + after.lstrip(" \t")
    return before + (after if len(before) < start else after.lstrip(" \t"))


def formatted(value: Any) -> str:
    """`value` as the text of a new file."""
    return json.dumps(value, indent=2) + "\n"


def _written(text: str, value: Any, key: str, indent: str) -> str:
    """`value`, or the member `key`, in the style of `text`; lines behind the first begin with `indent`."""
    written = json.dumps(value, indent=_unit(text))
    member = f"{json.dumps(key)}: {written}" if key else written
    return member.replace("\n", _newline(text) + indent)


def _unit(text: str) -> str:
    """One level of indentation: that of the first line that is indented."""
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return found[1] if found else "  "


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _line_indent(text: str, offset: int) -> str:
    """The white space at the beginning of the line of `offset`."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _skip(text: str, offset: int) -> int:
    """Where the next token begins, behind white space and comments."""
    found = _SKIPPED.match(text, offset)
    return found.end() if found else offset


def _value(text: str, offset: int) -> Node:
    if text[offset : offset + 1] == "{":
        children = tuple(_children(text, offset, "}"))
        end = _end(text, children, offset)
        return Node(offset, end, {child.key: child.node.value for child in children}, children)
    if text[offset : offset + 1] == "[":
        children = tuple(_children(text, offset, "]"))
        return Node(offset, _end(text, children, offset), [child.node.value for child in children], children)
    try:
        value, end = _SCALARS.raw_decode(text, offset)
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:]
        raise EditError(message, min(error.pos, len(text))) from None
    except ValueError as error:
        raise EditError(str(error), offset) from None
    return Node(offset, end, value)


def _end(text: str, children: tuple[Child, ...], start: int) -> int:
    """Where a container ends whose children were read to its closing bracket."""
    last = children[-1] if children else None
    behind = start + 1 if last is None else max(last.node.end, last.comma + 1)
    return _skip(text, behind) + 1


def _children(text: str, offset: int, closing: str) -> Iterator[Child]:
    """The children of the container that begins at `offset`."""
    at = _skip(text, offset + 1)
    while text[at : at + 1] != closing:
        start, key = at, ""
        if closing == "}":
            key, at = _key(text, at)
        node = _value(text, at)
        at = _skip(text, node.end)
        is_followed = text[at : at + 1] == ","
        if not is_followed and text[at : at + 1] != closing:
            raise EditError(f"`,` or `{closing}` expected", at)
        yield Child(start, key, node, at if is_followed else -1)
        at = _skip(text, at + 1) if is_followed else at


def _key(text: str, offset: int) -> tuple[str, int]:
    """The name of a member, and where its value begins."""
    if text[offset : offset + 1] != '"':
        raise EditError("a name in double quotes expected", offset)
    name = _value(text, offset)
    colon = _skip(text, name.end)
    if text[colon : colon + 1] != ":":
        raise EditError("`:` expected", colon)
    return name.value, _skip(text, colon + 1)
