"""The types that inference yields: unions of external symbols, modules, classes, functions and instances.

The order of the lattice is inclusion: `UNKNOWN`, the empty union, is the bottom, and `union` is the join. There is no
top; type arguments are cut at `_MAX_NESTING`, so that unions stay finite.
"""

import ast
from dataclasses import dataclass, field
from typing import TypeAlias

from archguard.codebase.scopes.scopes import Scope


@dataclass(frozen=True)
class ExternalSymbol:
    """A definition in an external package: `sqlalchemy.orm.Session`, `requests.get`, `builtins.len`."""

    name: str


@dataclass(frozen=True)
class ModuleType:
    """A module or package of the project."""

    name: str


@dataclass(frozen=True)
class ClassType:
    """A class of the project."""

    name: str
    """Dotted, with the module: `shop.orders.Orders`."""
    scope: Scope = field(repr=False)

    @property
    def bases(self) -> list[ast.expr]:
        """The base expressions in its definition."""
        return self.scope.node.bases if isinstance(self.scope.node, ast.ClassDef) else []


@dataclass(frozen=True)
class FunctionType:
    """A function of the project; a method of `receiver` if there is one."""

    name: str
    scope: Scope = field(repr=False)
    receiver: "InstanceType | ClassType | None" = None


@dataclass(frozen=True)
class InstanceType:
    """An instance of the class `of`."""

    of: ExternalSymbol | ClassType
    items: tuple["Types", ...] = ()
    """What its type arguments are: a `list[Session]` holds sessions."""


@dataclass(frozen=True)
class ExternalMember:
    """The attribute `name` that `receiver` inherits from the external `base`: `sqlalchemy.orm.Session.execute`."""

    receiver: InstanceType | ClassType
    base: str
    name: str


Type: TypeAlias = ExternalSymbol | ModuleType | ClassType | FunctionType | InstanceType | ExternalMember
Types: TypeAlias = tuple[Type, ...]
"""A union: everything that an expression may be, each type once; empty if nothing is known."""

UNKNOWN: Types = ()
_MAX_NESTING = 4
"""How deep type arguments nest. Functions that wrap each other's results in tuples double the size of the type at each
step, so that without a bound a chain of them takes exponential time and memory."""


def external_instance(name: str, *items: Types) -> InstanceType:
    """An instance of an external class, with type arguments."""
    return InstanceType(ExternalSymbol(name), shallow(items))


def shallow(items: tuple[Types, ...], depth: int = _MAX_NESTING) -> tuple[Types, ...]:
    """`items` without the type arguments that nest deeper than `depth`."""
    return tuple(tuple(_shallow(value, depth) for value in values) for values in items)


def _shallow(value: Type, depth: int) -> Type:
    if not isinstance(value, InstanceType) or not value.items:
        return value
    return InstanceType(value.of, shallow(value.items, depth - 1) if depth else ())


def union(*alternatives: Types) -> Types:
    """The join of `alternatives`: each type once, in their order, so that results are deterministic."""
    if len(alternatives) == 1:
        return alternatives[0]
    if not any(alternatives):
        return UNKNOWN
    return tuple(dict.fromkeys(value for values in alternatives for value in values))


def instances_of(values: Types) -> Types:
    """An instance of each class in `values`."""
    return tuple(InstanceType(value) for value in values if isinstance(value, ExternalSymbol | ClassType))


def qualified_name(value: Type) -> str:
    """The qualified name of `value`: `sqlalchemy.orm.Session.execute` for a method; for an instance, its class."""
    match value:
        case InstanceType(of=cls):
            return cls.name
        case ExternalMember(base=base, name=name):
            return f"{base}.{name}"
    return value.name
