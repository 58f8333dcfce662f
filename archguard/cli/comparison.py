"""The options `--since` and `--since-merge-base`: compare with an earlier revision."""

from collections.abc import Collection
from pathlib import Path

from archguard.codebase import Codebase
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.history import merge_base
from archguard.history.since import Compared, since
from archguard.model import Report


@dataclass(frozen=True)
class Base:
    """What to compare with, and what the command line says besides."""

    revision: str | None
    branch: str | None
    """A branch, in place of the revision at which HEAD left it."""
    files: tuple[Path, ...]
    """The configuration files that are named."""
    baseline: Path | None
    """The baseline that is named."""


def compare(report: Report, config: Config, codebase: Codebase, contracts: Collection[str], base: Base) -> Compared:
    """`report` with what was there at the revision of `base` marked as known.

    Raises:
        GitError: there is no such revision or branch here.
    """
    revision = base.revision or "" if base.branch is None else merge_base(config.root, base.branch)
    return since(report, config, codebase, revision, contracts, files=base.files, baseline=base.baseline)
