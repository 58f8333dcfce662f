"""Compare two revisions, or a revision and the working tree, and collect what the change does to the architecture.

How it works: both trees are read and checked under the contracts of today, as by `check --since`. The pictures of both
have the same sort of nodes, so that their arrows can be compared. Nothing of the project is run: a revision is written
from git's objects to a temporary folder.

Cost: two full checks; and the routes of both trees. Hosts, queues and tables are searched in the changed files, and in
those that hold the same text.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from archguard.checking import check
from archguard.codebase import Codebase, Component, Pattern
from archguard.config import Config, configuration_files, read, read_config
from archguard.dataclass import dataclass
from archguard.diagrams import Request, View
from archguard.diagrams.difference import difference
from archguard.errors import ConfigError
from archguard.history.baseline_file import NAME, with_baseline
from archguard.history.earlier import earlier
from archguard.history.git import commit_of, messages, renames
from archguard.history.matching import match, moved_modules, renamed
from archguard.history.revision import tree_of
from archguard.history.since import relative_paths
from archguard.history.weakening import guard_at, guard_changes, read_guard
from archguard.history.weakening.acceptance import with_acceptances
from archguard.inspection.review.comparison import Comparison
from archguard.inspection.review.snapshot import Snapshot, view_of
from archguard.kinds.access import Access
from archguard.model import GuardChange, Identity, Problem, Report, Review, Severity, Violation, ViolationStatus

_WORKING_TREE = "the working tree"


@dataclass(frozen=True)
class Reviewed:
    """A review, the picture of the difference, and the problems of the check after the change."""

    review: Review
    picture: View
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Head:
    """The state after the change."""

    config: Config
    codebase: Codebase
    raw: Report
    """The violations without a baseline."""
    report: Report
    baseline: Path | None
    """The baseline that the command line names."""


def review(
    config: Config, since: str, at: str = "", *, files: Collection[Path] = (), baseline: Path | None = None
) -> Reviewed:
    """What has changed since the revision `since`.

    Args:
        config: The configuration of the working tree.
        since: The revision before the change.
        at: The revision after it; by default the working tree.
        files: The configuration files that the command line names.
        baseline: The baseline that the command line names.

    Raises:
        GitError: there is no such revision here.
        ExceptionGroup[ArchguardError]: the code or the configuration after the change cannot be read.
    """
    named = relative_paths(config, files)
    (known,) = relative_paths(config, [baseline or config.root / NAME])
    with _head(config, at, named, known if baseline else "") as head, tree_of(config.root, since, config.files) as tree:
        return _Change(config.root, since, at, head, tree, named, known).reviewed()


@contextmanager
def _head(config: Config, at: str, files: tuple[str, ...], baseline: str) -> Iterator[_Head]:
    if not at:
        yield _checked(config, config.root / baseline if baseline else None)
        return
    with tree_of(config.root, at, config.files) as tree:
        found = tuple(tree / name for name in files) or configuration_files(tree)
        if not found:
            raise ConfigError(f"there is no configuration at '{at}'", "review the working tree, or a later revision")
        yield _checked(read_config(found, tree), tree / baseline if baseline else None)


def _checked(config: Config, baseline: Path | None) -> _Head:
    codebase = read(config)
    raw = check(config, codebase=codebase)
    return _Head(config, codebase, raw, with_baseline(raw, config, codebase, baseline), baseline)


@dataclass(frozen=True)
class _Violations:
    """The violations after a change: those that it brings, and those of before."""

    new: tuple[Violation, ...]
    accepted: tuple[Violation, ...]
    """New ones that the baseline takes as known."""
    fixed: tuple[Violation, ...]
    before: int
    after: int

    @classmethod
    def of(cls, before: Report, head: _Head, moved: Mapping[str, str]) -> "_Violations":
        """Compare the violations of both states by their identities, under the names of today."""
        matched = match(head.raw.violations, Counter(it.identity for it in before.violations), moved)
        brought = [
            known
            for known, since in zip(head.report.violations, matched.violations, strict=True)
            if since.status is ViolationStatus.NEW
        ]
        return cls(
            tuple(it for it in brought if it.status is ViolationStatus.NEW),
            tuple(it for it in brought if it.status is ViolationStatus.KNOWN),
            tuple(_fixed(before, matched.fixed, moved)),
            len(before.violations),
            len(head.raw.violations),
        )

    @property
    def kept(self) -> int:
        """How many are there before and after."""
        return self.after - len(self.new) - len(self.accepted)


@dataclass(frozen=True)
class _Change:
    """The two states of a project, and the repository that they come from."""

    root: Path
    since: str
    at: str
    head: _Head
    tree: Path
    files: tuple[str, ...]
    baseline: str

    def reviewed(self) -> Reviewed:
        """Everything that has changed."""
        then = earlier(self.head.config, self.tree)
        code = read(then)
        before = check(then, codebase=code)
        paths = renames(self.root, self.since, self.at)
        moved = moved_modules(self.head.codebase, paths)
        found = _Violations.of(before, self.head, moved)
        old, guard = self._guard(code, moved, paths)
        compared = self._compared(old, then, code, found.new, moved)
        reviewed = Review(
            project=Request(codebase=self.head.codebase).project or self.root.name,
            base=self._shown(self.since),
            head=self._shown(self.at) if self.at else _WORKING_TREE,
            names=tuple(sorted(compared.names(old, self.head.config))),
            moves=tuple(compared.moves()),
            dependencies=tuple(compared.dependencies()),
            routes=tuple(compared.routes()),
            names_guards=any(isinstance(contract, Access) for contract in self.head.config.contracts),
            cycles=tuple(sorted(compared.cycles())),
            violations=found.new,
            fixed=found.fixed,
            accepted=found.accepted,
            known=found.kept,
            guard=guard,
            metrics=tuple(compared.metrics(found.before, found.after)),
            gaps=tuple(_gaps(before)),
            complete=self.head.report.complete,
        )
        title = f"{reviewed.project}: {reviewed.base} to {reviewed.head}"
        picture = difference(compared.before.view, compared.after.view, title)
        return Reviewed(reviewed, picture, self.head.report.problems)

    def _guard(
        self, code: Codebase, moved: Mapping[str, str], paths: Mapping[str, str]
    ) -> tuple[Config, tuple[GuardChange, ...]]:
        """The configuration before, and what the change does to the guard."""
        head = self.head
        now = read_guard(head.config, head.codebase, head.baseline)
        old = guard_at(self.tree, now, code, self.files, self.baseline)
        texts = messages(self.root, self.since, self.at or "HEAD")
        return old.config, tuple(
            with_acceptances(guard_changes(old, now, moved, paths), old.config, head.config, texts)
        )

    def _compared(
        self, old: Config, then: Config, code: Codebase, violations: tuple[Violation, ...], moved: Mapping[str, str]
    ) -> Comparison:
        """Both states with the components of today, and with those that are gone."""
        head = self.head
        named = {*head.config.components, *head.config.services}
        gone = {name: it for name, it in old.components.items() if name not in named}
        components = {**head.config.components, **gone}
        after = _with_components(head.codebase, components)
        before = _with_components(code, _with_old_names(components, after, moved))
        view, depth = view_of(before, after, Request(codebase=after, contracts=head.config.contracts).main_view)
        return Comparison(
            Snapshot(replace(then, components=before.components), before, Report(), view, depth),
            Snapshot(replace(head.config, components=components), after, Report(violations=violations), view, depth),
            moved,
        )

    def _shown(self, revision: str) -> str:
        """The revision as it was given; a full hash abbreviated."""
        commit = commit_of(self.root, revision)
        return commit[:8] if commit == revision else revision


def _with_old_names(
    components: Mapping[str, Component], after: Codebase, moved: Mapping[str, str]
) -> Mapping[str, Component]:
    """The components for the code before: a module that has moved is in the component in which it is now."""
    found = dict(components)
    for name, component in components.items():
        members = after.members((Pattern(name),))
        names = tuple(Pattern(old) for old, new in sorted(moved.items()) if new in members)
        found[name] = replace(component, modules=(*component.modules, *names)) if names else component
    return found


def _with_components(codebase: Codebase, components: Mapping[str, Component]) -> Codebase:
    return codebase if codebase.components == components else replace(codebase, components=components, memo={})


def _fixed(before: Report, counts: Mapping[Identity, int], moved: Mapping[str, str]) -> Iterator[Violation]:
    """The violations that are gone; `counts` has their identities, under the names of today if modules have moved."""
    left = Counter(counts)
    for violation in before.violations:
        identity = next((it for it in (violation.identity, renamed(violation.identity, moved)) if left[it] > 0), None)
        if identity:
            left[identity] -= 1
            yield violation


def _gaps(before: Report) -> Iterator[str]:
    """The errors that kept the code before from being checked."""
    for problem in before.problems:
        if problem.severity is Severity.ERROR and problem.code == "syntax":
            place = f"{problem.location}: " if problem.location else ""
            yield f"before the change, {place}{problem.message}"
