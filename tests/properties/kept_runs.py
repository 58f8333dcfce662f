"""What is kept of one run is right after each of several edits."""

from collections.abc import Callable, Iterator

from project import Project

from archguard.checking import check
from archguard.checking.kept_run import KeptRun
from archguard.config import read
from archguard.incremental.dependencies import DependencyRecorder
from archguard.model import Report


def assert_kept_results_hold(project: Project, edits: Iterator[None], told: Callable[[Report], object]) -> None:
    """After each of `edits` of the files, `told` says the same of a run with kept results as of one from nothing."""
    config = project.config()
    base = read(config)
    base.results.recorder = DependencyRecorder()
    check(config, codebase=base)
    kept = KeptRun.of(base)
    before = {module: source.content for module, source in base.sources.items()}
    for _ in edits:
        now = read(config)
        after = {module: source.content for module, source in now.sources.items()}
        changed = [module for module in before.keys() | after.keys() if before.get(module) != after.get(module)]
        kept.give(now, changed)  # not where too many results are outdated
        assert told(check(config, codebase=now)) == told(check(config))
