"""The call sites that run in a transaction: in a `with` block or function that opens one, or by what runs before.

How it works: in a function that commits, a transaction is open from the first write to the next commit or rollback. A
call that writes or commits below counts like the write or commit itself; one that does both leaves nothing open. The
branches of the places decide whether one can run after another (`can_follow`); a commit that every way from the write
to the call passes closes the transaction. Without a commit in the function nothing is open: the library commits.
Cost: quadratic in the calls of a function that have effects on a database, which are few.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from archguard.effects.call_effects import CallEffects
from archguard.effects.catalogue.operations import Operation
from archguard.effects.table import Body, EffectTable, Site
from archguard.effects.table.bodies import Arm, can_follow


@dataclass(frozen=True)
class _Mark:
    """A site that writes, or one that ends a transaction."""

    index: int
    arms: tuple[Arm, ...]
    writes: bool
    commits: bool
    ends: bool


def sites_in_transactions(table: EffectTable, effects: CallEffects, body: Body) -> Sequence[Site]:
    """The sites of `body` that run in a transaction."""
    marks = _marks(effects, body)
    return [
        site
        for index, site in enumerate(body.sites)
        if table.is_in_transaction(body, site) or _is_between(marks, index, site.context.arms)
    ]


def _marks(effects: CallEffects, body: Body) -> list[_Mark]:
    found = []
    for index, site in enumerate(body.sites):
        operations = {
            reached.effect.operation
            for reached in effects.reached(site, body.scope)
            if reached.effect.channel == "database"
        }
        writes = bool({Operation.WRITE, Operation.BEGIN} & operations)
        commits = Operation.COMMIT in operations
        ends = commits or Operation.ROLLBACK in operations
        if writes or ends:
            # A call that writes and commits leaves nothing open.
            found.append(_Mark(index, site.context.arms, writes and not ends, commits, ends))
    return found


def _is_between(marks: Sequence[_Mark], index: int, arms: tuple[Arm, ...]) -> bool:
    """Whether the site at `index` runs after a write and before the commit of the same transaction."""
    commits = any(mark.commits and mark.index > index and can_follow(arms, mark.arms) for mark in marks)
    writes = (mark for mark in marks if mark.writes and mark.index < index and can_follow(mark.arms, arms))
    return commits and any(not _is_closed(marks, write, index, arms) for write in writes)


def _is_closed(marks: Sequence[_Mark], write: _Mark, index: int, arms: tuple[Arm, ...]) -> bool:
    """Whether every way from `write` to the site at `index` passes a commit or rollback."""
    between = (mark for mark in marks if mark.ends and write.index < mark.index < index)
    return any(_is_prefix(mark.arms, arms) or _is_prefix(mark.arms, write.arms) for mark in between)


def _is_prefix(arms: tuple[Arm, ...], others: tuple[Arm, ...]) -> bool:
    """Whether a place in the branches `arms` runs whenever one further inside, in `others`, does."""
    own = [(id(arm.statement), arm.index) for arm in arms]
    return own == [(id(arm.statement), arm.index) for arm in others[: len(own)]]
