"""Store the code base that a run has read, and read only the edited files the next time.

The entry has two layers. Paths, names, imports and fingerprints, which are nearly all of it, are written by `marshal`,
whose reading takes 30 ms for Home Assistant, where objects took 100. The few other objects of a code base are a pickle
in it. Both are read only after the entry has been authenticated (`incremental/store.py`); it belongs to one version of
Python and of archguard, as `entry_name` says.

Later runs compare the files with this entry, however many edits lie between, and do not change it: so errors cannot add
up. When anything but the content of some files has changed, or an edit leads imports of other files elsewhere, all
files are read, and stored anew.

What has changed is told by the last run of the same command line. Another one may have stored the code base since, when
there were other files. So the entry holds what was found in folders and at other paths, and serves only if that run had
found the same.
"""

import marshal
import os
import sys
from collections.abc import Collection
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from archguard.codebase import Codebase, ImportGraph, Source
from archguard.codebase.edits import with_edits
from archguard.codebase.file_results import FileResults
from archguard.codebase.imports.reexports import Kept, Reexports
from archguard.config import Config, read
from archguard.incremental import store
from archguard.incremental.input_recorder import (
    ScanRecord,
    edited_files,
    inputs_besides,
    is_by_content,
    is_recording,
    outdated_run_agrees,
    scan_record,
    state_of,
    take_over_inputs,
)
from archguard.incremental.places import Places
from archguard.incremental.program_state import running_program
from archguard.incremental.recorded_inputs import RecordedInputs
from archguard.incremental.unpickle import pickled, unpickled

_FOLDER: Final = "code"
_MOST_ENTRIES: Final = 4
"""Entries per project: each configuration has its own; the oldest go first."""
MOST_CHANGED: Final = 100
"""More changed files are a checkout rather than edits: then a new full run is worth its time."""


def read_edited(config: Config) -> Codebase:
    """Read the code of `config`: only the edited files, if nothing else has changed since all were read.

    Raises:
        ExceptionGroup[ArchguardError]: a package does not exist.
    """
    if not is_recording():
        return read(config)
    root, name = str(config.root), entry_name(config, ())
    codebase = _after_edits(root, name)
    if codebase is None:
        codebase = read(config)
        _save(root, name, codebase)
    return codebase


def entry_name(config: Config, only: Collection[str]) -> str:
    """The name of an entry: other contracts, or another archguard, Python or sqlglot, have another one."""
    program = running_program(by_content=is_by_content())
    return Places(str(config.root)).digest_of([config, sorted(only), sys.version, _sqlglot(), *program])


def _sqlglot() -> object:
    """Which sqlglot there is: with it, other tables are found in SQL. No other library is optional."""
    found = find_spec("sqlglot")
    if not found or not found.origin:
        return None
    if is_by_content():  # `sqlglot-30.1.0.dist-info` is beside the package
        return [path.name for path in sorted(Path(found.origin).parents[1].glob("sqlglot*"))]
    return found.origin, os.stat(found.origin).st_mtime_ns  # noqa: PTH116  # fast


def _after_edits(root: str, name: str) -> Codebase | None:
    """The code of the entry with the edits since; None if anything else has changed, or all must be read."""
    edited = edited_files()
    content = store.load_bytes(root, _FOLDER, name) if edited else None
    if not edited or not content:
        return None
    rows, graph, reexports, (scanned, needed), inputs, others = marshal.loads(content)  # noqa: S302  # authenticated
    places = Places(root)
    if not outdated_run_agrees(_restored(inputs, places)):
        return None
    rows = [(module, places.restored(file), *rest) for module, file, *rest in rows]
    if not {row[1] for row in rows}.issuperset(edited):
        return None
    take_over_inputs(ScanRecord(scanned, [*map(places.restored, needed)]), [row[1] for row in rows])
    # The entry may be older than the run before this one, so there may be more edits.
    changed = [row[0] for row in rows if not row[4] or state_of(row[1]) != row[4]]
    if len(changed) > MOST_CHANGED:
        return None
    codebase = _codebase(rows, graph, reexports, unpickled(others, places))
    return with_edits(codebase, [replace(codebase.sources[module]) for module in changed])  # copies, without markers


def _restored(stored: Any, places: Places) -> RecordedInputs:
    inputs = RecordedInputs(by_content=stored["by_content"])
    vars(inputs).update(stored)
    inputs.move(places.restored)
    return inputs


def _codebase(rows: Any, graph: Any, reexports: Any, others: tuple[Codebase, Any]) -> Codebase:
    sources = {module: _source(module, file, shown, markers) for module, file, shown, markers, _ in rows}
    rest, views = others
    modules, lines = graph
    return replace(
        rest,
        sources=sources,
        imports=ImportGraph(modules, lines),
        reexports=Reexports.restored(Kept(*reexports), sources, modules, views) if reexports else None,
    )


def _source(module: str, file: str, shown: str, markers: frozenset[bytes] | None) -> Source:
    source = Source(module, file, shown)
    if markers is not None:
        source.preset_markers(markers)
    return source


def _save(root: str, name: str, codebase: Codebase) -> None:
    imports, reexports = codebase.imports, codebase.reexports
    rest = replace(
        codebase,
        sources={},
        imports=ImportGraph(frozenset(), {}),
        reexports=None,
        results=FileResults(names=codebase.results.names),
        statements_of_links={},
        memo={},
    )
    views = reexports.views if reexports else {}
    views = {service: view.without_files() for service, view in views.items()}
    places, record = Places(root, by_content=is_by_content()), scan_record()
    inputs = inputs_besides({source.file for source in codebase.sources.values()})
    inputs.move(places.stored)
    content: Any = (  # `marshal` has no type for read-only mappings
        [
            (source.module, places.stored(source.file), source.display_path, _markers(source), state_of(source.file))
            for source in codebase.sources.values()
        ],
        (imports.modules, imports.lines),
        tuple(reexports.kept()) if reexports else None,
        (record.rows, [*map(places.stored, record.needed)]),
        vars(inputs),
        pickled((rest, views), places),
    )
    store.save_bytes(root, (_FOLDER, name), marshal.dumps(content), anywhere=is_by_content())
    store.prune(root, (_FOLDER,), _MOST_ENTRIES)


def _markers(source: Source) -> frozenset[bytes] | None:
    """The markers of `source`, if they are known; None of a file that cannot be read."""
    markers: frozenset[bytes] | None = vars(source).get("markers")
    return markers
