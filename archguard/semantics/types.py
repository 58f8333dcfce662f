"""What an expression can stand for."""

import ast
from dataclasses import dataclass, field
from typing import TypeAlias

from archguard.codebase.scopes.scopes import Scope


@dataclass(frozen=True)
class ExternalSymbol:
    """What a package outside of the project defines: `sqlalchemy.orm.Session`, `requests.get`, `builtins.len`."""

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
        """What stands between the parentheses of its definition."""
        return self.scope.node.bases if isinstance(self.scope.node, ast.ClassDef) else []


@dataclass(frozen=True)
class FunctionType:
    """A function of the project; a method of `receiver` if there is one."""

    name: str
    scope: Scope = field(repr=False)
    receiver: "InstanceType | ClassType | None" = None


@dataclass(frozen=True)
class InstanceType:
    """An object of the class `of`."""

    of: ExternalSymbol | ClassType
    items: tuple["Types", ...] = ()
    """What its type arguments are: a `list[Session]` holds sessions."""


@dataclass(frozen=True)
class ExternalMember:
    """The attribute `name` that `receiver` has from `base`, a class from outside: `sqlalchemy.orm.Session.execute`."""

    receiver: InstanceType | ClassType
    base: str
    name: str


Type: TypeAlias = ExternalSymbol | ModuleType | ClassType | FunctionType | InstanceType | ExternalMember
Types: TypeAlias = tuple[Type, ...]
"""Everything that it may be; empty if nothing is known."""

UNKNOWN: Types = ()
_NESTED = 4
"""How deep it is known what objects hold: functions that wrap what others give, in tuples, double it at each step."""


def external_instance(name: str, *items: Types) -> InstanceType:
    """An object of a class from outside."""
    return InstanceType(ExternalSymbol(name), shallow(items))


def shallow(items: tuple[Types, ...], depth: int = _NESTED) -> tuple[Types, ...]:
    """`items`, of which what lies too deep is left out."""
    return tuple(tuple(_shallow(value, depth) for value in values) for values in items)


def _shallow(value: Type, depth: int) -> Type:
    if not isinstance(value, InstanceType) or not value.items:
        return value
    return InstanceType(value.of, shallow(value.items, depth - 1) if depth else ())


def union(*alternatives: Types) -> Types:
    """All of `alternatives`, each once, in their order."""
    if len(alternatives) == 1:
        return alternatives[0]
    if not any(alternatives):
        return UNKNOWN
    return tuple(dict.fromkeys(value for values in alternatives for value in values))


def instances_of(values: Types) -> Types:
    """An object of each class among `values`."""
    return tuple(InstanceType(value) for value in values if isinstance(value, ExternalSymbol | ClassType))


def qualified_name(value: Type) -> str:
    """The name of `value`: `sqlalchemy.orm.Session.execute` for a session's method, the class for an object of it."""
    match value:
        case InstanceType(of=cls):
            return cls.name
        case ExternalMember(base=base, name=name):
            return f"{base}.{name}"
    return value.name
