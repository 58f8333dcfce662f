"""The effects that happen in a transaction: in a `with` block or function that opens one, or by what runs before.

How it works: in a function that commits, a transaction is open from the first write to the next commit or rollback. A
call that writes or commits below counts like the write or commit itself; one that does both leaves nothing open. The
branches of the places decide whether one can run after another (`can_follow`); a commit that every way from the write
to the effect passes closes the transaction, also one in a function that is called. Without a commit in the function
nothing is open: the library commits. Cost: quadratic in the calls of a function that have effects on a database, which
are few.
"""

from collections.abc import Iterable, Iterator, Sequence

from archguard.dataclass import dataclass
from archguard.effects.call_effects import CallEffects, Reached
from archguard.effects.catalogue.operations import Operation
from archguard.effects.table import Body, EffectTable, Site
from archguard.effects.table.bodies import Arm, can_follow
from archguard.model import Location


@dataclass(frozen=True)
class _Mark:
    """A site that writes, or one that ends a transaction."""

    index: int
    arms: tuple[Arm, ...]
    writes: bool
    commits: bool
    ends: bool


def in_transactions(
    table: EffectTable, effects: CallEffects, body: Body, found: Iterable[tuple[Site, list[Reached]]]
) -> Iterator[tuple[Site, list[Reached]]]:
    """Of what was `found` at sites of `body`, that which happens in a transaction."""
    marks = _marks(effects, body)
    indexes = {site: index for index, site in enumerate(body.sites)}
    for site, reached in found:
        if table.is_in_transaction(body, site):
            yield site, reached
        elif _is_between(marks, indexes[site], site.context.arms):
            inside = [each for each in reached if not _follows_end(table, effects, each)]
            if inside:
                yield site, inside


def _follows_end(table: EffectTable, effects: CallEffects, reached: Reached) -> bool:
    """Whether a function on the way to the effect ends the transaction before."""
    steps = [*(hop.location for hop in reached.chain[1:]), reached.effect.location]
    entered = (table.body(hop.callee) for hop in reached.chain)
    return any(_is_ended_before(effects, body, step) for body, step in zip(entered, steps, strict=False))


def _is_ended_before(effects: CallEffects, body: Body, step: Location) -> bool:
    """Whether every way to the call at `step` in `body` passes a commit or rollback."""
    ends = [mark for mark in _marks(effects, body) if mark.ends]
    return any(
        any(end.index < index and _is_prefix(end.arms, site.context.arms) for end in ends)
        for index, site in enumerate(body.sites)
        if site.location == step
    )


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
    commits = any(mark.commits and mark.index >= index and can_follow(arms, mark.arms) for mark in marks)
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
