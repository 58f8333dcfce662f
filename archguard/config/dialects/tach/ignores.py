"""Find the imports that comments such as `# tach-ignore(reason) name` suppress."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from archguard.codebase import Import, ImportTrait, Source, SourceError
from archguard.dataclass import dataclass
from archguard.model import Location
from archguard.model.names import self_and_parents

_DIRECTIVE: Final = re.compile(r"# *tach-ignore(?:\((?P<reason>[^)]*)\))?(?P<names>(?:\s+[\w.]+)*)\s*$")


@dataclass(frozen=True, order=True)
class Ignored:
    """An import with a `tach-ignore` comment."""

    importer: str
    imported: str
    reason: str
    location: Location
    is_only: bool
    """Whether all imports of that module in the file have such a comment."""


def ignored(sources: Iterable[Source], known: Collection[str]) -> Iterator[Ignored]:
    """Every import of a module in `known` that a comment in `sources` suppresses."""
    for source in sources:
        try:
            if b"tach-ignore" in source.content:
                yield from _ignored_in(source, known)
        except SourceError:
            continue


def _ignored_in(source: Source, known: Collection[str]) -> Iterator[Ignored]:
    imports = {found: _module(found.target, known) for found in Import.extract(source)}
    covered = {
        found: (number, comment["reason"] or "")
        for number, line in enumerate(source.lines, start=1)
        if (comment := _DIRECTIVE.search(line))
        for found, module in imports.items()
        if module and _covers(found, number + line.lstrip().startswith("#"), comment["names"].split())
    }
    uncommented = {imports[it] for it in imports.keys() - covered.keys() if ImportTrait.TYPE_CHECKING not in it.traits}
    for found, (number, reason) in covered.items():
        module = imports[found]
        yield Ignored(source.module, module, reason, Location(source.display_path, number), module not in uncommented)


def _covers(found: Import, line: int, names: list[str]) -> bool:
    here = line in (found.location.line, found.location.end_line)
    return here and (not names or any(found.target.endswith(name) for name in names))


def _module(target: str, known: Collection[str]) -> str:
    return next((name for name in self_and_parents(target) if name in known), "")
