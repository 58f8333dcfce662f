"""Patterns that select modules: `shop.*.api`, `shop.**.models`, `shop.<context>.domain`, `orders::app.api`."""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Annotated, Self, TypeAlias

from archguard.codebase.coercion import OneOrMany, Text
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName, parts_of

_SERVICE = re.compile(r"(?:(?P<service>[\w*-]+|<\w+>)::)?(?P<modules>.*)", re.DOTALL)
_SEGMENT = re.compile(r"<(?P<capture>[A-Za-z_]\w*)>|(?P<star>\*)|(?P<text>[^<>*.:]+)")
_BELOW = r"(?:\.|$)"
_SKIP = r"(?:[^.:]++\.)*?"
"""Any number of segments, as few as possible (lazy)."""
_MAX_BACKTRACKING = 3
"""Wildcards that may backtrack, at most; only those beside captures do. The time is a power of the name's length with
this exponent: a name of 250 characters takes some milliseconds with 3, hours with 6."""


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

    def unit(self, module: ModuleName) -> str:
        """The shortest part of `module` that matches (the module that stands for all below it), or ""."""
        match = self._regex.match(module)
        return match["unit"] if match else ""

    def units(self, module: ModuleName) -> tuple[str, ...]:
        """Every part of `module` that matches; only with `**` can that be more than one."""
        shortest = self.unit(module)
        if not shortest or "**" not in self.text:
            return (shortest,) if shortest else ()
        ends = (dot.start() for dot in re.finditer(r"\.|$", module) if dot.start() > len(shortest))
        return (shortest, *(module[:end] for end in ends if self.names(module[:end])))

    def names(self, module: ModuleName) -> bool:
        """Whether it matches `module` itself, not only one that is above it."""
        return bool(self._exact.fullmatch(module))

    def bindings(self, module: ModuleName) -> dict[str, str]:
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

    def __getstate__(self) -> dict[str, object]:
        """Pickled without its regular expressions, which are not read back."""
        return {name: value for name, value in vars(self).items() if not isinstance(value, re.Pattern)}

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return _compile(self.text)

    @cached_property
    def _exact(self) -> re.Pattern[str]:
        return _compile(self.text, "$")


class Target(Pattern):
    """A pattern that may also mean what is outside of the project: a package, or the standard library's modules."""


Patterns: TypeAlias = Annotated[tuple[Pattern, ...], OneOrMany()]
"""The type of a key that takes a pattern, or a list of them."""
SomePatterns: TypeAlias = Annotated[tuple[Pattern, ...], OneOrMany(empty=False)]
"""Like `Patterns`, but not an empty list."""
Targets: TypeAlias = Annotated[tuple[Target, ...], OneOrMany()]
"""Like `Patterns`, for patterns that may also mean what is outside of the project."""
SomeTargets: TypeAlias = Annotated[tuple[Target, ...], OneOrMany(empty=False)]
"""Like `Targets`, but not an empty list."""
Names: TypeAlias = Annotated[tuple[str, ...], OneOrMany()]
"""The type of a key that takes a text, or a list of them."""
SomeNames: TypeAlias = Annotated[tuple[str, ...], OneOrMany(empty=False)]
"""Like `Names`, but not an empty list."""


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


@lru_cache(maxsize=4096)  # of each check of a session the same; some contracts have one for each package
def _compile(text: str, end: str = _BELOW) -> re.Pattern[str]:
    """The regular expression for the pattern `text`; its match ends before `end`.

    The time is linear in the length of the name per segment of the pattern. The segments between two `**` are searched
    from left to right, and the first match is atomic (`(?>...)`): a later match could not help, since the next `**`
    matches anything in between. The same holds for the texts between two `*` of a segment.
    """
    parts = _SERVICE.fullmatch(text)
    if parts is None or not parts["modules"]:
        raise PatternError("a pattern names at least one module")
    service = _service(parts["service"])
    captured = frozenset(re.findall(r"<(\w+)>", parts["service"] or ""))
    modules = _modules(parts_of(parts["modules"]), captured)
    return re.compile(rf"(?P<unit>{service}{modules}){end}")


def _service(name: str | None) -> str:
    if name is None:
        return r"(?:[\w-]+::)?"
    if name.startswith("<"):
        return rf"(?P{name}[\w-]+)::"
    return _wild(name, r"[\w-]") + "::"


def _modules(segments: list[str], captured: frozenset[str]) -> str:
    for segment in segments:
        _check(segment)
    *groups, last = _groups(segments)
    repeats = _repeats(segments, captured)
    if repeats and len(groups) + sum(map(_backtracking_wildcards, segments)) > _MAX_BACKTRACKING:
        raise PatternError(
            f"with a capture that stands twice, a pattern has at most {_MAX_BACKTRACKING} more wildcards"
        )
    seen, regex = set(captured), ""
    for number, group in enumerate(groups):
        found = "".join(rf"{_segment(segment, seen, repeats=repeats)}\." for segment in group)
        searched = f"{_SKIP}{found}" if number else found
        regex += searched if repeats else f"(?>{searched})"
    if not last:
        return regex + r"[^.:]++(?:\.[^.:]++)*?"
    skipped = _SKIP if groups else ""
    return regex + skipped + r"\.".join(_segment(segment, seen, repeats=repeats) for segment in last)


def _repeats(segments: list[str], captured: frozenset[str]) -> bool:
    captures = [*captured, *(name for segment in segments for name in re.findall(r"<(\w+)>", segment))]
    return len(set(captures)) < len(captures)


def _backtracking_wildcards(segment: str) -> int:
    """How many wildcards of a segment may have to backtrack; without a capture, none has to."""
    return segment.count("<") + segment.count("*") - 1 if "<" in segment else 0


def _groups(segments: list[str]) -> list[list[str]]:
    """The segments between each `**` and the next; the last group is empty if the pattern ends with one."""
    groups: list[list[str]] = [[]]
    for position, segment in enumerate(segments):
        if segment != "**":
            groups[-1].append(segment)
        elif position == 0 or segments[position - 1] != "**":  # `**.**` is any number of segments too
            groups.append([])
    return groups


def _check(segment: str) -> None:
    """Check that `segment` is valid between two dots.

    Raises:
        PatternError: it is not.
    """
    if not segment:
        raise PatternError("there is nothing between two dots, or before the first or after the last one")
    position = 0
    while match := _SEGMENT.match(segment, position):
        position = match.end()
    if position != len(segment):
        raise PatternError(f"'{segment[position]}' cannot stand in a module's name")
    if _backtracking_wildcards(segment) >= _MAX_BACKTRACKING:
        raise PatternError(f"a segment with a capture has at most {_MAX_BACKTRACKING} wildcards")


def _segment(segment: str, seen: set[str], *, repeats: bool) -> str:
    if segment == "*":
        return "[^.:]++"
    if "<" not in segment:
        return f"(?>{_wild(segment, '[^.:]')})"
    regex = "".join(_piece(match, seen) for match in _SEGMENT.finditer(segment))
    return regex if repeats else f"(?>{regex}(?=[.:]|$))"


def _wild(text: str, character: str) -> str:
    """`text` with any number of `character` for each `*`."""
    first, *others = map(re.escape, text.split("*"))
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>{character}*?{part})" for part in middle) + f"{character}*{last}"


def _piece(match: re.Match[str], seen: set[str]) -> str:
    if match["star"]:
        return "[^.:]*"
    if match["text"]:
        return re.escape(match["text"])
    name = match["capture"]
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    return f"(?P<{name}>[^.:]+)"
