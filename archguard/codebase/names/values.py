"""What an expression can stand for."""

import ast
from dataclasses import dataclass, field
from typing import TypeAlias

from archguard.codebase.facts import Scope


@dataclass(frozen=True)
class Outside:
    """What a package outside of the project defines: `sqlalchemy.orm.Session`, `requests.get`, `builtins.len`."""

    name: str


@dataclass(frozen=True)
class OwnModule:
    """A module or package of the project."""

    name: str


@dataclass(frozen=True)
class OwnClass:
    """A class of the project."""

    name: str
    """Dotted, with the module: `shop.orders.Orders`."""
    scope: Scope = field(repr=False)

    @property
    def bases(self) -> list[ast.expr]:
        """What stands between the parentheses of its definition."""
        return self.scope.node.bases if isinstance(self.scope.node, ast.ClassDef) else []


@dataclass(frozen=True)
class OwnFunction:
    """A function of the project; a method of `receiver` if there is one."""

    name: str
    scope: Scope = field(repr=False)
    receiver: "Instance | OwnClass | None" = None


@dataclass(frozen=True)
class Instance:
    """An object of the class `of`."""

    of: Outside | OwnClass
    items: tuple["Values", ...] = ()
    """What its type arguments are: a `list[Session]` holds sessions."""


@dataclass(frozen=True)
class Member:
    """The attribute `name` that `receiver` has from `base`, a class from outside: `sqlalchemy.orm.Session.execute`."""

    receiver: Instance | OwnClass
    base: str
    name: str


Value: TypeAlias = Outside | OwnModule | OwnClass | OwnFunction | Instance | Member
Values: TypeAlias = tuple[Value, ...]
"""Everything that it may be; empty if nothing is known."""

UNKNOWN: Values = ()
_NESTED = 4
"""How deep it is known what objects hold: functions that wrap what others give, in tuples, double it at each step."""


def instance(name: str, *items: Values) -> Instance:
    """An object of a class from outside."""
    return Instance(Outside(name), shallow(items))


def shallow(items: tuple[Values, ...], depth: int = _NESTED) -> tuple[Values, ...]:
    """`items`, of which what lies too deep is left out."""
    return tuple(tuple(_shallow(value, depth) for value in values) for values in items)


def _shallow(value: Value, depth: int) -> Value:
    if not isinstance(value, Instance) or not value.items:
        return value
    return Instance(value.of, shallow(value.items, depth - 1) if depth else ())


def union(*alternatives: Values) -> Values:
    """All of `alternatives`, each once, in their order."""
    if len(alternatives) == 1:
        return alternatives[0]
    if not any(alternatives):
        return UNKNOWN
    return tuple(dict.fromkeys(value for values in alternatives for value in values))


def objects(values: Values) -> Values:
    """An object of each class among `values`."""
    return tuple(Instance(value) for value in values if isinstance(value, Outside | OwnClass))


def dotted(value: Value) -> str:
    """The name of `value`: `sqlalchemy.orm.Session.execute` for a session's method, the class for an object of it."""
    match value:
        case Instance(of=cls):
            return cls.name
        case Member(base=base, name=name):
            return f"{base}.{name}"
    return value.name
