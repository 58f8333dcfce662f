"""The name and version of archguard, for formats that record the tool."""

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Final

NAME: Final = "archguard"
DISTRIBUTION: Final = "archguard-enforcer"


@cache
def version() -> str:
    """The installed version, or "0" if archguard is not installed as a distribution."""
    try:
        return installed_version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0"
