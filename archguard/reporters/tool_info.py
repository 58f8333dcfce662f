"""The name and version of archguard, for formats that record the tool."""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

NAME: Final = "archguard"
DISTRIBUTION: Final = "archguard-enforcer"


@cache
def version() -> str:
    """The installed version, or "0" if archguard is not installed as a distribution."""
    return next(_versions(), None) or _version_in_metadata()


def _versions() -> Iterator[str]:
    """The versions in the names of archguard's metadata folders: `archguard_enforcer-1.2.dist-info`."""
    start, end = f"{DISTRIBUTION.replace('-', '_')}-", ".dist-info"
    for folder in map(Path, sys.path):
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        yield from (name[len(start) : -len(end)] for name in names if name.startswith(start) and name.endswith(end))


def _version_in_metadata() -> str:
    from importlib.metadata import PackageNotFoundError  # noqa: PLC0415  # 15 ms, seldom needed
    from importlib.metadata import version as installed_version  # noqa: PLC0415  # the same

    try:
        return installed_version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0"
