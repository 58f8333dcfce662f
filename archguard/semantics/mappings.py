"""Entries of mappings by their keys: `topics["paid"]` and `topics.get("paid")` for `topics = {"paid": ...}`.

An entry is only told where every value that the mapping can have is a literal (`{...}` or `dict(...)`), with all its
keys known; otherwise whoever asks falls back to what is known of all values together. Literals are followed through
names, attributes and other mappings, `_DEEP` of them: configurations nest three or four levels.
"""

import ast
from collections.abc import Iterator
from typing import TypeAlias

from archguard.codebase.scopes.scopes import ITEM, Binding, BindingKind, Position
from archguard.semantics.app_config import AppConfig
from archguard.semantics.bindings import bindings
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.index import FileIndex

_DEEP = 8

Placed: TypeAlias = tuple[ast.expr, Position]
"""An expression, and where it is evaluated."""


def looked_up(node: ast.expr) -> tuple[ast.expr, object, list[ast.expr]] | None:
    """The mapping, the key and the default of `topics["paid"]`, `topics.get("paid")`, `topics.pop("paid", None)`."""
    match node:
        case ast.Subscript(value=mapping, slice=ast.Constant(value=key)):
            return mapping, key, []
        case ast.Call(
            func=ast.Attribute(value=mapping, attr="get" | "pop" | "setdefault"),
            args=[ast.Constant(value=key), *default],
            keywords=[],
        ):
            return mapping, key, default
    return None


class Mappings:
    """Finds entries with the help of `names`."""

    def __init__(self, model: Evaluator, files: FileIndex) -> None:
        self.model = model
        self.files = files
        self.app_config = AppConfig(model, files)

    def entries(self, mapping: ast.expr, key: object, at: Position) -> list[Placed] | None:
        """What `mapping[key]` can be: one expression for each literal; None if that cannot be told."""
        return self._entries(mapping, key, at, _DEEP)

    def _entries(self, mapping: ast.expr, key: object, at: Position, depth: int) -> list[Placed] | None:
        if isinstance(mapping, ast.Attribute) and mapping.attr == "config" and isinstance(key, str):
            configured = self.app_config.entries(mapping.value, key, at)
            if configured:
                return configured
        literals = self._literals(mapping, at, depth)
        if not literals:
            return None
        found = [self._in_literal(literal, key, place, depth) for literal, place in literals]
        stored = self._stored(mapping, key, at)
        known = [entries for entries in found if entries is not None]
        return [entry for entries in (*known, stored) for entry in entries] if len(known) == len(found) else None

    def _literals(self, mapping: ast.expr, at: Position, depth: int) -> list[Placed] | None:
        """The literals that `mapping` can be; None if it can be anything else."""
        if depth == 0:
            return None
        match mapping:
            case ast.Dict(keys=[_, *_]) | ast.Call(func=ast.Name(id="dict"), args=[], keywords=[_, *_]):
                return [(mapping, at)]  # an empty one is filled by somebody else, and says nothing of its entries
            case ast.Name() | ast.Attribute():
                found = [self._of_binding(binding, depth) for binding in self._bindings(mapping, at)]
            case _ if asked := looked_up(mapping):
                inner, key, default = asked
                entries = self._entries(inner, key, at, depth - 1)
                values = [*(entries or ()), *((value, at) for value in default if entries is not None)]
                found = [self._literals(value, place, depth - 1) for value, place in values]
            case _:
                return None
        known = [literals for literals in found if literals is not None]
        return [literal for literals in known for literal in literals] if len(known) == len(found) else None

    def _bindings(self, node: ast.Name | ast.Attribute, at: Position) -> list[Binding]:
        if isinstance(node, ast.Name) and not all(isinstance(one, Binding) for one in self.model.resolve(node.id, at)):
            return []
        return list(bindings(self.model, node, at))

    def _of_binding(self, binding: Binding, depth: int) -> list[Placed] | None:
        if binding.kind is BindingKind.ASSIGNED and isinstance(binding.node, ast.expr) and not binding.path:
            return self._literals(binding.node, binding.at, depth - 1)
        return None

    def _in_literal(self, literal: ast.expr, key: object, at: Position, depth: int) -> list[Placed] | None:
        """The entry of `key`, of which the last one counts; none if there is none; None if a key is not known."""
        for name, value in reversed(list(_pairs(literal))):
            match name:
                case None:  # `**others`
                    others = self._entries(value, key, at, depth - 1) if depth > 1 else None
                    if others is None or others:
                        return others
                case ast.Constant(value=known):
                    if known == key and type(known) is type(key):
                        return [(value, at)]
                case _:
                    return None
        return []

    def _stored(self, mapping: ast.expr, key: object, at: Position) -> list[Placed]:
        """What functions of the same file store later: `topics["paid"] = ...`, `topics[name] = ...`."""
        name = mapping.id if isinstance(mapping, ast.Name) else getattr(mapping, "attr", "")
        stored = self.files.attributes(at.scope).get((name, ITEM), [])
        return [
            (binding.node, binding.at)
            for binding in stored
            if isinstance(binding.node, ast.expr) and not binding.path and _may_be(binding.key, key)
        ]


def _pairs(literal: ast.expr) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    """The keys and values of `{...}` or `dict(...)`; the key of `**others` is None."""
    match literal:
        case ast.Dict(keys=keys, values=values):
            yield from zip(keys, values, strict=True)
        case ast.Call(keywords=keywords):
            yield from ((ast.Constant(one.arg) if one.arg else None, one.value) for one in keywords)


def _may_be(stored: ast.expr | None, key: object) -> bool:
    return not isinstance(stored, ast.Constant) or stored.value == key
