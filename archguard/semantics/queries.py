"""The query engine of the inference: memoized queries that may depend on each other in cycles.

How it works: a query has a memo and a key in it. `query` finds the cycles (`def f(): return g()`, `def g(): return
f()`) as Tarjan's algorithm finds strongly connected components: a query that is already active gives UNKNOWN, and each
result notes the outermost active query that it used (its lowlink). There is no fixpoint iteration: a cycle is cut where
evaluation enters it, and no result depends on the order of the queries (`tests/properties`).

Limits: the nesting of queries is unlimited. After each 30 (`fresh_stack.QUERIES_PER_THREAD`) they continue in another
thread: a query takes five to ten of Python's thousand frames.

Cost: one evaluation per query outside of cycles, and memory for each result. Members of a cycle are evaluated again for
each entry into the cycle while another member is active.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeAlias, TypeVarTuple, Unpack

from archguard.dataclass import dataclass
from archguard.incremental.dependencies import DependencyRecorder, Frame
from archguard.incremental.memos import Answer, Memo
from archguard.semantics.fresh_stack import QUERIES_PER_THREAD, on_fresh_stack
from archguard.semantics.types import UNKNOWN, Types

_Arguments = TypeVarTuple("_Arguments")
_Key: TypeAlias = tuple[Memo[Types], object]
"""A query: its memo, and its key in that."""
_NO_CYCLE = sys.maxsize
"""The lowlink of a result that used no active query: larger than every depth."""


class _Provisional(NamedTuple):
    """A result computed at `depth` that used UNKNOWN for an active query further out, the one at depth `lowlink`."""

    depth: int
    lowlink: int
    answer: Answer[Types]


class _Active(NamedTuple):
    """A query that is being computed at `depth`."""

    depth: int
    frame: Frame


@dataclass(eq=False)
class _Cycle:
    """Queries that depend on each other: a strongly connected component, as far as it has been seen."""

    members: frozenset[_Key]
    active: int
    """How many of them are open."""


class QueryEngine:
    """Evaluates queries, each once, and finds the cycles among them."""

    def __init__(self, recorder: DependencyRecorder) -> None:
        self.recorder = recorder
        self._active: dict[_Key, _Active] = {}
        self._lowlink = _NO_CYCLE
        self._provisional: dict[_Key, _Provisional] = {}
        self._cycles: dict[_Key, _Cycle] = {}
        self._cyclic: dict[_Key, Answer[Types]] = {}

    def query(
        self,
        memo: Memo[Types],
        subject: object,
        compute: Callable[[Unpack[_Arguments]], Types],
        *arguments: *_Arguments,
    ) -> Types:
        """Compute the types of `subject`, which `memo` does not contain; UNKNOWN if that query is active.

        No result depends on the order of queries. A result that used an active query is incomplete: it is provisional,
        and dropped when that query completes. The result of the query that closes a cycle is memoized, but not used
        while another member of the cycle is active: had that member been queried first, it would not have seen it.
        """
        key = (memo, subject)
        if active := self._active.get(key):
            self._lowlink = min(self._lowlink, active.depth)
            self.recorder.use_open(active.frame)
            return UNKNOWN
        # A provisional result may be used inside of its cycle, and passes its lowlink on: whoever uses it is as
        # incomplete as it is.
        if self._provisional and (provisional := self._provisional.get(key)):
            self._lowlink = min(self._lowlink, provisional.lowlink)
            return self._used(provisional.answer)
        # Which member of a cycle is asked first decides what its own evaluation sees. So a result of the cycle is used
        # only where no member is open; else it is computed again, as if it had been asked first.
        cycle = self._cycles.get(key)
        if cycle and not cycle.active and (known := self._cyclic.get(key)) is not None:
            return self._used(known)
        return self._compute(memo, key, compute, arguments)

    def _compute(
        self,
        memo: Memo[Types],
        key: _Key,
        compute: Callable[[Unpack[_Arguments]], Types],
        arguments: tuple[*_Arguments],
    ) -> Types:
        """Evaluate a query, and store the result where its lowlink says that it may be used again."""
        # The lowlink is that of the running query alone. That of the query around it is put back below, lowered by this
        # one.
        depth, outer = len(self._active), self._lowlink
        self._lowlink = _NO_CYCLE
        outer_frame = self.recorder.begin()
        self._active[key] = _Active(depth, self.recorder.frame)
        if cycle := self._cycles.get(key):
            cycle.active += 1
        try:
            is_deep = depth % QUERIES_PER_THREAD == QUERIES_PER_THREAD - 1
            found = on_fresh_stack(partial(compute, *arguments)) if is_deep else compute(*arguments)
        finally:
            del self._active[key]
            if cycle := self._cycles.get(key):  # it may have been merged with another one meanwhile
                cycle.active -= 1
            answer_frame = self.recorder.end(outer_frame)
        answer = Answer(found, answer_frame)
        if self._lowlink < depth:  # used an active query further out
            self._provisional[key] = _Provisional(depth, self._lowlink, answer)
        elif self._lowlink == depth:  # the outermost query of a cycle: the root of a component
            self._lowlink = _NO_CYCLE
            self._drop_provisional(depth, key)
            self._cyclic[key] = answer
        else:
            memo.put(key[1], answer)
        self._lowlink = min(self._lowlink, outer)
        return found

    def _used(self, answer: Answer[Types]) -> Types:
        self.recorder.use(answer.frame)
        return answer.value

    def _drop_provisional(self, depth: int, key: _Key) -> None:
        """Drop the provisional results computed below `key` at `depth`: they are in one cycle with it.

        Cycles that share a member are merged, so that `_Cycle.members` only grows.
        """
        members = {key}
        # The dictionary is a stack: entries are in the order in which the queries ended, so that those below `key` are
        # last.
        while self._provisional:
            other, provisional = self._provisional.popitem()
            if provisional.depth <= depth:
                self._provisional[other] = provisional
                break
            members.add(other)
        overlapping = {cycle for member in members if (cycle := self._cycles.get(member))}
        # Two cycles through one member are one component, though neither entry has seen all of it.
        merged = frozenset(members).union(*(cycle.members for cycle in overlapping))
        if merged != next(iter(overlapping), _Cycle(frozenset(), 0)).members:
            cycle = _Cycle(merged, sum(member in self._active for member in merged))
            self._cycles |= dict.fromkeys(merged, cycle)
