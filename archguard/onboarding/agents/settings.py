"""Merge archguard's entries into the settings of a host, and take them out again.

What install adds to a file is written as the whole file would be if nothing else were in it, and is divided into
entries: an item of a list, a member of an object, or all of what belongs to the name `archguard` (a server). An entry
that is there already is not added, and nothing else is changed.

What is archguard's is known by what it is, not by a record: a server by its name, a hook by its command, any other
value by being equal. So an entry that the user has adapted is neither written twice nor overwritten, and is removed
too. Members of which a host demands that they be there (`version`) come and go with the object around them: they are
removed where they stand behind an entry that is removed, since install adds at the end.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from archguard.dataclass import dataclass
from archguard.onboarding.agents.edit_error import EditError
from archguard.onboarding.agents.jsonc import Child, Node, formatted, parse, with_child, without_child

_OWN_NAME: Final = "archguard"
_COMMANDS: Final = ("command", "bash", "powershell")
"""The keys of a hook that hold a command."""


@dataclass(frozen=True)
class _Entry:
    path: tuple[str, ...]
    """The names of the objects around it, and of the list."""
    key: str
    """The name of a member; "" for an item of a list."""
    value: Any


@dataclass(frozen=True)
class Entries:
    """What install adds to a file of settings."""

    content: dict[str, Any]
    """The file as it is if nothing else is in it."""
    demanded: Collection[str] = ()
    """The names of members that mean nothing alone, and that the host demands beside the others."""
    hook: str = ""
    """The command that every hook of archguard runs."""

    def added_to(self, text: str | None) -> str:
        """`text` with all entries; None stands for a file that is not there.

        Raises:
            EditError: `text` is no JSON, or has something else where a list or an object belongs.
        """
        if text is None:
            return formatted(self.content)
        for entry in self._entries():
            text = self._with(text, entry)
        return text

    def removed_from(self, text: str | None) -> str | None:
        """`text` without all entries; None if the file came with them, or is not there.

        Raises:
            EditError: `text` is no JSON.
        """
        left = text
        for entry in reversed([*self._entries()]):
            while left is not None and (found := self._find(left, entry)):
                left = self._without(left, entry.path, found)
        return left

    def are_in(self, text: str | None) -> bool:
        """Whether any of them is in `text`.

        Raises:
            EditError: `text` is no JSON.
        """
        return text is not None and any(self._find(text, entry) for entry in self._entries())

    def _entries(self) -> Iterator[_Entry]:
        return self._below(self.content, ())

    def _below(self, content: dict[str, Any], path: tuple[str, ...]) -> Iterator[_Entry]:
        for key, value in content.items():
            if key in self.demanded or key == _OWN_NAME or not isinstance(value, dict | list):
                yield _Entry(path, key, value)
            elif isinstance(value, dict):
                yield from self._below(value, (*path, key))
            else:
                yield from (_Entry((*path, key), "", item) for item in value)

    def _with(self, text: str, entry: _Entry) -> str:
        containers = _containers(text, entry)
        missing = entry.path[len(containers) - 1 :]
        if missing and (other := containers[-1].child(missing[0])):
            form = "a list" if missing == entry.path[-1:] and not entry.key else "an object"
            raise EditError(f"`{missing[0]}` must be {form}", other.node.start)
        if missing:
            value = self._content_at(entry.path[: len(containers)])
            return with_child(text, containers[-1], value, missing[0])
        is_there = containers[-1].child(entry.key) if entry.key else self._own(containers[-1], entry)
        if not is_there and entry.key in self.demanded:
            raise EditError(f"`{entry.key}` is missing, without which the host rejects the file", containers[-1].start)
        return text if is_there else with_child(text, containers[-1], entry.value, entry.key)

    def _content_at(self, path: tuple[str, ...]) -> Any:
        content: Any = self.content
        for key in path:
            content = content[key]
        return content

    def _find(self, text: str, entry: _Entry) -> Child | None:
        """The entry in `text`; None if it is not there."""
        containers = _containers(text, entry)
        return self._own(containers[-1], entry) if len(containers) > len(entry.path) else None

    def _own(self, container: Node, entry: _Entry) -> Child | None:
        return next((child for child in container.children if self._is_own(child, entry)), None)

    def _is_own(self, child: Child, entry: _Entry) -> bool:
        if child.key != entry.key or entry.key in self.demanded:
            return False
        return entry.key == _OWN_NAME or _is_same(child.node.value, entry.value) or self._is_hook(child.node.value)

    def _is_hook(self, value: Any) -> bool:
        """Whether it is a hook, or a group of hooks, all of which run archguard."""
        commands = [*_commands(value)]
        return bool(self.hook and commands) and all(self.hook in command for command in commands)

    def _without(self, text: str, path: tuple[str, ...], child: Child) -> str | None:
        """`text` without `child` of the container at `path`, and without containers that came with it."""
        container = _at(text, path)
        position = container.children.index(child) + 1
        following = container.children[position : position + 1]
        left = without_child(text, container, child)
        if left is None:
            above = _at(text, path[:-1]).child(path[-1]) if path else None
            return self._without(text, path[:-1], above) if above else None
        if following and self._is_demanded(path, following[0]) and (it := _at(left, path).child(following[0].key)):
            return self._without(left, path, it)
        return left

    def _is_demanded(self, path: tuple[str, ...], child: Child) -> bool:
        """Whether install has written `child` only for the host, and the user has not changed it."""
        return child.key in self.demanded and _is_same(child.node.value, self._content_at((*path, child.key)))


def _containers(text: str, entry: _Entry) -> list[Node]:
    """The root, and the objects and the list around the entry as far as they are there."""
    root = parse(text)
    if not isinstance(root.value, dict):
        raise EditError("an object is expected", root.start)
    found = [root]
    for position, key in enumerate(entry.path, 1):
        is_list = position == len(entry.path) and not entry.key
        child = found[-1].child(key)
        if child is None or not isinstance(child.node.value, list if is_list else dict):
            break
        found.append(child.node)
    return found


def _at(text: str, path: tuple[str, ...]) -> Node:
    """The object or list at `path`, which is there."""
    node = parse(text)
    for key in path:
        child = node.child(key)
        if child is None:
            raise KeyError(key)
        node = child.node
    return node


def _commands(value: Any) -> Iterator[str]:
    """All commands in a hook or a group of hooks."""
    if isinstance(value, list):
        for item in value:
            yield from _commands(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in _COMMANDS and isinstance(item, str):
                yield item
            else:
                yield from _commands(item)


def _is_same(one: Any, other: Any) -> bool:
    """Whether both are the same JSON, whatever the order of members; `1` and `true` differ."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
