"""Results that are computed file by file, and kept from one run to the next for as long as they are right.

How it works: `map_files` runs a task on each file, in the worker pool. Whatever it reads of other files meanwhile is
recorded (`DependencyRecorder`, `Scope`). A batch keeps the results of one shard, and for each module that was read a
row: the readings, each with the results that depend on it. When files have changed, `outdated_results` compares what
the readings say in the old text and in the new one. Results that depend on a reading that says something else are
dropped, and so are those of the changed files, and those that hold a place in one; all others are used again.
`map_program` does the same for one result about all files.

Limits: what a task reads must be scopes of files, or facts about the program (such as which modules exist), or be part
of the `query` or of the `inputs` that are passed along, or be the same in each run of this version of archguard.

Cost: recording takes a tenth of the time of a cold run on code that is all database (Django). Later, only the rows of
the changed files are read.
"""

import pickle
import zlib
from array import array
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field
from functools import partial
from typing import Any, TypeAlias, TypeVar

from archguard.codebase.codebase import Codebase
from archguard.codebase.file_results import ANYWHERE, PROGRAM, Batch, FileResults, Inputs, Query, Result, Scan
from archguard.codebase.imports.dynamic import UNFOLLOWED
from archguard.codebase.scopes.fingerprints import scope_paths
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Scope, ScopeFact
from archguard.codebase.syntax.source import Source, SourceError
from archguard.codebase.worker_pool import map_shards
from archguard.dataclass import dataclass
from archguard.incremental.dependencies import Fact, facts_in
from archguard.incremental.fingerprint import digest_of
from archguard.model.names import ModuleName

_T = TypeVar("_T")
Start: TypeAlias = Callable[[Codebase], Callable[[Source], _T]]
"""Prepares a task in the process where it runs; returns the function to apply to each file. It must be picklable."""
Shows: TypeAlias = Callable[[Any], Iterable[str]]
"""The paths of the files of which a result holds places. It must be picklable."""
_NEVER = object()
"""The inputs of a module that was never scanned."""
_FASTEST = 1
"""The level of compression: rows are written by each cold run, and few are ever read."""


def shows_nothing(result: object) -> Iterable[str]:
    """The files of which `result` holds places: none but its own."""
    del result
    return ()


def map_files(  # noqa: PLR0913  # the task, and what its results depend on
    codebase: Codebase,
    query: Query,
    start: Start[_T],
    modules: Collection[str],
    inputs: Inputs = Inputs(),  # noqa: B008  # it cannot be changed
    shows: Shows = shows_nothing,
) -> dict[str, _T]:
    """The results for `modules`, by module: one that was kept if it still holds, else a new one.

    Args:
        codebase: The code.
        query: Names the task, with all parameters that are not in `inputs`.
        start: Prepares the task.
        modules: The modules for whose files to compute it; those without a file are left out.
        inputs: What the results depend on beside the code and the query.
        shows: The paths of other files of which a result holds places.
    """
    results = codebase.results
    found = {name: result.value for name, result in results.known(query, modules, inputs)}
    missing = [name for name in modules if name in codebase.sources and name not in found]
    for batch in map_shards(codebase, partial(_run, query, start, shows), missing) if missing else ():
        # Here, not in the worker: `inputs` has a closure, which cannot be pickled.
        batch.results = [result._replace(inputs=inputs.of(result.module)) for result in batch.results]
        results.add(batch)
        found.update((result.module, result.value) for result in batch.results)
    return {name: found[name] for name in sorted(found)}


def map_program(
    codebase: Codebase, query: Query, compute: Callable[[], _T], inputs: object = None, shows: Shows = shows_nothing
) -> _T:
    """The result of `compute`: the one that was kept if it still holds, else a new one, made in this process.

    Args:
        codebase: The code.
        query: Names what is computed, with all parameters that are not in `inputs`.
        compute: Computes it from scopes of files, facts about the program, and `inputs`.
        inputs: What the result depends on beside that.
        shows: The paths of the files of which the result holds places.
    """
    results = codebase.results
    for _, known in results.known(query, (PROGRAM,), Inputs(lambda _: inputs, inputs)):
        value: _T = known.value
        return value
    with results.recorder.root() as frame:
        found = compute()
    batch = Batch(query, [Result(PROGRAM, found, inputs, frozenset(shows(found)))])
    if results.keeps_dependencies:
        dependencies = _Dependencies()
        dependencies.add(0, PROGRAM, facts_in(frame))
        _add_dependencies(batch, dependencies, codebase)
    results.add(batch)
    return found


def map_imports(codebase: Codebase, query: Query, compute: Callable[[], _T], inputs: Hashable = None) -> _T:
    """As `map_program`, for what depends on the import graph, and on statements that `codebase` looks up.

    It is kept only while names lead to the same modules, so not if all files were read again and some have changed.
    It may hold places of imports: their lines are those of the graph, and their columns those of the statements.
    """
    results = codebase.results
    if not results.keeps_anything:
        return compute()
    query = f"{query} {codebase.imports.digest_with_lines}"
    return map_program(codebase, query, compute, (results.names, inputs))


def imported_among(codebase: Codebase, modules: AbstractSet[str]) -> Inputs:
    """The inputs of a result that depends on which of `modules` its file imports names from.

    A name may come by way of a package that only passes it on, which is no import of the package in the graph. So those
    of `modules` that are packages count for each file, and for a file that could not be read as a whole all of them.
    """
    imports, context, found = codebase.every_import, codebase.results.context, frozenset(modules)
    problems = (problem for problem in codebase.problems if problem.code != UNFOLLOWED)
    incomplete = {problem.location.path for problem in problems if problem.location}
    of_packages = digest_of(context([name for name in modules if _is_package(codebase, name)]))

    def imported(module: str) -> Hashable:
        if codebase.display_path(module) in incomplete:
            return digest_of(context(modules))
        return of_packages, found.intersection(imports.imported_by(module))

    return Inputs(imported, (imports.lines, found, of_packages, incomplete))


def _is_package(codebase: Codebase, module: str) -> bool:
    return module in codebase.sources and codebase.sources[module].is_package


def scan_files(
    codebase: Codebase,
    query: Query,
    test: Callable[[Source], _T | None],
    modules: Collection[ModuleName] | None = None,
    inputs: Callable[[str], Hashable] = lambda _: None,
) -> Mapping[str, _T]:
    """What `test` says of the bytes of files, by module; modules of which it says nothing (None, False) are left out.

    Args:
        codebase: The code.
        query: Names the test, with all its parameters that are not in `inputs`.
        test: A function of nothing but the bytes of the file and `inputs`; it must be picklable.
        modules: The modules to scan; by default all of them.
        inputs: The parameters of the test that are others for each module.
    """
    results, names = codebase.results, codebase.sources if modules is None else modules
    wanted = {name: inputs(name) for name in names}
    known = results.scans.get(query) or _kept_scan(results, query)
    missing = {name: given for name, given in wanted.items() if known.scanned.get(name, _NEVER) != given}
    found = {name: value for name, value in known.found.items() if name not in missing}
    for shard in map_shards(codebase, partial(_scan, test), missing) if missing else ():
        found |= shard
    results.scans[query] = Scan({**known.scanned, **missing}, found)
    return {name: value for name, value in found.items() if name in wanted}


def _kept_scan(results: FileResults, query: Query) -> Scan:
    """What an earlier scan says of the modules that have not changed."""
    kept = results.kept_scans.get(query, Scan({}, {}))
    scanned, found = (
        {name: value for name, value in part.items() if name not in results.changed}
        for part in (kept.scanned, kept.found)
    )
    return Scan(scanned, found)


def _scan(test: Callable[[Source], _T | None], codebase: Codebase, modules: Sequence[ModuleName]) -> dict[str, _T]:
    """Apply a test to the files of `modules`, in a worker."""
    found = ((module, test(codebase.sources[module])) for module in modules)
    return {module: value for module, value in found if value}


def _run(query: Query, start: Start[Any], shows: Shows, codebase: Codebase, modules: Sequence[str]) -> Batch:
    """Run a task on the files of `modules`, in a worker."""
    compute, results, batch = start(codebase), codebase.results, Batch(query)
    dependencies = _Dependencies()
    for index, module in enumerate(modules):
        with results.recorder.root() as frame:
            value = compute(codebase.sources[module])
        batch.results.append(Result(module, value, None, frozenset(shows(value)) - {codebase.display_path(module)}))
        if results.keeps_dependencies:
            dependencies.add(index, module, facts_in(frame))
    if results.keeps_dependencies:
        _add_dependencies(batch, dependencies, codebase)
    return batch


def _add_dependencies(batch: Batch, dependencies: "_Dependencies", codebase: Codebase) -> None:
    results = codebase.results
    batch.rows = {module: _pack(row) for module, row in dependencies.rows().items()}
    new = batch.rows.keys() - {*results.with_text, PROGRAM, ANYWHERE}
    batch.texts = compressed_texts(codebase, new)
    results.with_text |= new


def compressed_texts(codebase: Codebase, modules: Iterable[ModuleName]) -> dict[str, bytes]:
    """The compressed text of each of `modules` that can be read."""
    texts = ((name, _text(codebase.sources[name])) for name in modules)
    return {name: zlib.compress(text, _FASTEST) for name, text in texts if text}


@dataclass
class _Dependencies:
    """What the results of one batch depend on, with their indexes."""

    of_scopes: dict[ScopeFact, list[int]] = field(default_factory=dict)
    of_program: dict[Fact, list[int]] = field(default_factory=dict)

    def add(self, index: int, module: ModuleName, facts: Iterable[Fact]) -> None:
        """Add what the result at `index` depends on, apart from its own `module`."""
        for fact in facts:
            if not isinstance(fact, ScopeFact):
                self.of_program.setdefault(fact, []).append(index)
            # What a result depends on in its own file needs no row: any edit of that file makes the result anew.
            elif fact.scope.module.name != module:
                self.of_scopes.setdefault(fact, []).append(index)

    def rows(self) -> dict[str, Mapping[Any, bytes]]:
        """What was read of each module, and of the program."""
        rows: dict[str, dict[Any, list[int]]] = {PROGRAM: {}}
        paths: dict[Scope, Mapping[Scope, str]] = {}
        for read, indexes in self.of_scopes.items():
            module = read.scope.module
            if module not in paths:
                paths[module] = scope_paths(module)
            rows.setdefault(module.name, {})[paths[module][read.scope], read.reading, read.name] = indexes
        for fact, indexes in self.of_program.items():
            match fact:
                case str(name), Reading() as reading, str(of):  # of a module that was not parsed for it
                    row = rows.setdefault(name, {})
                    row["", reading, of] = [*row.get(("", reading, of), ()), *indexes]
                case _:
                    rows[PROGRAM][fact] = indexes
        return {module: _indexed(row) for module, row in rows.items()}


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
