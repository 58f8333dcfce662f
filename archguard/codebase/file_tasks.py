"""Results that are computed file by file, and kept from one run to the next for as long as they are right.

How it works: `map_files` runs a task on each file, in the worker pool. Whatever it reads of other files meanwhile is
recorded (`DependencyRecorder`, `Scope`). A batch keeps the results of one shard, and for each module that was read a
row: the readings, each with the results that depend on it. When files have changed, `valid_results` compares what the
readings say in the old text and in the new one. Results that depend on a reading that says something else are dropped,
and so are those of the changed files; all others are used again.

Limits: what a task reads must be scopes of files, or facts about the program (such as which modules exist), or be part
of the `query` or of the `inputs` that are passed along, or be the same in each run of this version of archguard.

Cost: recording takes a tenth of the time of a cold run on code that is all database (Django). Later, only the rows of
the changed files are read.
"""

import pickle
import zlib
from array import array
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any, TypeAlias, TypeVar

from archguard.codebase.codebase import Codebase
from archguard.codebase.file_results import PROGRAM, Batch, FileResults, Query, Result, Scan
from archguard.codebase.scopes.fingerprints import scope_paths
from archguard.codebase.scopes.scopes import Reading, Scope
from archguard.codebase.syntax.source import Source, SourceError
from archguard.codebase.worker_pool import map_shards
from archguard.incremental.dependencies import Fact, facts_in

_T = TypeVar("_T")
Start: TypeAlias = Callable[[Codebase], Callable[[Source], _T]]
"""Prepares a task in the process where it runs; returns the function to apply to each file. It must be picklable."""
_FASTEST = 1
"""The level of compression: rows are written by each cold run, and few are ever read."""


def map_files(
    codebase: Codebase,
    query: Query,
    start: Start[_T],
    modules: Collection[str],
    inputs: Callable[[str], Hashable] = lambda _: None,
) -> dict[str, _T]:
    """The results for `modules`, by module: one that was kept if it still holds, else a new one.

    Args:
        codebase: The code.
        query: Names the task, with all parameters that are not in `inputs`.
        start: Prepares the task.
        modules: The modules for whose files to compute it; those without a file are left out.
        inputs: What the result for a module depends on beside the code and the query.
    """
    results = codebase.results
    kept = results.kept.get(query, {})
    found = {name: kept[name].value for name in modules if name in kept and kept[name].inputs == inputs(name)}
    missing = [name for name in modules if name in codebase.sources and name not in found]
    for batch in map_shards(codebase, partial(_run, query, start), missing) if missing else ():
        batch.results = [result._replace(inputs=inputs(result.module)) for result in batch.results]
        results.batches.append(batch)
        found.update((result.module, result.value) for result in batch.results)
    return {name: found[name] for name in sorted(found)}


def scan_files(
    codebase: Codebase, query: Query, test: Callable[[Source], _T], modules: Collection[str] | None = None
) -> Mapping[str, _T]:
    """What `test` says of the bytes of files, by module; modules of which it says nothing (None, False) are left out.

    Args:
        codebase: The code.
        query: Names the test, with all its parameters.
        test: A function of nothing but the bytes of the file; it must be picklable.
        modules: The modules to scan; by default all of them.
    """
    results, wanted = codebase.results, frozenset(codebase.sources if modules is None else modules)
    known = results.scans.get(query) or _kept_scan(results, query)
    missing = wanted - known.scanned
    found = dict(known.found)
    for shard in map_shards(codebase, partial(_scan, test), missing) if missing else ():
        found |= shard
    results.scans[query] = Scan(known.scanned | missing, found)
    return {name: value for name, value in found.items() if name in wanted}


def _kept_scan(results: FileResults, query: Query) -> Scan:
    """What an earlier scan says of the modules that have not changed."""
    kept = results.kept_scans.get(query, Scan(frozenset(), {}))
    found = {name: value for name, value in kept.found.items() if name not in results.changed}
    return Scan(kept.scanned - results.changed, found)


def _scan(test: Callable[[Source], _T], codebase: Codebase, modules: Sequence[str]) -> dict[str, _T]:
    """Apply a test to the files of `modules`, in a worker."""
    found = ((module, test(codebase.sources[module])) for module in modules)
    return {module: value for module, value in found if value}


def digest_of(values: Iterable[object]) -> str:
    """A digest of `values`, whose representation must be the same in each run: no sets."""
    return blake2b(repr([*values]).encode(), digest_size=16).hexdigest()


def _run(query: Query, start: Start[Any], codebase: Codebase, modules: Sequence[str]) -> Batch:
    """Run a task on the files of `modules`, in a worker."""
    compute, results, batch = start(codebase), codebase.results, Batch(query)
    dependencies = _Dependencies()
    for index, module in enumerate(modules):
        with results.recorder.root() as frame:
            value = compute(codebase.sources[module])
        batch.results.append(Result(module, value, None))
        dependencies.add(index, module, facts_in(frame))
    if results.recorder.is_recording:
        batch.rows = {module: _pack(row) for module, row in dependencies.rows().items()}
        new = batch.rows.keys() - {*results.with_text, PROGRAM}
        batch.texts = {name: zlib.compress(text, _FASTEST) for name in new if (text := _text(codebase.sources[name]))}
        results.with_text |= new
    return batch


@dataclass
class _Dependencies:
    """What the results of one batch depend on."""

    scopes: dict[Fact, list[int]] = field(default_factory=dict)
    program: dict[Fact, list[int]] = field(default_factory=dict)

    def add(self, index: int, module: str, facts: Iterable[Fact]) -> None:
        """Add what the result at `index` depends on, apart from its own `module`."""
        for fact in facts:
            where = fact[0]
            if isinstance(where, Scope):
                if where.module.name != module:
                    self.scopes.setdefault(fact, []).append(index)
            elif isinstance(fact[1], Reading):
                if where != module:
                    self.scopes.setdefault(fact, []).append(index)
            else:
                self.program.setdefault(fact, []).append(index)

    def rows(self) -> dict[str, Mapping[Any, bytes]]:
        """What was read of each module, and of the program."""
        found: dict[str, dict[tuple[str, Reading, Hashable], list[int]]] = {}
        paths: dict[Scope, Mapping[Scope, str]] = {}
        for (where, reading, name), indexes in self.scopes.items():
            if not isinstance(where, Scope):
                module, path = str(where), ""
            else:
                module = where.module.name
                path = (paths.get(where.module) or paths.setdefault(where.module, scope_paths(where.module)))[where]
            key = (path, Reading(str(reading)), name)
            row = found.setdefault(module, {})
            row[key] = sorted({*row[key], *indexes}) if key in row else indexes
        return {PROGRAM: _indexed(self.program), **{module: _indexed(row) for module, row in found.items()}}


def _indexed(readers: Mapping[_T, list[int]]) -> dict[_T, bytes]:
    """The indexes as bytes; equal ones are the same object, so that `pickle` writes them once."""
    known: dict[bytes, bytes] = {}
    packed = ((key, array("I", indexes).tobytes()) for key, indexes in readers.items())
    return {key: known.setdefault(indexes, indexes) for key, indexes in packed}


def _pack(value: object) -> bytes:
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), _FASTEST)


def _text(source: Source) -> bytes:
    try:
        return source.content
    except SourceError:
        return b""
