"""How YAML names modules: `shop.*.api`, `shop.**.models`, `shop.<context>.domain`, `orders::app.api`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Self, TypeAlias

from archguard.codebase.shorthand import OneOrMany, Text

_SERVICE = re.compile(r"(?:(?P<service>[\w*-]+|<\w+>)::)?(?P<modules>.*)", re.DOTALL)
_SEGMENT = re.compile(r"<(?P<capture>[A-Za-z_]\w*)>|(?P<star>\*)|(?P<text>[^<>*.:]+)")
_BELOW = r"(?:\.|$)"


class PatternError(ValueError):
    """The text is not a pattern; the message says why."""


@dataclass(frozen=True, order=True)
class Pattern(Text):
    """A set of modules. `*` is one segment or part of one, `**` any number of them, `<name>` one that is compared.

    A module that matches stands for all modules below it. Without `service::` in front, the modules of every service
    are meant as well as those outside of services.
    """

    text: str

    def __post_init__(self) -> None:
        _compile(self.text)

    def __str__(self) -> str:
        return self.text

    @property
    def captures(self) -> frozenset[str]:
        """The names between `<` and `>`."""
        return frozenset(re.findall(r"<(\w+)>", self.text))

    @property
    def literal(self) -> bool:
        """Whether it names one module and nothing else."""
        return not re.search(r"[*<]", self.text)

    def unit(self, module: str) -> str:
        """The shortest part of `module` that matches (the module that stands for all below it), or ""."""
        match = self._regex.match(module)
        return match["unit"] if match else ""

    def units(self, module: str) -> tuple[str, ...]:
        """Every part of `module` that matches; only with `**` can that be more than one."""
        shortest = self.unit(module)
        if not shortest or "**" not in self.text:
            return (shortest,) if shortest else ()
        ends = (dot.start() for dot in re.finditer(r"\.|$", module) if dot.start() > len(shortest))
        return (shortest, *(module[:end] for end in ends if self.names(module[:end])))

    def names(self, module: str) -> bool:
        """Whether it matches `module` itself, not only one that is above it."""
        return bool(self._exact.fullmatch(module))

    def bindings(self, module: str) -> dict[str, str]:
        """What each capture is in `module`; empty if it does not match or there is none."""
        match = self._regex.match(module)
        return {name: match[name] for name in self.captures} if match else {}

    def bound(self, values: Mapping[str, str]) -> Self:
        """The same pattern with `values` in place of their captures."""
        return type(self)(re.sub(r"<(\w+)>", lambda match: values.get(match[1], match[0]), self.text))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The pattern that is written `text`.

        Raises:
            PatternError: it is not a pattern.
        """
        if blank := re.search(r"\s", text):
            raise PatternError(f"'{blank[0]}' cannot stand in a module's name")  # it can in a file's: `orders copy.py`
        return cls(text)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return _compile(self.text)

    @cached_property
    def _exact(self) -> re.Pattern[str]:
        return re.compile(self._regex.pattern.removesuffix(_BELOW))


class Target(Pattern):
    """A pattern that may also mean what is outside of the project: a package, or the standard library's modules."""


Patterns: TypeAlias = Annotated[tuple[Pattern, ...], OneOrMany()]
SomePatterns: TypeAlias = Annotated[tuple[Pattern, ...], OneOrMany(empty=False)]
SomeTargets: TypeAlias = Annotated[tuple[Target, ...], OneOrMany(empty=False)]
SomeNames: TypeAlias = Annotated[tuple[str, ...], OneOrMany(empty=False)]
Targets: TypeAlias = Annotated[tuple[Target, ...], OneOrMany()]
Names: TypeAlias = Annotated[tuple[str, ...], OneOrMany()]


@dataclass(frozen=True)
class ImportPattern(Text):
    """A set of imports: `importer -> imported`."""

    importer: Pattern
    imported: Pattern

    def __str__(self) -> str:
        return f"{self.importer} -> {self.imported}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The import pattern that is written `text`.

        Raises:
            PatternError: it is not two patterns with an arrow between them.
        """
        importer, arrow, imported = text.partition("->")
        if not arrow:
            raise PatternError("an import is written 'importer -> imported'")
        return cls(Pattern.parse(importer.strip()), Pattern.parse(imported.strip()))


def _compile(text: str) -> re.Pattern[str]:
    parts = _SERVICE.fullmatch(text)
    if parts is None or not parts["modules"]:
        raise PatternError("a pattern names at least one module")
    service = _service(parts["service"])
    modules = _modules(parts["modules"].split("."))
    return re.compile(rf"(?P<unit>{service}{modules}){_BELOW}")


def _service(name: str | None) -> str:
    if name is None:
        return r"(?:[\w-]+::)?"
    if name.startswith("<"):
        return rf"(?P{name}[\w-]+)::"
    return re.escape(name).replace(r"\*", r"[\w-]*") + "::"


def _modules(segments: list[str]) -> str:
    regex, seen = "", set[str]()
    for position, segment in enumerate(segments):
        if segment == "**":
            regex += r"(?:[^.:]+\.)*?" if position + 1 < len(segments) else r"[^.:]+(?:\.[^.:]+)*?"
            continue
        regex += _segment(segment, seen) + (r"\." if position + 1 < len(segments) else "")
    return regex


def _segment(segment: str, seen: set[str]) -> str:
    if not segment:
        raise PatternError("there is nothing between two dots, or before the first or after the last one")
    regex, position = "", 0
    while match := _SEGMENT.match(segment, position):
        regex, position = regex + _piece(match, seen), match.end()
    if position != len(segment):
        raise PatternError(f"'{segment[position]}' cannot stand in a module's name")
    return regex


def _piece(match: re.Match[str], seen: set[str]) -> str:
    if match["star"]:
        return "[^.:]*" if len(match.string) > 1 else "[^.:]+"
    if match["text"]:
        return re.escape(match["text"])
    name = match["capture"]
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    return f"(?P<{name}>[^.:]+)"
