"""What an edit changes of the imports, and whether that can matter to a contract.

Nothing is updated by it: each edit is compared with the run that was kept. Where anything is in doubt, there is no
answer, and the contracts are checked.
"""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from archguard.incremental import store
from archguard.incremental.fingerprint import content
from archguard.incremental.interface_hash import ALL_OF_IT, parsed
from archguard.incremental.recorded_result import IMPORTS, RecordedResult
from archguard.incremental.request_key import name

EXTERNAL = "external"
PACKAGE = "package"
"""An `__init__.py`, or a folder without one: what is imported from there may come from elsewhere."""
_MOST = 20
"""More files are no edit but a checkout."""
_UNPLAIN = frozenset("'\"\\;")
"""Where a line holds one of these, a parser of the whole file says what it means."""

Lines = dict[int, set[str]]
"""What a file imports at which line. From a package, `package name`: what that leads to is not known here."""


class _Inconclusive(Exception):  # noqa: N818  # no error: the long way is taken
    """It is not certain that an edit does not matter."""


class Edits:
    """What was kept to judge them by."""

    def __init__(self, root: str, snapshot: RecordedResult) -> None:
        self.snapshot = snapshot
        self.kept = json.loads(store.load(root, IMPORTS, name(snapshot.question)) or "{}")
        if not snapshot.imports or self.kept.get("id") != snapshot.imports:
            raise _Inconclusive
        file, context = self.kept["rows"]
        self.rows = store.load(root, "imports", file) or ""
        if not self.rows.startswith(f'{{"context":{json.dumps(context)},'):
            raise _Inconclusive

    def added(self) -> list[int]:
        """By how much the numbers of imports grow: in all, and for each contract.

        An import lies on a way that a contract forbids if what its importer is held by (`held`) is something that the
        imported is or reaches (`reached`). For each such thing, either none of the imports that have come or gone
        starts at a module that is held by it; then those modules are the same as before, and so is all that leads on
        from them. Or none of them ends at a module that reaches it; then those modules are the same, and so is all that
        leads to them. Either way, what is forbidden is the same, with the ways that are shown for it.

        Raises:
            _Doubt: that may not be so.
        """
        totals = [0] * (1 + self.kept["contracts"])
        all_held = all_reached = 0
        for path in self.snapshot.changed:
            module, before, now = self._read(path)
            come, gone = now - before, before - now
            if not come and not gone:
                continue
            held, _, seen, _ = self._facts(module)
            all_held |= int(held, 16)
            all_reached |= self._reached(chain(come, gone))
            difference = sum(map(len, come.elements())) - sum(map(len, gone.elements()))
            for index in (0, *seen):
                totals[index] += difference
        if all_held & all_reached:
            raise _Inconclusive
        return totals

    def _read(self, path: str) -> tuple[str, Counter[frozenset[str]], Counter[frozenset[str]]]:
        """The module in `path`, and what the statements of each line import: before, and now."""
        module = self.kept["files"].get(path)
        if module is None or path in self.kept["needed"]:
            raise _Inconclusive
        text = content(path)
        now, before = self._lines_now(module, text), self._lines_before(module, path)
        last, head = self.kept["shown"].get(path, (0, ""))
        if last and (beginning(text, last) != head or any(now.get(at) != before.get(at) for at in range(1, last + 1))):
            raise _Inconclusive
        return module, Counter(map(frozenset, before.values())), Counter(map(frozenset, now.values()))

    def _lines_now(self, module: str, text: bytes) -> Lines:
        first = b"\n".join(text.split(b"\n", 2)[:2])
        tree = None if text.startswith(b"\xef\xbb\xbf") or b"coding" in first else parsed(text)
        if tree is None:
            raise _Inconclusive
        return self._lines(tree, module)

    def _lines_before(self, module: str, path: str) -> Lines:
        key = f"{json.dumps(path)}:"
        state, signs, told = json.JSONDecoder().raw_decode(self.rows, self.rows.index(key) + len(key))[0]
        as_kept = (self.snapshot.stamps.get(path), self.snapshot.digests.get(path))
        if state not in as_kept or told is None or any(sign.encode("latin-1") in ALL_OF_IT for sign in signs):
            raise _Inconclusive
        lines: Lines = {}
        links, texts = told
        written = {(imported, line): text for imported, line, text in texts}
        for imported, line in [(imported, line) for imported, at in links.items() for line in at]:
            here = written.get((imported, line))
            names = {imported} if here is None else self._names(module, imported, here)
            lines.setdefault(line, set()).update(names)
        return lines

    def _names(self, module: str, package: str, text: str) -> set[str]:
        """What a statement of `module` imports from `package`."""
        tree = parsed(text.strip().encode()) if text.isascii() and not _UNPLAIN.intersection(text) else None
        if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], (ast.Import, ast.ImportFrom)):
            raise _Inconclusive
        lines = self._lines(tree, module)
        return {found for names in lines.values() for found in names if found.startswith(f"{package} ")}

    def _lines(self, tree: ast.Module, module: str) -> Lines:
        lines: Lines = {}
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                if getattr(node, "is_lazy", 0):
                    raise _Inconclusive
                found = {imported for target in _targets(node, module) for imported in self._imported(*target)}
                if found - {module}:
                    lines.setdefault(node.lineno, set()).update(found - {module})
        return lines

    def _imported(self, base: str, inside: str) -> Iterator[str]:
        """What `from base import inside` leads to; `import base`, if there is nothing `inside`."""
        modules, whole = self.kept["modules"], f"{base}.{inside}" if inside else base
        top = whole.partition(".")[0]
        if whole in modules and self._facts(whole)[3] != EXTERNAL:
            yield f"{whole} " if self._facts(whole)[3] == PACKAGE else whole
        elif inside and base in modules and self._facts(base)[3] != EXTERNAL:
            yield f"{base} {inside}" if self._facts(base)[3] == PACKAGE else base
        elif self._is_outside(top):
            yield top
        else:
            raise _Inconclusive

    def _is_outside(self, top: str) -> bool:
        """Whether that is no part of the project, and no contract asks for it; it may be new."""
        known = top.isidentifier() and (top not in self.kept["modules"] or self._facts(top)[3] == EXTERNAL)
        return known and top not in self.kept["roots"]

    def _reached(self, changed: Iterator[frozenset[str]]) -> int:
        reached = 0
        for imported in frozenset().union(*changed):
            if self._is_outside(imported):
                continue
            if imported not in self.kept["modules"] or self._facts(imported)[3]:
                raise _Inconclusive
            reached |= int(self._facts(imported)[1], 16)
        return reached

    def _facts(self, module: str) -> tuple[str, str, list[int], str]:
        """What holds `module`, what it reaches, the places of the contracts that count its imports, and its sort."""
        held, reached, seen, sort = self.kept["facts"][self.kept["modules"][module]]
        return held, reached, seen, sort


def _targets(node: ast.Import | ast.ImportFrom, module: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
        return
    around = module.split(".")
    if node.level >= len(around):
        raise _Inconclusive
    base = ".".join([*around[: -node.level], *filter(None, [node.module])]) if node.level else str(node.module)
    yield from ((base, alias.name) for alias in node.names)


def beginning(text: bytes, lines: int) -> str:
    """A digest of the first `lines` of a file."""
    from hashlib import blake2b  # 5 ms that others need not wait for

    return blake2b(b"\n".join(text.split(b"\n")[:lines]), digest_size=16).hexdigest()


def edited(root: str, snapshot: RecordedResult) -> tuple[str, list[str], list[int]] | None:
    """What is to be written instead, where files have been edited, and it is certain that no verdict has changed.

    Returns:
        The report as it was, its formats, and what is added to its numbers of imports; None where anything is in doubt.
    """
    if not snapshot.imports or not 0 < len(snapshot.changed) <= _MOST:
        return None
    try:
        edits = Edits(root, snapshot)
        return edits.kept["report"], edits.kept["formats"], edits.added()
    except (_Inconclusive, OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
