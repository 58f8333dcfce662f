"""Compare with a revision by checking both trees: a change in one file can break a contract in another one.

Cost: a checkout and a second full check.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from archguard.checking.check import check
from archguard.codebase import Codebase
from archguard.config import Config
from archguard.history.git import renames
from archguard.history.matching import match, moved_modules
from archguard.history.revision import tree_of
from archguard.model import Report


def since(report: Report, config: Config, codebase: Codebase, revision: str, only: Collection[str] = ()) -> Report:
    """Mark as known the violations that the code had at `revision` under the current contracts.

    Raises:
        GitError: there is no such revision here.
    """
    with tree_of(config.root, revision) as tree:
        before = check(replace(config, root=tree), only)
    moved = moved_modules(codebase, renames(config.root, revision))
    matched = match(report.violations, Counter(violation.identity for violation in before.violations), moved)
    summary = replace(report.summary, fixed=sum(matched.fixed.values()))
    return replace(report.with_violations(matched.violations), summary=summary)
