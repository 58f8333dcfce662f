"""Whether patterns contain or exclude each other for every possible module, not only for the modules of today.

A contract that nothing breaks today may be broken by a module that is added tomorrow. So a contract is refused as
vacuous only if its patterns themselves leave no room. `always_inside` replaces the wildcards of the inner patterns by
placeholder names and matches these samples against the outer patterns; `never_inside` compares the patterns segment by
segment. Limits: a component with `except` counts as containing nothing for sure, and two globs in one segment count
as overlapping, so that in doubt the contract is accepted. `**` is only sampled, at three depths. Cost: the product of
the numbers of inner and outer patterns, times three for each `**`.
"""

import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from itertools import product

from archguard.codebase import Codebase, Pattern
from archguard.model.names import parts_of, plain_name, qualify, split_service, top_package

_PLACEHOLDER = "made_up_9"
"""A name that no configuration spells out, so that only a wildcard can match it."""
_DEPTHS = (0, 1, 2)
"""The numbers of segments that replace `**`: none, one, and more than one."""


def always_inside(codebase: Codebase, inner: Collection[Pattern], outer: Collection[Pattern]) -> bool:
    """Whether `outer` matches every module that `inner` can ever match; without `inner`, every module at all."""
    if inner and all(pattern in outer for pattern in inner):
        return True
    outer_patterns = [part for pattern in outer for part in _expanded(codebase, pattern, complete=True)]
    names = [name for pattern in inner for part in _expanded(codebase, pattern) for name in _samples(part)]
    roots = {top_package(module) for module in codebase.modules}
    # Without `inner`, a module may be added anywhere below the top-level packages.
    return all(any(pattern.unit(name) for pattern in outer_patterns) for name in names or roots)


def never_inside(codebase: Codebase, inner: Collection[Pattern], outer: Collection[Pattern]) -> bool:
    """Whether `outer` matches none of the modules that `inner` can ever match."""
    pairs = [
        (one, other)
        for inner_pattern in inner
        for one in _expanded(codebase, inner_pattern)
        for outer_pattern in outer
        for other in _expanded(codebase, outer_pattern)
    ]
    return bool(pairs) and all(_are_disjoint(one, other) for one, other in pairs)


def means_everything(pattern: Pattern) -> bool:
    """Whether `pattern` matches every name, of modules inside and outside of the project."""
    return bool(pattern.unit(_PLACEHOLDER))


def is_own(codebase: Codebase, pattern: Pattern) -> bool:
    """Whether `pattern` can match only modules of the project, or names in them."""
    if pattern.text in codebase.components or pattern.text in codebase.services:
        return True
    roots = {top_package(plain_name(module)) for module in codebase.modules}
    return pattern.literal and top_package(plain_name(pattern.text)) in roots


def _expanded(codebase: Codebase, pattern: Pattern, *, complete: bool = False) -> Iterator[Pattern]:
    """The patterns behind a component or service; with `complete`, none for a component that excludes modules."""
    if component := codebase.components.get(pattern.text):
        yield from () if complete and component.except_ else component.modules
    elif service := codebase.services.get(pattern.text):
        yield from service.modules or (Pattern(f"{pattern.text}::**"),)
    else:
        yield pattern


def _samples(pattern: Pattern) -> Iterator[str]:
    service, modules = split_service(pattern.text)
    segments = [_substitutes(segment) for segment in parts_of(modules)]
    for chosen in product(*segments):
        if name := ".".join(filter(None, chosen)):
            yield qualify(_substituted(service), name)


def _substitutes(segment: str) -> list[str]:
    """The texts that replace one segment of a pattern."""
    if segment == "**":
        return [".".join([_PLACEHOLDER] * depth) for depth in _DEPTHS]
    return [_substituted(segment)]


def _substituted(segment: str) -> str:
    return re.sub(r"\*|<\w+>", _PLACEHOLDER, segment)


def _are_disjoint(one: Pattern, other: Pattern) -> bool:
    """Whether some segment can never be equal in both; behind a `**` the positions no longer correspond."""
    (service, names), (other_service, other_names) = split_service(one.text), split_service(other.text)
    if service and other_service and _never_equal(service, other_service):
        return True
    for segment, other_segment in zip(parts_of(names), parts_of(other_names), strict=False):
        if "**" in (segment, other_segment):
            return False
        if _never_equal(segment, other_segment):
            return True
    return False


def _never_equal(segment: str, other: str) -> bool:
    glob, other_glob = (re.sub(r"<\w+>", "*", text) for text in (segment, other))
    if "*" in glob and "*" in other_glob:
        return False
    # Of a glob and a plain name, one order of the arguments is the right one.
    return not fnmatchcase(glob, other_glob) and not fnmatchcase(other_glob, glob)
