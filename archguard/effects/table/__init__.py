"""The effect table: what the code of each function does to the outside, by itself.

How it works: `calls` resolves the calls of a function: the semantic model gives the type of each callee, and
`classifier` what a call of that type does, by the catalogue. `bodies` gives the expressions that the function evaluates
and what is around them, and `body_reader` joins both to its `Site`s; that is done only where it is asked for. A
call of the project's own code has no effect by itself: it leads to `Callee`s, whose effects `call_effects` carries up.
A query that is only built (`Order.objects.filter()`) has its effect where it is consumed: by a loop, `list`, `in`, a
test of its truth, or `await`; a generator likewise. `managers` tells what opens a transaction.

A query with a name is executed once, however often its rows are read again: it counts where it is consumed first, and
in the loop in which it is built. Names alone tell nothing: a callee of unknown type is unresolved, without effects.
Cost: one type inference per call, memoized by the semantic model. A body is walked when it is first asked for; then its
expressions that may be lazy queries are inferred as well.
"""

from archguard.effects.table.effect import Body, Callee, Effect, Site, Within
from archguard.effects.table.table import EffectTable, effect_table

__all__ = ["Body", "Callee", "Effect", "EffectTable", "Site", "Within", "effect_table"]
