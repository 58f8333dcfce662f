"""Entries of mappings by their keys: `topics["paid"]` and `topics.get("paid")` for `topics = {"paid": ...}`.

An entry is known only if every value of the mapping is a literal (`{...}` or `dict(...)`) with constant keys; otherwise
the caller falls back to the union of all values. Literals are followed through names, attributes and other
mappings, `_MAX_DEPTH` steps in all: configurations nest three or four levels.
"""

import ast
from collections.abc import Iterator
from typing import TypeAlias

from archguard.codebase.scopes.scopes import ITEM, Binding, BindingKind, Position
from archguard.semantics.app_config import AppConfig, ConfigStatements
from archguard.semantics.bindings import bindings
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.index import FileIndex

_MAX_DEPTH = 8
"""How many names, attributes and mappings are followed: twice what configurations nest. The bound also ends cycles."""

Placed: TypeAlias = tuple[ast.expr, Position]
"""An expression, and where it is evaluated."""


def _mapping_lookup(node: ast.expr) -> tuple[ast.expr, object, list[ast.expr]] | None:
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
    """Finds the expressions that are the entries of mappings."""

    def __init__(self, evaluator: Evaluator, files: FileIndex, config: ConfigStatements) -> None:
        self.evaluator = evaluator
        self.files = files
        self.app_config = AppConfig(evaluator, config)

    def entries(self, node: ast.expr, at: Position) -> tuple[Placed, ...]:
        """The expressions that `topics["paid"]` or `topics.get("paid")` can evaluate to; empty if unknown."""
        found = self.lookup(node, at)
        return tuple(found[0]) if found else ()

    def lookup(self, node: ast.expr, at: Position) -> tuple[list[Placed], list[Placed]] | None:
        """The entries and the default that `node` can evaluate to: one entry for each literal, and later stores.

        None if `node` looks nothing up in a mapping, or the entries are unknown.
        """
        if not (found := _mapping_lookup(node)):
            return None
        mapping, key, default = found
        entries = self._entries(mapping, key, at, _MAX_DEPTH)
        return None if entries is None else (entries, [(value, at) for value in default])

    def _entries(self, mapping: ast.expr, key: object, at: Position, depth: int) -> list[Placed] | None:
        if isinstance(mapping, ast.Attribute) and mapping.attr == "config" and isinstance(key, str):
            configured = self.app_config.entries(mapping.value, key, at)
            if configured:
                return configured
        literals = self._reachable_literals(mapping, at, depth)
        if not literals:
            return None
        found = [self._literal_entry(literal, key, position, depth) for literal, position in literals]
        stores = self._later_stores(mapping, key, at)
        known = [entries for entries in found if entries is not None]
        return [entry for entries in (*known, stores) for entry in entries] if len(known) == len(found) else None

    def _reachable_literals(self, mapping: ast.expr, at: Position, depth: int) -> list[Placed] | None:
        """The literals that `mapping` can evaluate to; None if it can be anything else."""
        if depth == 0:
            return None
        match mapping:
            case ast.Dict(keys=[_, *_]) | ast.Call(func=ast.Name(id="dict"), args=[], keywords=[_, *_]):
                return [(mapping, at)]  # not an empty literal: other code fills it, with unknown entries
            case ast.Name() | ast.Attribute():
                found = [self._binding_literals(binding, depth) for binding in self._bindings(mapping, at)]
            case _ if lookup := _mapping_lookup(mapping):
                inner, key, default = lookup
                entries = self._entries(inner, key, at, depth - 1)
                values = [*(entries or ()), *((value, at) for value in default if entries is not None)]
                found = [self._reachable_literals(value, position, depth - 1) for value, position in values]
            case _:
                return None
        known = [literals for literals in found if literals is not None]
        return [literal for literals in known for literal in literals] if len(known) == len(found) else None

    def _bindings(self, node: ast.Name | ast.Attribute, at: Position) -> list[Binding]:
        if isinstance(node, ast.Name) and not all(
            isinstance(origin, Binding) for origin in self.evaluator.resolver.resolve(node.id, at)
        ):
            return []
        return list(bindings(self.evaluator, node, at))

    def _binding_literals(self, binding: Binding, depth: int) -> list[Placed] | None:
        if binding.kind is BindingKind.ASSIGNED and isinstance(binding.node, ast.expr) and not binding.path:
            return self._reachable_literals(binding.node, binding.at, depth - 1)
        return None

    def _literal_entry(self, literal: ast.expr, key: object, at: Position, depth: int) -> list[Placed] | None:
        """The last entry with `key`; empty if there is none; None if a key that may override it is not constant."""
        for name, value in reversed(list(_pairs(literal))):
            match name:
                case None:  # `**others`
                    others = self._entries(value, key, at, depth - 1)
                    if others is None or others:
                        return others
                case ast.Constant(value=known):
                    if known == key and type(known) is type(key):
                        return [(value, at)]
                case _:
                    return None
        return []

    def _later_stores(self, mapping: ast.expr, key: object, at: Position) -> list[Placed]:
        """Stores under `key` anywhere in the same file: `topics["paid"] = ...`, `topics[name] = ...`."""
        name = mapping.id if isinstance(mapping, ast.Name) else getattr(mapping, "attr", "")
        stores = self.files.stores(at.scope, name, ITEM)
        return [
            (binding.node, binding.at)
            for binding in stores
            if isinstance(binding.node, ast.expr) and not binding.path and _may_equal(binding.key, key)
        ]


def _pairs(literal: ast.expr) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    """The keys and values of `{...}` or `dict(...)`; the key of `**others` is None."""
    match literal:
        case ast.Dict(keys=keys, values=values):
            yield from zip(keys, values, strict=True)
        case ast.Call(keywords=keywords):
            yield from ((ast.Constant(item.arg) if item.arg else None, item.value) for item in keywords)


def _may_equal(stored: ast.expr | None, key: object) -> bool:
    """Whether a store under the key `stored` may be under `key`: a key that is not constant may be any."""
    return not isinstance(stored, ast.Constant) or stored.value == key
