"""The guard at one revision: its configuration, its code, its baseline and the comments in the code."""

from collections.abc import Iterator
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path

from archguard.codebase import Codebase
from archguard.config import Config, configuration_files, read, read_config
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.history.baseline import Baseline, read_baseline
from archguard.history.baseline_file import NAME
from archguard.history.weakening.comments import IgnoreComment, ignore_comments
from archguard.incremental.input_recorder import is_there


@dataclass(frozen=True)
class Guard:
    """What keeps the architecture at one revision, or in one state of the working tree."""

    config: Config
    codebase: Codebase
    baseline: Baseline = field(default_factory=Baseline)
    fault: str = ""
    """Why the configuration or the baseline cannot be read; "" if they can."""

    @cached_property
    def comments(self) -> tuple[IgnoreComment, ...]:
        """The comments in the code that ignore violations."""
        return ignore_comments(self.codebase)


def read_guard(config: Config, codebase: Codebase | None = None, baseline: Path | None = None) -> Guard:
    """The guard of `config`, with the baseline in the file `baseline`, by default the one beside the configuration.

    Raises:
        ExceptionGroup[ArchguardError]: the code or the baseline cannot be read.
    """
    file = baseline or config.root / NAME
    known = read_baseline(file) if is_there(file) else Baseline()
    return Guard(config, codebase or read(config), known)


def guard_in(root: Path, files: tuple[str, ...] = (), baseline: str = NAME) -> Guard:
    """The guard of the project in the folder `root`: of the configuration `files`, or of those that are there.

    Without a configuration, it has no contracts.

    Raises:
        ExceptionGroup[ArchguardError]: the configuration, the code or the baseline cannot be read.
    """
    return read_guard(config_in(root, files), baseline=root / baseline)


def guard_at(tree: Path, now: Guard, code: Codebase, files: tuple[str, ...] = (), baseline: str = NAME) -> Guard:
    """The guard at an earlier revision, checked out in the folder `tree`.

    A configuration that cannot be read is the `fault` of the guard, so that a change that mends it can be compared.

    Args:
        tree: The folder of the project at that revision.
        now: The guard of today.
        code: The code at that revision, as the configuration of today reads it.
        files: The paths of the configuration files, if they are named on the command line.
        baseline: The path of the baseline.
    """
    try:
        config = config_in(tree, files)
        file = tree / baseline
        known = read_baseline(file) if is_there(file) else Baseline()
        return Guard(config, _code_under(config, now.config, code), known)
    except* ArchguardError as group:
        fault = next(fault_messages(group))
    return Guard(replace(now.config, root=tree, accepted=()), code, now.baseline, fault)


def config_in(root: Path, files: tuple[str, ...]) -> Config:
    """The configuration of `files` that are there, or of those that are found in `root`; else one without contracts."""
    named = tuple(path for path in (root / name for name in files) if is_there(path))
    found = named if files else configuration_files(root)
    return read_config(found, root) if found else Config(root=root)


def _code_under(config: Config, now: Config, code: Codebase) -> Codebase:
    """The code as `config` reads it: `code`, which the configuration of today has read, if both read the same."""
    # Reading the code is what costs; most changes leave where it is.
    if (config.project, config.services) == (now.project, now.services):
        return replace(code, components=config.components, memo={})
    return read(config)


def fault_messages(group: BaseExceptionGroup[ArchguardError]) -> Iterator[str]:
    """The message of each error in `group`, with its location."""
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from fault_messages(error)
        else:
            yield f"{error.location}: {error.message}" if error.location else error.message
