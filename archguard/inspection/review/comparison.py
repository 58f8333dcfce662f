"""The differences between two snapshots of the architecture, as the parts of a review."""

import filecmp
import sys
from collections.abc import Iterable, Iterator, Mapping

from archguard.codebase import Codebase, Source
from archguard.codebase.metrics import cycle_changes
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.effects.outside import OutsideNames
from archguard.inspection.review.snapshot import Snapshot
from archguard.model import CycleChange, DependencyChange, MetricChange, ModuleMove, NameChange, RouteChange
from archguard.model.names import is_at_or_below, last_part, top_package
from archguard.reporters.trend.rows import COLUMNS


@dataclass(frozen=True)
class Comparison:
    """Compares the architecture before and after a change."""

    before: Snapshot
    after: Snapshot
    moved: Mapping[str, str]
    """The names of modules before -> their names now."""

    def names(self, before: Config, after: Config) -> Iterator[NameChange]:
        """Components, modules, packages, hosts, queues and tables that are new or gone; components by configuration."""
        yield from _changes("component", _parts(before), _parts(after))
        old, new = self.before.codebase.sources.keys(), self.after.codebase.sources.keys()
        yield from _changes("module", {*old} - self.moved.keys(), {*new} - {*self.moved.values()})
        yield from _changes("package", _packages(self.before.codebase), _packages(self.after.codebase))
        yield from self._outside()

    def moves(self) -> Iterator[ModuleMove]:
        """The modules whose files were renamed."""
        for old, new in sorted(self.moved.items()):
            if old in self.before.codebase.sources and new != old:
                yield ModuleMove(old, new, self.before.parts.get(old, ""), self.after.parts.get(new, ""))

    def dependencies(self) -> Iterator[DependencyChange]:
        """The arrows of the pictures whose counts differ."""
        old, new = (
            {(it.source, it.target, str(it.channel)): it.count for it in snapshot.view.arrows}
            for snapshot in (self.before, self.after)
        )
        for key in sorted(old.keys() | new.keys()):
            if old.get(key, 0) != new.get(key, 0):
                yield DependencyChange(*key, old.get(key, 0), new.get(key, 0))

    def routes(self) -> Iterator[RouteChange]:
        """The routes that are new, gone, or guarded in another way."""
        old, new = self.before.routes, self.after.routes
        for key in sorted(old.keys() | new.keys()):
            handler, after = new.get(key, ("", None))
            known, before = old.get(key, ("", None))
            before = None if before is None else tuple(map(self._now, before))
            if before is None or after is None or {*before} != {*after}:
                yield RouteChange(*key[1:], handler or known, before, after)

    def cycles(self) -> Iterator[CycleChange]:
        """The cycles that are opened or have grown, and those that are gone."""
        for sort, tangles in self.after.cycles.items():
            old = [{self.moved.get(name, name) for name in tangle} for tangle in self.before.cycles[sort]]
            found = cycle_changes(old, tangles)
            yield from (CycleChange(sort, tuple(sorted(it)), is_new=True, added=_added(it, old)) for it in found.opened)
            yield from (CycleChange(sort, tuple(sorted(tangle)), is_new=False) for tangle in found.closed)

    def metrics(self, violations_before: int, violations_after: int) -> Iterator[MetricChange]:
        """The metrics of the module graph, and the number of violations, before and after."""
        old = {**self.before.figures, "violations": violations_before}
        new = {**self.after.figures, "violations": violations_after}
        for name in COLUMNS:
            if name in new:
                yield MetricChange(name, old.get(name), new[name])

    def _now(self, name: str) -> str:
        """The name of a function after its module has moved."""
        module = next((old for old in self.moved if is_at_or_below(name, old)), "")
        return self.moved[module] + name.removeprefix(module) if module else name

    def _outside(self) -> Iterator[NameChange]:
        """What changed files name of the outside, and no other file does."""
        before, after = self._changed_files()
        old, new = OutsideNames(self.before.codebase), OutsideNames(self.after.codebase)
        named_before, named_after = old.of(before), new.of(after)
        # A host that another file named before is not new; only few files hold its text, and only these are analyzed.
        added = named_after - named_before - self._elsewhere(self.before, old, named_after - named_before, before)
        gone = named_before - named_after - self._elsewhere(self.after, new, named_before - named_after, after)
        yield from (NameChange(sort, name, is_new=True) for sort, name in added)
        yield from (NameChange(sort, name, is_new=False) for sort, name in gone)

    @staticmethod
    def _elsewhere(
        snapshot: Snapshot, outside: OutsideNames, wanted: frozenset[tuple[str, str]], searched: Iterable[Source]
    ) -> frozenset[tuple[str, str]]:
        """What is named in other files than `searched`, of what is `wanted`; only files that hold the text can."""
        if not wanted:
            return frozenset()
        texts = [last_part(name).encode() if sort == "table" else name.encode() for sort, name in wanted]
        others = [source for source in snapshot.codebase.sources.values() if source not in {*searched}]
        return outside.of(source for source in others if _holds(source, texts))

    def _changed_files(self) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
        """The files that differ, before and after."""
        old, new = self.before.codebase.sources, self.after.codebase.sources
        now = {name: self.moved.get(name, name) for name in old}
        same = {name for name in old if now[name] in new and _is_same(old[name], new[now[name]])}
        unchanged = {now[name] for name in same}
        return (
            tuple(source for name, source in sorted(old.items()) if name not in same),
            tuple(source for name, source in sorted(new.items()) if name not in unchanged),
        )


def _added(tangle: frozenset[str], before: list[set[str]]) -> tuple[str, ...]:
    """What is new in `tangle`, if a part of it was a cycle before; empty if it is opened as a whole."""
    # With one common module, the old cycle is another one that happens to touch this one.
    known = set[str]().union(*(other for other in before if len(tangle & other) > 1))
    return tuple(sorted(tangle - known)) if known else ()


def _changes(sort: str, before: Iterable[str], after: Iterable[str]) -> Iterator[NameChange]:
    old, new = set(before), set(after)
    yield from (NameChange(sort, name, is_new=True) for name in new - old)
    yield from (NameChange(sort, name, is_new=False) for name in old - new)


def _parts(config: Config) -> frozenset[str]:
    return frozenset((*config.components, *config.services))


def _packages(codebase: Codebase) -> frozenset[str]:
    """The top-level packages outside of the project and of the standard library that are imported."""
    tops = {top_package(name) for name in codebase.imports.externals}
    return frozenset(tops - sys.stdlib_module_names)


def _is_same(one: Source, other: Source) -> bool:
    try:
        return filecmp.cmp(one.file, other.file, shallow=False)
    except OSError:
        return False


def _holds(source: Source, texts: Iterable[bytes]) -> bool:
    content = source.path.read_bytes().lower()
    return any(text.lower() in content for text in texts)
