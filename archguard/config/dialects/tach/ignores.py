"""What comments such as `# tach-ignore(reason) name` make tach overlook."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from archguard.codebase import Import, Source, SourceError, ancestry
from archguard.model import Location

_DIRECTIVE: Final = re.compile(r"# *tach-ignore(?:\((?P<reason>[^)]*)\))?(?P<names>(?:\s+[\w.]+)*)\s*$")


@dataclass(frozen=True, order=True)
class Ignored:
    """An import that a comment is about."""

    importer: str
    imported: str
    reason: str
    location: Location


def ignored(sources: Iterable[Source], known: Collection[str]) -> Iterator[Ignored]:
    """Every import of one of the modules `known` that a comment in `sources` is about."""
    for source in sources:
        try:
            if b"tach-ignore" in source.content:
                yield from _in(source, known)
        except SourceError:
            continue


def _in(source: Source, known: Collection[str]) -> Iterator[Ignored]:
    imports = tuple(Import.extract(source))
    for number, line in enumerate(source.lines, start=1):
        if comment := _DIRECTIVE.search(line):
            about = number + line.lstrip().startswith("#")
            for found in imports:
                if _covers(found, about, comment["names"].split()) and (module := _module(found.target, known)):
                    yield Ignored(source.module, module, comment["reason"] or "", Location(source.shown, number))


def _covers(found: Import, line: int, names: list[str]) -> bool:
    here = line in (found.location.line, found.location.end_line)
    return here and (not names or any(found.target.endswith(name) for name in names))


def _module(target: str, known: Collection[str]) -> str:
    return next((name for name in ancestry(target) if name in known), "")
