"""Check a project with what earlier runs have stored, of whichever command, and store what this one finds.

Code and results are stored by the configuration, not by the command line, so that `check` and `metrics` serve each
other. Nothing is used or stored unless the process records its inputs (`incremental/input_recorder.py`).
"""

from collections.abc import Collection

from archguard.checking.check import check, may_keep
from archguard.checking.kept_code import read_edited
from archguard.checking.profile import Profile
from archguard.codebase import Codebase
from archguard.config import Config
from archguard.model import Report


def check_incrementally(
    config: Config, only: Collection[str] = (), profile: Profile | None = None
) -> tuple[Codebase, Report]:
    """The code of `config`, and the report of `check` on it.

    Args:
        config: The contracts, and where the code is.
        only: The ids of the contracts to check; by default all of them.
        profile: Records the time of reading the code, and of each contract.

    Raises:
        ExceptionGroup[ArchguardError]: a package does not exist, or `only` names an unknown contract.
    """
    profile = profile or Profile()
    with profile.stage("code"):
        codebase = _read(config, only)
    report = check(config, only, codebase, profile)
    _keep(config, only, codebase)
    return codebase, report


def _read(config: Config, only: Collection[str]) -> Codebase:
    if not may_keep(config):
        return read_edited(config)
    from archguard.checking.kept_store import read_with_kept_results  # noqa: PLC0415  # a check of imports alone keeps none

    return read_with_kept_results(config, only)


def _keep(config: Config, only: Collection[str], codebase: Codebase) -> None:
    if may_keep(config):
        from archguard.checking.kept_store import keep_results  # noqa: PLC0415  # the same

        keep_results(config, only, codebase)
