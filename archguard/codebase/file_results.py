"""The results of tasks that run file by file (`file_tasks.py`), and what they depend on."""

import os
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import field
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from archguard.dataclass import dataclass
from archguard.incremental.dependencies import DependencyRecorder
from archguard.incremental.memos import AnswerStore
from archguard.model.names import ModuleName

_T = TypeVar("_T")
Query: TypeAlias = str
"""Names what is computed, with all that it depends on beside the code."""

PROGRAM: Final = ""
"""The key of facts about the whole program, beside those of modules by name; also of a result for all files."""
ANYWHERE: Final = "*"
"""The key of readings of whichever modules have what is read, such as all calls of one name."""


_MOST_CARRIED: Final = 4
"""Results that are carried for a name: that on disk, and those of the last drafts, which mostly edit one file."""


class Result(NamedTuple):
    """The result for one file, or for all of them (`PROGRAM`)."""

    module: ModuleName
    value: Any
    inputs: object
    """What it depends on beside the query and the code of modules; only compared."""
    shows: frozenset[str] = frozenset()
    """The paths of other files of which it holds places: an edit there may move them."""


@dataclass(frozen=True)
class Inputs:
    """What the results for modules depend on beside the query and the code."""

    of: Callable[[ModuleName], object] = lambda _: None
    """What the result for one module depends on; only compared."""
    whole: object = None
    """What `of` is made from: where it is equal, `of` says the same of every module."""


@dataclass
class Batch:
    """The results of a query for some files, with what they depend on."""

    query: Query
    results: list[Result] = field(default_factory=list)
    rows: Mapping[str, bytes] = field(default_factory=dict)
    """What was read of each module, packed; under `PROGRAM`, the facts about the program. Each reading is there with
    the indexes of the results that depend on it."""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """The compressed text of each module that was read, unless an earlier batch of the same process has it."""


@dataclass(frozen=True)
class Scan:
    """What a test of the bytes of files has found."""

    scanned: Mapping[str, Hashable]
    """The inputs of the test for each module."""
    found: Mapping[str, Any]
    """What the test says of each module of which it says anything."""


@dataclass
class FileResults:
    """The results of this run: those that were kept from an earlier one, and those that are new."""

    recorder: DependencyRecorder = field(default_factory=partial(DependencyRecorder, is_recording=False))
    kept: Mapping[Query, Mapping[str, Result]] = field(default_factory=dict)
    """The results of an earlier run that still hold, by query and module."""
    kept_scans: Mapping[Query, Scan] = field(default_factory=dict)
    """The scans of an earlier run, which hold for modules with the same inputs that are not in `changed`."""
    changed: frozenset[str] = frozenset()
    """The modules that have another text than in the earlier run."""
    added: frozenset[str] = frozenset()
    """The modules that the earlier run did not have."""
    names: str = field(default_factory=lambda: os.urandom(8).hex())
    """Tells code bases apart in which names may lead to other modules: each that was read has another one, and passes
    it on to what it becomes by edits that leave the names that other files import."""
    batches: list[Batch] = field(default_factory=list)
    """The results that this run has computed."""
    computed: dict[Query, dict[str, Result]] = field(default_factory=dict)
    """The same by query and module."""
    scans: dict[Query, Scan] = field(default_factory=dict)
    """The scans that this run has made, or completed."""
    scopes: dict[str, Any] = field(default_factory=dict)
    """The scope of each module that has been parsed; a session passes on those of files that have not changed."""
    called_names: dict[str, frozenset[bytes]] = field(default_factory=dict)
    """The names before parentheses in each module that was searched for them; passed on as the scopes are."""
    answers: AnswerStore = field(default_factory=AnswerStore)
    """What inference has answered; a session passes on what holds for later versions of the code."""
    carried: dict[Hashable, list[tuple[object, Any]]] = field(default_factory=dict)
    """Results of pure functions with their arguments, by name, those used last first; a session passes them on."""
    same_inputs: dict[Query, tuple[object, Mapping[str, Result]]] = field(default_factory=dict)
    """The kept results whose inputs have been compared and are the same, with these inputs as a whole; a session passes
    them on, so that it compares each only once."""
    is_kept: bool = True
    """Whether results are kept for later runs, with what they depend on; those for drafts are not."""
    with_text: set[str] = field(default_factory=set)
    """The modules whose text a batch of this process has."""

    @property
    def keeps_dependencies(self) -> bool:
        """Whether to keep with each result what it depends on; it is recorded for inference in any case."""
        return self.recorder.is_recording and self.is_kept

    @property
    def keeps_anything(self) -> bool:
        """Whether results of an earlier run are used, or those of this one recorded."""
        return self.recorder.is_recording or bool(self.kept)

    def known(self, query: Query, modules: Iterable[str], inputs: Inputs) -> Iterator[tuple[str, Result]]:
        """The results for those of `modules` that this run or the earlier one has one for, with the same `inputs`."""
        computed, kept = self.computed.get(query, {}), self.kept.get(query, {})
        same = self._with_same_inputs(query, inputs) if kept else {}
        for module in modules:
            earlier = kept.get(module)
            if earlier and same.get(module) is earlier:
                yield module, earlier
            elif result := computed.get(module) or earlier:
                given = inputs.of(module)
                if result.inputs == given:
                    yield module, result
                elif earlier and earlier.inputs == given:
                    yield module, earlier

    def _with_same_inputs(self, query: Query, inputs: Inputs) -> Mapping[str, Result]:
        """Kept results of which it is known that they have the same inputs."""
        if query not in self.same_inputs:
            found = {name: result for name, result in self.kept[query].items() if result.inputs == inputs.of(name)}
            self.same_inputs[query] = inputs.whole, found
        whole, same = self.same_inputs[query]
        return same if whole == inputs.whole else {}

    def add(self, batch: Batch) -> None:
        """Add what this run has computed."""
        self.batches.append(batch)
        self.computed.setdefault(batch.query, {}).update((result.module, result) for result in batch.results)

    def carry(self, name: Hashable, arguments: object, compute: Callable[[], _T]) -> _T:
        """The result of `compute`, a pure function of `arguments` that is told from others by `name`.

        It is the same object for each version of the code that leaves the arguments as they are.
        """
        results = self.carried.setdefault(name, [])
        known = next((result for result in results if result[0] == arguments), None) or (arguments, compute())
        results[:] = [known, *(result for result in results if result is not known)][:_MOST_CARRIED]
        found: _T = known[1]
        return found

    def context(self, modules: Collection[str]) -> list[str]:
        """`modules`, as results may depend on them: sorted, and without those that were added since the earlier run.

        Whatever depends on an added module has read that there was none, and is outdated for that.
        """
        return sorted(frozenset(modules) - self.added)
