"""Names in rules: `*Repository`, `fastapi.HTTPException`, `datetime.now`, `dataclass(*frozen=True*)`."""

import builtins
import re
from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from typing import Annotated, Self, TypeAlias

from archguard.codebase.coercion import OneOrMany, Text
from archguard.kinds.structure_rules.arguments import fits
from archguard.kinds.structure_rules.name_forms import Spelling, plain
from archguard.model import Confidence

_GLOB = re.compile(r"(?P<name>[\w.*?:\[\]!-]+)(?:\((?P<arguments>.*)\))?", re.DOTALL)

_GENERIC = re.compile(r"[\w.]+\[(?P<inner>(?:\w+\.)*(?:[A-Z]+[a-z]\w+|int|str|bytes|float|bool|dict|list))\]")
"""`list[Session]`: as a set of characters it would mean `listS`, `liste` and so on, which nobody wants."""


@dataclass(frozen=True, order=True)
class Glob(Text):
    """A set of names. `*` is any text, also over dots; what stands in brackets is compared with the arguments.

    Nothing in the brackets is a call without arguments.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Self:
        """The glob that is written `text`.

        Raises:
            ValueError: no name can look like that.
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
        """It without what it says of arguments."""
        match = _GLOB.fullmatch(self.text)
        return match["name"] if match else self.text

    @property
    def literal(self) -> str:
        """A text that stands in the last part of every name that it matches; "" if there is none."""
        last = re.split(r"[.:]", self.name)[-1]
        return max(re.split(r"[*?]|\[.*?\]", last), key=len)

    def names(self, simple: str, dotted: str) -> bool:
        """Whether it matches what is called `simple`, in full `dotted`."""
        return _fits(self.name, simple) or _fits(self.name, dotted) or _fits(self.name, plain(dotted))

    def matches(self, spelling: Spelling, packages: Collection[str]) -> Confidence | None:
        """How surely `spelling` means it, if it does; `packages` are the first parts of dotted names of packages.

        What a name stands for decides. As it is written it counts as well, unless the glob begins with a package, and
        the name is known to stand for something else.
        """
        surely = self._means(spelling, packages)
        return surely if surely and self._takes(spelling) else None

    def _means(self, spelling: Spelling, packages: Collection[str]) -> Confidence | None:
        if any(_fits(self.name, name) for name in spelling.known) or self._ends(spelling, packages):
            return Confidence.CERTAIN
        elsewhere = spelling.known and self._begins_with(packages)
        return Confidence.LIKELY if _fits(self.name, spelling.written) and not elsewhere else None

    def _begins_with(self, packages: Collection[str]) -> bool:
        head, dot, _ = self.name.partition(".")
        return bool(dot) and head in packages

    def _ends(self, spelling: Spelling, packages: Collection[str]) -> bool:
        """Whether what it stands for ends like that: `datetime.now` is `datetime.datetime.now`."""
        head, dot, rest = self.name.partition(".")
        if not dot:
            candidates = [name for name in spelling.absolute if not hasattr(builtins, head) or _is_built_in(name)]
            return any(_fits(head, name.rpartition(".")[2]) for name in candidates)
        if head in packages:
            return any(_fits(f"{head}.*.{rest}", name) for name in spelling.absolute)
        return any(_fits(f"*.{self.name}", name) for name in spelling.known)

    def _takes(self, spelling: Spelling) -> bool:
        match = _GLOB.fullmatch(self.text)
        wanted = match["arguments"] if match else None
        if wanted is None:
            return True
        if not wanted.strip():
            return not spelling.arguments
        return fits(wanted, spelling.arguments) or fits(wanted, spelling.resolved_arguments)


Globs: TypeAlias = Annotated[tuple[Glob, ...], OneOrMany(empty=False)]


def _is_built_in(name: str) -> bool:
    """`open` is not `gzip.open`."""
    return name.startswith("builtins.")


def _fits(glob: str, name: str) -> bool:
    return bool(_compiled(glob).match(name))


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))
