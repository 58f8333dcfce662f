"""Propose that there are no import cycles: between the siblings of every package, or at least between modules.

How it works: cycles of siblings are the stricter contract, since packages stand for all that is in them. If too many
imports are part of one, cycles of single modules are tried, without imports that only type checkers see, then also
without those inside of functions, which do not run when a module is imported.

Limits: at most 5% of the imports may be in cycles of siblings, and a quarter in cycles of modules; then nearly every
change would touch the baseline.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from archguard.codebase import Codebase, ImportTrait, Pattern
from archguard.kinds import Acyclic
from archguard.onboarding.parts import sizes_of
from archguard.onboarding.pattern_writer import one_or_many, patterns_for
from archguard.onboarding.proposal import ProposedContract
from archguard.onboarding.step import Step, Topic

_MAX_SIBLINGS_SHARE = 0.05
_MAX_MODULES_SHARE = 0.25
_REASON: Final = "Modules in a circle can only be understood, tested and moved all at once."


def cycles_step(codebase: Codebase) -> Step:
    """Which cycles are kept out."""
    packages = sorted(name for name, size in sizes_of(codebase).items() if size > 2)  # noqa: PLR2004  # itself and two children
    if not packages:
        return Step(topic=Topic.CYCLES, not_proposed=("a contract on cycles: there is no package with two modules",))
    total, saw = codebase.imports.count(codebase.modules), list[str]()
    for keys, share, what in _candidates(list(patterns_for(codebase, packages))):
        broken = _count(codebase, keys)
        saw.append(f"{broken} of {total} imports are part of a cycle of {what}" if broken else f"no cycle of {what}")
        if broken <= share * total:
            comment = f"No cycles of {what}; {broken or 'none'} of {total} imports are part of one today."
            contract = ProposedContract(comment, {**_HEAD, **keys}, "import", "in a cycle")
            return Step(topic=Topic.CYCLES, saw=tuple(saw), contracts=(contract,))
    return Step(topic=Topic.CYCLES, saw=tuple(saw), not_proposed=("a contract on cycles: too many imports are in one",))


_HEAD: Final = {"id": "no-cycles", "kind": "acyclic", "reason": _REASON}


def _candidates(packages: list[str]) -> Iterator[tuple[Mapping[str, Any], float, str]]:
    """From the strictest contract to the loosest: its keys, the share that may break it, and what it is about."""
    yield {"children_of": one_or_many(packages)}, _MAX_SIBLINGS_SHARE, "siblings"
    below = one_or_many([f"{package}.**" for package in packages])
    modules = {"modules": below, "as_packages": False}
    yield {**modules, "type_checking_imports": "exclude"}, _MAX_MODULES_SHARE, "modules at run time"
    traits = [ImportTrait.TYPE_CHECKING.value, ImportTrait.LOCAL.value]
    yield {**modules, "exclude_imports": traits}, _MAX_MODULES_SHARE, "modules while they are imported"


def _count(codebase: Codebase, keys: Mapping[str, Any]) -> int:
    """How many imports break the contract with `keys`."""
    excluded = frozenset(map(ImportTrait, keys.get("exclude_imports", ())))
    if keys.get("type_checking_imports") == "exclude":
        excluded |= {ImportTrait.TYPE_CHECKING}
    contract = Acyclic(
        id="no-cycles",
        children_of=_patterns(keys.get("children_of", ())),
        modules=_patterns(keys.get("modules", ())),
        as_packages=keys.get("as_packages", True),
    )
    return sum(1 for _ in contract.check(codebase.without_traits(excluded)))


def _patterns(names: Any) -> tuple[Pattern, ...]:
    return tuple(map(Pattern, [names] if isinstance(names, str) else names))
