"""Sets of modules that people have names for."""

from collections.abc import Collection, Mapping


def disjoint(units: Mapping[str, Collection[str]]) -> Mapping[str, frozenset[str]]:
    """`units` with each module in the smallest that has it, then in the first; those without any left are dropped."""
    owners: dict[str, str] = {}
    for name in sorted(units, key=lambda name: len(units[name])):
        owners |= {module: name for module in units[name] if module not in owners}
    return {name: kept for name in units if (kept := frozenset(one for one in units[name] if owners[one] == name))}
