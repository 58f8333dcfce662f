"""Write a set of modules as the patterns that a person would write.

Modules with the same last segment are merged into one pattern with wildcards, if it matches nothing else. One or two of
the same name are written out: two names say more than a wildcard.
"""

from collections.abc import Collection, Iterable
from itertools import groupby, takewhile
from typing import Any

from archguard.codebase import Codebase, Pattern
from archguard.model.names import is_at_or_below, last_part, parts_of, plain_name, service_of

_MAX_LISTED = 2
"""Up to this many modules with the same last segment are written out."""


def patterns_for(codebase: Codebase, modules: Collection[str], others: Collection[str] = ()) -> tuple[str, ...]:
    """Patterns that match `modules` and everything below them, and nothing else except what is below `others`."""
    topmost = sorted(
        module for module in modules if not any(is_in(module, {other}) for other in set(modules) - {module})
    )
    alike = groupby(sorted(topmost, key=_last_segment), key=_last_segment)
    return tuple(
        sorted(pattern for _, group in alike for pattern in _patterns(codebase, sorted(group), [*topmost, *others]))
    )


def one_or_many(names: Iterable[object]) -> Any:
    """One name as a string, several as a list, as YAML would have it."""
    texts = list(map(str, names))
    return texts[0] if len(texts) == 1 else texts


def is_in(module: str, units: Collection[str]) -> bool:
    """Whether `module` is one of `units`, or inside of one."""
    return any(is_at_or_below(module, unit) for unit in units)


def _last_segment(module: str) -> str:
    return plain_name(last_part(module))


def _patterns(codebase: Codebase, alike: list[str], wanted: Collection[str]) -> Iterable[str]:
    """One pattern with wildcards where `alike` differ, if it matches no other module; otherwise each name."""
    if len(alike) <= _MAX_LISTED:
        return alike
    columns = _columns(alike)
    candidates = [".".join(map(_segment, columns))] if columns else []
    candidates.append(f"{_common_prefix(alike)}**.{_last_segment(alike[0])}")
    # A pattern that matches a module too many would change what the contract is about; a list of names never does.
    exact = (text for text in candidates if all(is_in(unit, wanted) for unit in codebase.units(Pattern(text))))
    return next(([text] for text in exact), alike)


def _columns(alike: list[str]) -> list[tuple[str, ...]]:
    """The segments at each position; [] if the names differ in length."""
    parts = [parts_of(module) for module in alike]
    return list(zip(*parts, strict=True)) if len(set(map(len, parts))) == 1 else []


def _segment(column: tuple[str, ...]) -> str:
    if len(set(column)) == 1:
        return column[0]
    ends = {plain_name(name) for name in column}
    services = {service_of(name) for name in column} - {""}
    end = ends.pop() if len(ends) == 1 else "*"
    return f"*::{end}" if services else end


def _common_prefix(alike: list[str]) -> str:
    """The common parent packages with a trailing dot; `*::` for modules of services without one."""
    parents = [parts_of(module)[:-1] for module in alike]
    shared = list(takewhile(lambda column: len(set(column)) == 1, zip(*parents, strict=False)))
    return "".join(f"{column[0]}." for column in shared) or ("*::" if "::" in alike[0] else "")
