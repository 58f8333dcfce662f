"""Decide whether edited imports can change the verdict of a contract.

A full run stores, for each module, two bit masks (`checking/edit_safety.py`): its sources mask (the targets that the
module, or any module that reaches it, must not reach) and its targets mask (the targets that it is or reaches). An
import lies on a forbidden path if and only if the sources mask of the importer and the targets mask of the imported
module share a bit. So the edited files are parsed, their imports are compared with the stored ones line by line, and
the masks at both ends of the imports that were added or removed are combined: without a common bit, no verdict changes.

Nothing is updated incrementally: each edit is compared with the stored run, so errors cannot add up. Anything in doubt
raises `_Inconclusive`, and the contracts are checked in full. Cost: one parse per edited file, 20 files at most.
"""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from archguard.incremental import store
from archguard.incremental.fingerprint import content, content_digest
from archguard.incremental.interface_hash import NEEDS_FULL_SCAN, parsed
from archguard.incremental.places import Places
from archguard.incremental.recorded_result import IMPORTS, RecordedResult
from archguard.incremental.request_key import file_name
from archguard.incremental.scan_rows import ScanRows

EXTERNAL = "external"
PACKAGE = "package"
"""An `__init__.py`, or a folder without one: it may re-export the imported name from another module."""
_MAX_EDITED_FILES = 20
"""More changed files are a checkout, not an edit; a full run is the safer and often the faster choice then."""
_NEEDS_FULL_PARSE = frozenset("'\"\\;")
"""The meaning of a line with one of these depends on other lines, or it holds more than one statement."""

Lines = dict[int, set[str]]
"""The imported modules by line. An import from a package is `package name`: re-exports are not resolved here."""


class _Inconclusive(Exception):  # noqa: N818  # no error: the contracts are checked in full
    """The edit may change a verdict."""


class Edits:
    """The edits since a recorded result, with the facts that the recorded run stored to judge them."""

    def __init__(self, root: str, recorded: RecordedResult) -> None:
        self.recorded = recorded
        self.stored = json.loads(store.load(root, IMPORTS, file_name(recorded.question)) or "{}")
        # The facts are in an entry of their own, which another run may have replaced since.
        if not recorded.imports or self.stored.get("id") != recorded.imports:
            raise _Inconclusive
        restored = Places(root).restored
        for name in ("files", "shown"):
            self.stored[name] = {restored(path): found for path, found in self.stored[name].items()}
        self.stored["needed"] = [*map(restored, self.stored["needed"])]
        file, context = self.stored["rows"]
        rows = ScanRows.load(root, file)
        if rows is None or rows.context != context:
            raise _Inconclusive
        self.rows = rows

    def count_changes(self) -> list[int]:
        """By how much the numbers of imports grow: in total, and for each contract.

        Why disjoint masks are enough: take any forbidden target, that is one bit. Either no added or removed import
        starts at a module with this bit in its sources mask; then the set of those modules is unchanged, and so is
        every path that continues from them. Or none ends at a module with this bit in its targets mask; then the set
        of those modules is unchanged, and so is every path that leads to them. In both cases the forbidden imports are
        the same, and so are the shortest paths that the report shows.

        Raises:
            _Inconclusive: a bit is in both masks, or something about the edit is not known.
        """
        totals = [0] * (1 + self.stored["contracts"])
        all_sources = all_targets = 0
        for path in self.recorded.changed:
            module, before, now = self._read(path)
            new, old = now - before, before - now
            if not new and not old:
                continue
            sources, _, seen, _ = self._facts(module)
            # The masks are united over all edits before they are compared: two imports, each harmless, may be two ends
            # of one forbidden path.
            all_sources |= int(sources, 16)
            all_targets |= self._targets_mask(chain(new, old))
            difference = sum(map(len, new.elements())) - sum(map(len, old.elements()))
            for index in (0, *seen):
                totals[index] += difference
        if all_sources & all_targets:
            raise _Inconclusive
        return totals

    def _read(self, path: str) -> tuple[str, Counter[frozenset[str]], Counter[frozenset[str]]]:
        """The module in `path`, and for each line what its statements import: in the recorded run, and now."""
        module = self.stored["files"].get(path)
        if module is None or path in self.stored["needed"]:
            raise _Inconclusive
        text = content(path)
        now, before = self._lines_now(module, text), self._lines_before(module, path)
        last, head = self.stored["shown"].get(path, (0, ""))
        # A path in the report shows lines up to `last`: up to there nothing may move, though no verdict changes.
        if last and (beginning(text, last) != head or any(now.get(at) != before.get(at) for at in range(1, last + 1))):
            raise _Inconclusive
        return module, Counter(map(frozenset, before.values())), Counter(map(frozenset, now.values()))

    def _lines_now(self, module: str, text: bytes) -> Lines:
        first = b"\n".join(text.split(b"\n", 2)[:2])
        # A byte order mark or an encoding declaration (PEP 263) in the first two lines: the scan of a full run decodes
        # those.
        tree = None if text.startswith(b"\xef\xbb\xbf") or b"coding" in first else parsed(text)
        if tree is None:
            raise _Inconclusive
        return self._lines(tree, module)

    def _lines_before(self, module: str, path: str) -> Lines:
        row = self.rows.row(path)
        recorded_states = (self.recorded.stamps.get(path), self.recorded.digests.get(path))
        if row is None or row[0] not in recorded_states or row[2] is None or NEEDS_FULL_SCAN & {*row[1]}:
            raise _Inconclusive
        lines: Lines = {}
        lines_of, texts = row[2]
        written = {(imported, line): text for imported, line, text in texts}
        for imported, line in [(imported, line) for imported, at in lines_of.items() for line in at]:
            text_here = written.get((imported, line))
            names = {imported} if text_here is None else self._names(module, imported, text_here)
            lines.setdefault(line, set()).update(names)
        return lines

    def _names(self, module: str, package: str, text: str) -> set[str]:
        """What the import statement `text` in `module` imports from `package`."""
        tree = parsed(text.strip().encode()) if text.isascii() and not _NEEDS_FULL_PARSE.intersection(text) else None
        if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], (ast.Import, ast.ImportFrom)):
            raise _Inconclusive
        lines = self._lines(tree, module)
        return {found for names in lines.values() for found in names if found.startswith(f"{package} ")}

    def _lines(self, tree: ast.Module, module: str) -> Lines:
        lines: Lines = {}
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                # Python 3.15, PEP 810: contracts may exclude lazy imports.
                if getattr(node, "is_lazy", 0):
                    raise _Inconclusive
                found = {imported for target in _targets(node, module) for imported in self._imported(*target)}
                if found - {module}:
                    lines.setdefault(node.lineno, set()).update(found - {module})
        return lines

    def _imported(self, base: str, inside: str) -> Iterator[str]:
        """The module that `from base import inside` imports; that of `import base` if `inside` is empty."""
        modules, whole = self.stored["modules"], f"{base}.{inside}" if inside else base
        top = whole.partition(".")[0]
        # A package is compared by what was written, with a blank: whether it re-exports the name is found by a full run
        # alone.
        if whole in modules and self._facts(whole)[3] != EXTERNAL:
            yield f"{whole} " if self._facts(whole)[3] == PACKAGE else whole
        elif inside and base in modules and self._facts(base)[3] != EXTERNAL:
            yield f"{base} {inside}" if self._facts(base)[3] == PACKAGE else base
        elif self._is_outside(top):
            yield top
        else:
            raise _Inconclusive

    def _is_outside(self, top: str) -> bool:
        """Whether `top` is a top-level package outside of the project that no contract distinguishes; it may be new."""
        known = top.isidentifier() and (top not in self.stored["modules"] or self._facts(top)[3] == EXTERNAL)
        return known and top not in self.stored["roots"]

    def _targets_mask(self, changed: Iterator[frozenset[str]]) -> int:
        mask = 0
        for imported in frozenset().union(*changed):
            if self._is_outside(imported):
                continue
            if imported not in self.stored["modules"] or self._facts(imported)[3]:
                raise _Inconclusive
            mask |= int(self._facts(imported)[1], 16)
        return mask

    def _facts(self, module: str) -> tuple[str, str, list[int], str]:
        """Sources mask and targets mask in hex, the positions of the contracts that count its imports, and its sort."""
        sources, targets, seen, sort = self.stored["facts"][self.stored["modules"][module]]
        return sources, targets, seen, sort


def _targets(node: ast.Import | ast.ImportFrom, module: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
        return
    parents = module.split(".")
    if node.level >= len(parents):
        raise _Inconclusive
    base = ".".join([*parents[: -node.level], *filter(None, [node.module])]) if node.level else str(node.module)
    yield from ((base, alias.name) for alias in node.names)


def beginning(text: bytes, lines: int) -> str:
    """A digest of the first `lines` lines of a file."""
    return content_digest(b"\n".join(text.split(b"\n")[:lines]))


def report_after_edit(root: str, recorded: RecordedResult) -> tuple[str, list[str], list[int]] | None:
    """The report to render again after an edit that certainly changes no verdict.

    Returns:
        The stored report, its formats, and by how much its numbers of imports grow; None if the edit may matter.
    """
    if not recorded.imports or not 0 < len(recorded.changed) <= _MAX_EDITED_FILES:
        return None
    try:
        edits = Edits(root, recorded)
        return edits.stored["report"], edits.stored["formats"], edits.count_changes()
    except (_Inconclusive, OSError, ValueError, LookupError, TypeError, RecursionError, EOFError):
        return None
