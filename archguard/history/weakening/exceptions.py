"""How many exceptions a revision makes: ignored imports and lines, and violations that the baseline takes as known."""

from pathlib import Path

from archguard.checking.suppressions import directives_of
from archguard.codebase import Codebase
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.history.baseline import Baseline, read_baseline
from archguard.history.baseline_file import NAME
from archguard.history.weakening.guard import config_in, fault_messages
from archguard.incremental.input_recorder import is_there


@dataclass(frozen=True)
class Exceptions:
    """The exceptions of one revision; None where they are not known, or where there is no configuration."""

    ignores: int | None = None
    """Entries `ignore` of contracts, and comments in the code, once for each contract that they name."""
    baseline: int | None = None
    """Violations that the baseline takes as known."""
    fault: str = ""
    """Why they are not known: the configuration or the baseline cannot be read; "" if there is no such fault."""


def exceptions_in(root: Path, files: tuple[str, ...], codebase: Codebase) -> Exceptions:
    """The exceptions of the project in the folder `root`, whose code is `codebase`.

    Args:
        root: The folder, as it was at the revision.
        files: The paths of the configuration files, if they are named on the command line.
        codebase: The code at that revision.
    """
    fault = ""
    try:
        config = config_in(root, files)
        known = read_baseline(root / NAME) if is_there(root / NAME) else Baseline()
        if not config.files:
            return Exceptions()
        entries = sum(len(contract.ignore) for contract in config.contracts)
        comments = sum(len(it.contracts) for it in directives_of(codebase) if it.verb == "ignore")
        return Exceptions(entries + comments, sum(known.counts.values()))
    except* ArchguardError as group:
        fault = next(fault_messages(group))
    return Exceptions(fault=fault)
