"""Make named sets of modules disjoint."""

from collections.abc import Collection, Mapping


def disjoint(units: Mapping[str, Collection[str]]) -> Mapping[str, frozenset[str]]:
    """`units` with each module only in the smallest unit that has it (the first of equals); empty units are dropped."""
    owners: dict[str, str] = {}
    for name in sorted(units, key=lambda name: len(units[name])):
        owners |= {module: name for module in units[name] if module not in owners}
    return {
        name: remaining for name in units if (remaining := frozenset(one for one in units[name] if owners[one] == name))
    }
