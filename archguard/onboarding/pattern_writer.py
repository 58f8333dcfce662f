"""How a set of modules is written, so that people would write it the same way."""

from collections.abc import Collection, Iterable
from itertools import groupby, takewhile
from typing import Any

from archguard.codebase import Codebase, Pattern

_FEW = 2
"""Up to so many modules of one name are named one by one."""


def patterns_for(codebase: Codebase, modules: Collection[str], others: Collection[str] = ()) -> tuple[str, ...]:
    """Patterns that mean `modules` with those below them, and nothing else but what is below `others`."""
    topmost = sorted(
        module for module in modules if not any(is_in(module, {other}) for other in set(modules) - {module})
    )
    alike = groupby(sorted(topmost, key=_last), key=_last)
    return tuple(
        sorted(pattern for _, group in alike for pattern in _patterns(codebase, sorted(group), [*topmost, *others]))
    )


def one_or_many(names: Iterable[object]) -> Any:
    """One name by itself, several as a list."""
    texts = list(map(str, names))
    return texts[0] if len(texts) == 1 else texts


def is_in(module: str, units: Collection[str]) -> bool:
    """Whether `module` is one of `units`, or below one."""
    return any(module == unit or module.startswith(f"{unit}.") for unit in units)


def _last(module: str) -> str:
    return module.rpartition(".")[2].rpartition("::")[2]


def _patterns(codebase: Codebase, alike: list[str], wanted: Collection[str]) -> Iterable[str]:
    """One pattern with wildcards where `alike` differ, if that means no other module; else each by itself."""
    if len(alike) <= _FEW:
        return alike
    columns = _columns(alike)
    spellings = [".".join(map(_segment, columns))] if columns else []
    spellings.append(f"{_common(alike)}**.{_last(alike[0])}")
    exact = (text for text in spellings if all(is_in(unit, wanted) for unit in codebase.units(Pattern(text))))
    return next(([text] for text in exact), alike)


def _columns(alike: list[str]) -> list[tuple[str, ...]]:
    """The segments at each place; nothing where the names differ in length."""
    parts = [module.split(".") for module in alike]
    return list(zip(*parts, strict=True)) if len(set(map(len, parts))) == 1 else []


def _segment(column: tuple[str, ...]) -> str:
    if len(set(column)) == 1:
        return column[0]
    ends = {name.rpartition("::")[2] for name in column}
    services = {name.rpartition("::")[0] for name in column} - {""}
    end = ends.pop() if len(ends) == 1 else "*"
    return f"*::{end}" if services else end


def _common(alike: list[str]) -> str:
    """The packages that all are in, with a dot behind; `*::` for services."""
    parents = [module.split(".")[:-1] for module in alike]
    shared = list(takewhile(lambda column: len(set(column)) == 1, zip(*parents, strict=False)))
    return "".join(f"{column[0]}." for column in shared) or ("*::" if "::" in alike[0] else "")
