"""Patterns for names in rules: `*Repository`, `fastapi.HTTPException`, `datetime.now`, `dataclass(*frozen=True*)`.

A glob is matched against each qualified name that the name in the code resolves to; a match is certain. It may omit
leading modules: `datetime.now` matches `datetime.datetime.now`. If no qualified name matches, the name as written is
matched; such a match is likely only, since an unresolved name may be anything that is called like that.
"""

import builtins
import re
from collections.abc import Collection
from fnmatch import translate
from functools import cache
from typing import Annotated, Self, TypeAlias

from archguard.codebase.coercion import OneOrMany, Text
from archguard.dataclass import dataclass
from archguard.kinds.structure_rules.arguments import fits
from archguard.kinds.structure_rules.name_forms import Spelling
from archguard.model import Confidence
from archguard.model.names import last_part, plain_name

_GLOB = re.compile(r"(?P<name>[\w.*?:\[\]!-]+)(?:\((?P<arguments>.*)\))?", re.DOTALL)

_GENERIC = re.compile(r"[\w.]+\[(?P<inner>(?:\w+\.)*(?:[A-Z]+[a-z]\w+|int|str|bytes|float|bool|dict|list))\]")
"""`list[Session]`: as a character set it would match `listS`, `liste` and so on, which nobody intends."""


@dataclass(frozen=True, order=True)
class Glob(Text):
    """A set of names. `*` is any text, dots included; the text in brackets is matched against the arguments.

    Empty brackets match a call without arguments.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `text`.

        Raises:
            ValueError: no name can match it.
        """
        match = _GLOB.fullmatch(text)
        if not match:
            raise ValueError(f"'{text}' is not a name: write `Name`, `*Name`, `package.Name`, or `Name(*argument*)`")
        if generic := _GENERIC.fullmatch(match["name"]):
            raise ValueError(
                f"'{text}': square brackets are sets of characters here; write `{generic['inner']}`, which is found"
                f" inside of `{match['name']}` too"
            )
        return cls(text)

    @property
    def name(self) -> str:
        """The glob without the pattern for the arguments."""
        match = _GLOB.fullmatch(self.text)
        return match["name"] if match else self.text

    @property
    def literal(self) -> str:
        """A text that is part of the last segment of every name that it matches; "" if there is none."""
        last = re.split(r"[.:]", self.name)[-1]
        return max(re.split(r"[*?]|\[.*?\]", last), key=len)

    def names(self, simple: str, dotted: str) -> bool:
        """Whether it matches a definition with the name `simple` and the qualified name `dotted`."""
        return _fits(self.name, simple) or _fits(self.name, dotted) or _fits(self.name, plain_name(dotted))

    def matches(self, spelling: Spelling, packages: Collection[str]) -> Confidence | None:
        """The confidence with which `spelling` matches, or None; `packages` are the names of top-level packages.

        The resolved qualified names decide. The written name is matched as well, unless the glob begins with a package
        and the name resolves to something else.
        """
        confidence = self._name_confidence(spelling, packages)
        return confidence if confidence and self._arguments_match(spelling) else None

    def _name_confidence(self, spelling: Spelling, packages: Collection[str]) -> Confidence | None:
        if any(_fits(self.name, name) for name in spelling.known) or self._matches_suffix(spelling, packages):
            return Confidence.CERTAIN
        is_something_else = spelling.known and self._begins_with(packages)
        return Confidence.LIKELY if _fits(self.name, spelling.written) and not is_something_else else None

    def _begins_with(self, packages: Collection[str]) -> bool:
        head, dot, _ = self.name.partition(".")
        return bool(dot) and head in packages

    def _matches_suffix(self, spelling: Spelling, packages: Collection[str]) -> bool:
        """Whether the glob matches the end of a qualified name: `datetime.now` matches `datetime.datetime.now`."""
        head, dot, rest = self.name.partition(".")
        if not dot:
            candidates = [name for name in spelling.absolute if not hasattr(builtins, head) or _is_built_in(name)]
            return any(_fits(head, last_part(name)) for name in candidates)
        if head in packages:
            return any(_fits(f"{head}.*.{rest}", name) for name in spelling.absolute)
        return any(_fits(f"*.{self.name}", name) for name in spelling.known)

    def _arguments_match(self, spelling: Spelling) -> bool:
        match = _GLOB.fullmatch(self.text)
        wanted = match["arguments"] if match else None
        if wanted is None:
            return True
        if not wanted.strip():
            return not spelling.arguments
        return fits(wanted, spelling.arguments) or fits(wanted, spelling.resolved_arguments)


Globs: TypeAlias = Annotated[tuple[Glob, ...], OneOrMany(empty=False)]


def _is_built_in(name: str) -> bool:
    """A glob without dots that names a built-in means only that: `open` does not match `gzip.open`."""
    return name.startswith("builtins.")


def _fits(glob: str, name: str) -> bool:
    return bool(_compiled(glob).match(name))


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))
