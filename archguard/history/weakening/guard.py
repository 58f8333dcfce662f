"""The guard at one revision: its configuration, its code, its baseline and the comments in the code."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from archguard.codebase import Codebase
from archguard.config import Config, find_configuration, read, read_config
from archguard.history.baseline import NAME, Baseline, read_baseline
from archguard.history.weakening.comments import IgnoreComment, ignore_comments
from archguard.incremental.input_recorder import is_there


@dataclass(frozen=True)
class Guard:
    """What keeps the architecture at one revision, or in one state of the working tree."""

    config: Config
    codebase: Codebase
    baseline: Baseline = field(default_factory=Baseline)

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
    """The guard of the project in the folder `root`: of the configuration `files`, or of those that are found there.

    Raises:
        ConfigError: there is no configuration in `root`.
        ExceptionGroup[ArchguardError]: it, the code or the baseline cannot be read.
    """
    found = tuple(root / name for name in files) or find_configuration(root)[1]
    return read_guard(read_config(found, root), baseline=root / baseline)
