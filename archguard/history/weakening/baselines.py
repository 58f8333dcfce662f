"""Compare two baselines: violations that are newly taken as known."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from archguard.history.baseline import Baseline, Entry
from archguard.history.baseline_file import NAME
from archguard.history.matching import renamed
from archguard.model import About, Direction, GuardChange, Identity, Location


def baseline_changes(
    before: Baseline,
    after: Baseline,
    contracts: Mapping[str, str],
    new_contracts: Collection[str],
    moved: Mapping[str, str],
) -> Iterator[GuardChange]:
    """One change for each contract whose baseline has grown, has shrunk, or holds for longer.

    Args:
        before: The baseline before.
        after: The baseline after.
        contracts: The ids of contracts before -> their new ids.
        new_contracts: Contracts that are new: what the code broke before is no weakening of them.
        moved: The names of modules before -> their names now.
    """
    old = {_now(identity, contracts, moved): entry for identity, entry in before.entries.items()}
    new = dict(after.entries)
    grown = _per_contract({it: new[it].count - old[it].count if it in old else new[it].count for it in new})
    shrunk = _per_contract({it: old[it].count - new[it].count if it in new else old[it].count for it in old})
    for contract, number in sorted(grown.items()):
        if contract not in new_contracts:
            yield _change(contract, Direction.WEAKER, f"takes {_violations(number)} more of {contract} as known")
    for contract, number in sorted(shrunk.items()):
        yield _change(contract, Direction.STRONGER, f"has {_violations(number)} less of {contract}")
    yield from _expiries(old, new)


def _now(identity: Identity, contracts: Mapping[str, str], moved: Mapping[str, str]) -> Identity:
    contract, *others = renamed(identity, moved)
    kind, rule, importer, imported, symbol = others
    return contracts.get(contract, contract), kind, rule, importer, imported, symbol


def _per_contract(counts: Mapping[Identity, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for identity, count in counts.items():
        found[identity[0]] += max(count, 0)
    return +found


def _expiries(old: Mapping[Identity, Entry], new: Mapping[Identity, Entry]) -> Iterator[GuardChange]:
    for identity in sorted(old.keys() & new.keys()):
        then, now = (entry.expires or date.max for entry in (old[identity], new[identity]))
        if then != now:
            until = f"until {new[identity].expires}" if new[identity].expires else "for ever"
            what = " -> ".join(filter(None, identity[3:]))
            direction = Direction.WEAKER if now > then else Direction.STRONGER
            yield _change(identity[0], direction, f"takes {what} of {identity[0]} as known {until}")


def _violations(number: int) -> str:
    return f"{number} violation{'s' if number > 1 else ''}"


def _change(contract: str, direction: Direction, text: str) -> GuardChange:
    return GuardChange(
        subject=contract,
        about=About.BASELINE,
        direction=direction,
        message=f"the baseline {text}",
        location=Location(NAME),
    )
