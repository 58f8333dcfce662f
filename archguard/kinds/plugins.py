"""The kinds of other packages, which they register as entry points.

How it works: first, the files `entry_points.txt` beside all installed packages are searched for the group. Only if one
has it, `importlib.metadata` is imported, which takes 15 ms, and reads them. What is installed in another form than
folders, such as zip files and editable installs with their own finder, is for `importlib.metadata`, too.
"""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from archguard.kinds.contract import Contract

GROUP: Final = "archguard.kinds"
_METADATA: Final = (".dist-info", ".egg-info")


@cache
def plugged_in() -> "dict[str, type[Contract]]":
    """The kinds that installed packages register, by their names."""
    if not any(_may_register(folder) for folder in sys.path) and not any(map(_finds_distributions, sys.meta_path)):
        return {}
    from importlib.metadata import entry_points  # noqa: PLC0415  # 15 ms

    return {point.name: point.load() for point in entry_points(group=GROUP)}


def _may_register(folder: str) -> bool:
    """Whether a package in `folder`, which is on the search path, may have entry points of the group."""
    if Path(folder).is_file() or folder.endswith(".egg"):
        return True
    return any(GROUP.encode() in content for content in _entry_points(folder or "."))


def _entry_points(folder: str) -> Iterator[bytes]:
    """The content of each `entry_points.txt` in `folder`."""
    try:
        found = [entry for entry in Path(folder).iterdir() if entry.name.lower().endswith(_METADATA)]
    except OSError:
        return
    for entry in found:
        try:
            yield (entry / "entry_points.txt").read_bytes()
        except OSError:
            continue


def _finds_distributions(finder: object) -> bool:
    """Whether `finder` may know of packages that are in no folder of the search path; Python's own ones do not."""
    module = getattr(finder, "__module__", "")
    return hasattr(finder, "find_distributions") and not module.startswith(("_frozen_importlib", "importlib"))
