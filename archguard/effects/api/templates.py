"""Strings that are known in part: URLs, paths and HTTP methods, with a hole for each part that no literal gives.

A hole keeps the names that it was read from (`serverurl`, `PAYMENTS_URL`), since a contract can say to which service a
setting leads, and the parameter whose argument it is, since a call site can fill it.
"""

import re
from dataclasses import field, replace
from functools import cached_property
from itertools import product
from typing import TypeAlias

from archguard.codebase.scopes.scopes import Binding
from archguard.dataclass import dataclass

MAX_ALTERNATIVES = 12
"""How many values one expression may have: a choice among five services and two paths fits, and the product of several
choices, which no reader could follow either, becomes unknown."""
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*:|\0+:?)?//(?:[^/?#@]*@)?(?P<host>[^/?#@:\0]+(?::(?:\d+|(?P<port>\0)))?)"
)
"""Scheme and host with its port; a hole behind them is the beginning of the path, or more of the host."""
_HOLE = "\0"


@dataclass(frozen=True)
class Hole:
    """A part that is unknown."""

    names: tuple[str, ...] = ()
    """What it was read from, the nearest first: names, attributes, keys of settings."""
    parameter: Binding | None = field(default=None, repr=False)
    """The parameter whose argument it is; a call site may tell it."""
    fits_all: bool = False
    """Whether the contract states that it is whatever the provider has there."""


@dataclass(frozen=True)
class Template:
    """One possible value of an expression, in parts."""

    parts: tuple[str | Hole, ...] = ()
    is_certain: bool = True
    """Whether the code can have this value; not where several choices are combined that may depend on each other."""

    @classmethod
    def of(cls, *parts: str | Hole, is_certain: bool = True) -> "Template":
        """A template of `parts`; literals that touch are joined."""
        merged: list[str | Hole] = []
        for part in parts:
            if isinstance(part, str) and merged and isinstance(merged[-1], str):
                merged[-1] += part
            elif part != "":
                merged.append(part)
        return cls(tuple(merged), is_certain)

    @cached_property
    def text(self) -> str | None:
        """The value; None if a part is unknown."""
        return "".join(map(str, self.parts)) if self.is_complete else None

    @property
    def is_complete(self) -> bool:
        """Whether every part is known."""
        return all(isinstance(part, str) for part in self.parts)

    @property
    def has_text(self) -> bool:
        """Whether some part is known."""
        return any(isinstance(part, str) for part in self.parts)

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The unknown parts, in order."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def parameters(self) -> tuple[Binding, ...]:
        """The parameters that unknown parts come from."""
        return tuple(hole.parameter for hole in self.holes if hole.parameter)

    @property
    def first_hole(self) -> Hole | None:
        """The hole that it begins with, also behind `https://`; None if it begins with a known text."""
        match self.parts:
            case (Hole() as hole, *_):
                return hole
            case (str(scheme), Hole() as hole, *_) if scheme.endswith("://"):
                return hole
        return None

    def without_parameters(self) -> "Template":
        """The same value, with holes that no call site fills any more."""
        parts = tuple(replace(part, parameter=None) if isinstance(part, Hole) else part for part in self.parts)
        return Template(parts, self.is_certain)

    def uncertain(self) -> "Template":
        """The same value, as one that the code may not have."""
        return Template(self.parts, is_certain=False)

    def __str__(self) -> str:
        """The value, with `{name}` for a hole."""
        return "".join(
            part if isinstance(part, str) else f"{{{part.names[0] if part.names else ''}}}" for part in self.parts
        )

    def after_host(self) -> "tuple[str, Template] | None":
        """The host with its port, and the rest; None if it does not begin with a URL whose host is known."""
        filled = "".join(part if isinstance(part, str) else _HOLE for part in self.parts)
        found = _URL.match(filled)
        if not found:
            return None
        scheme = (found["scheme"] or "").strip(_HOLE + ":")
        host = found["host"].replace(f":{_HOLE}", "")
        return f"{scheme}://{host}" if scheme else f"//{host}", self.drop(found.end())

    def drop(self, length: int) -> "Template":
        """Without the first `length` characters; a hole counts as one."""
        rest: list[str | Hole] = []
        for part in self.parts:
            size = len(part) if isinstance(part, str) else 1
            if length < size:
                rest.append(part[length:] if isinstance(part, str) else part)
            length = max(0, length - size)
        return Template.of(*rest, is_certain=self.is_certain)

    def without_query(self) -> "Template":
        """Up to the first `?` or `#`."""
        kept: list[str | Hole] = []
        for part in self.parts:
            if isinstance(part, str) and (end := re.search(r"[?#]", part)):
                return Template.of(*kept, part[: end.start()], is_certain=self.is_certain)
            kept.append(part)
        return self

    def segments(self) -> "tuple[Template, ...]":
        """The parts between slashes, without the empty ones."""
        found: list[list[str | Hole]] = [[]]
        for part in self.parts:
            if isinstance(part, Hole):
                found[-1].append(part)
                continue
            first, *others = part.split("/")
            found[-1].append(first)
            found += ([text] for text in others)
        return tuple(segment for parts in found if (segment := Template.of(*parts)).parts)

    @property
    def has_trailing_slash(self) -> bool:
        """Whether it ends with a slash, and is more than that."""
        last = self.parts[-1] if self.parts else ""
        return isinstance(last, str) and last.endswith("/") and bool(self.segments())


Alternatives: TypeAlias = tuple[Template, ...]
"""The possible values of an expression, each once; never empty."""


def unknown(*names: str, parameter: Binding | None = None) -> Alternatives:
    """A value of which nothing is known."""
    return (Template.of(Hole(tuple(dict.fromkeys(names)), parameter)),)


def literal(text: str) -> Alternatives:
    """The value `text`."""
    return (Template.of(text),)


def either(*choices: Alternatives) -> Alternatives:
    """Any value of `choices`."""
    found = tuple(dict.fromkeys(template for choice in choices for template in choice))
    return found if 0 < len(found) <= MAX_ALTERNATIVES else unknown()


def joined(*factors: Alternatives) -> Alternatives:
    """Every concatenation of one value of each of `factors`; uncertain where two of these leave a choice."""
    choices = [factor for factor in factors if len(factor) > 1]
    size = 1
    for factor in choices:
        size *= len(factor)
    if size > MAX_ALTERNATIVES:
        return unknown(
            *(name for factor in factors for template in factor for hole in template.holes for name in hole.names)
        )
    combinations = product(*factors)
    is_independent = len(choices) <= 1
    return tuple(
        dict.fromkeys(
            Template.of(
                *(part for template in combination for part in template.parts),
                is_certain=is_independent and all(template.is_certain for template in combination),
            )
            for combination in combinations
        )
    )
