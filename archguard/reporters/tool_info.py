"""Who made a report, for the formats that say it."""

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Final

NAME: Final = "archguard"
DISTRIBUTION: Final = "archguard-enforcer"


@cache
def version() -> str:
    """The installed version, or "0" where archguard runs without being installed."""
    try:
        return installed_version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0"
