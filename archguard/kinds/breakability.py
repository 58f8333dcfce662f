"""What patterns mean whatever modules there will be: whether some new module could be in one set and not in another.

Contracts that hold today may be broken by a module that is added tomorrow. So a contract is refused as pointless only
where the patterns themselves leave no room: each pattern is tried with made-up names in place of its wildcards.
"""

import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from itertools import product

from archguard.codebase import Codebase, Pattern

_MADE_UP = "made_up_9"
"""A name that no pattern in a configuration means, unless it means any."""
_DEPTHS = (0, 1, 2)
"""So many names are tried in place of `**`."""


def always_inside(codebase: Codebase, inner: Collection[Pattern], outer: Collection[Pattern]) -> bool:
    """Whether every module that `inner` can ever mean is one that `outer` means; without `inner`, every module is."""
    if inner and all(pattern in outer for pattern in inner):
        return True
    around = [own for pattern in outer for own in _patterns(codebase, pattern, whole=True)]
    names = [name for pattern in inner for own in _patterns(codebase, pattern) for name in _samples(own)]
    roots = {module.partition(".")[0] for module in codebase.modules}
    return all(any(pattern.unit(name) for pattern in around) for name in names or roots)


def never_inside(codebase: Codebase, inner: Collection[Pattern], outer: Collection[Pattern]) -> bool:
    """Whether no module that `inner` can ever mean is one that `outer` means."""
    pairs = [
        (one, other)
        for pattern in inner
        for one in _patterns(codebase, pattern)
        for around in outer
        for other in _patterns(codebase, around)
    ]
    return bool(pairs) and all(_are_apart(one, other) for one, other in pairs)


def means_everything(pattern: Pattern) -> bool:
    """Whether every name matches, of modules inside and outside of the project."""
    return bool(pattern.unit(_MADE_UP))


def is_own(codebase: Codebase, pattern: Pattern) -> bool:
    """Whether it can only mean modules of the project, or names in them."""
    if pattern.text in codebase.components or pattern.text in codebase.services:
        return True
    roots = {module.rpartition("::")[2].partition(".")[0] for module in codebase.modules}
    return pattern.literal and pattern.text.rpartition("::")[2].partition(".")[0] in roots


def _patterns(codebase: Codebase, pattern: Pattern, *, whole: bool = False) -> Iterator[Pattern]:
    """What a component or service is made of; `whole` ones only, of which nothing is taken out again."""
    if component := codebase.components.get(pattern.text):
        yield from () if whole and component.except_ else component.modules
    elif service := codebase.services.get(pattern.text):
        yield from service.modules or (Pattern(f"{pattern.text}::**"),)
    else:
        yield pattern


def _samples(pattern: Pattern) -> Iterator[str]:
    service, mark, modules = pattern.text.rpartition("::")
    segments = [_tried(segment) for segment in modules.split(".")]
    for chosen in product(*segments):
        if name := ".".join(filter(None, chosen)):
            yield f"{_filled(service)}{mark}{name}"


def _tried(segment: str) -> list[str]:
    """What is put in for one segment of a pattern."""
    if segment == "**":
        return [".".join([_MADE_UP] * depth) for depth in _DEPTHS]
    return [_filled(segment)]


def _filled(segment: str) -> str:
    return re.sub(r"\*|<\w+>", _MADE_UP, segment)


def _are_apart(one: Pattern, other: Pattern) -> bool:
    """Whether a segment of the two can never be the same, before `**` lets them shift."""
    (service, _, names), (other_service, _, other_names) = one.text.rpartition("::"), other.text.rpartition("::")
    if service and other_service and _differ(service, other_service):
        return True
    for segment, other_segment in zip(names.split("."), other_names.split("."), strict=False):
        if "**" in (segment, other_segment):
            return False
        if _differ(segment, other_segment):
            return True
    return False


def _differ(segment: str, other: str) -> bool:
    glob, other_glob = (re.sub(r"<\w+>", "*", text) for text in (segment, other))
    if "*" in glob and "*" in other_glob:
        return False
    return not fnmatchcase(glob, other_glob) and not fnmatchcase(other_glob, glob)
