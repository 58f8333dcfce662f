"""Find the folder of a project's configuration without reading it, as fast as the start of a hook must be.

This is coarser than `archguard.config.discovery`: a file that several tools share counts if it mentions one whose
contracts archguard reads. A folder that turns out to have no configuration leads to the one further up all the same,
since the search goes on from there; none that has one is passed over.
"""

import os

TYPE_CHECKING = False  # importing `typing` takes longer than many a replay
if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("archguard.yaml", "archguard.yml", "archguard.YAML", "archguard.YML")
"""Files that hold nothing but a configuration."""
SHARED_NAMES = ("pyproject.toml", "setup.cfg", ".importlinter", "tach.toml")
"""Files that may hold one, of archguard or of a tool whose configurations it reads."""
_TOOLS = (b"archguard", b"importlinter", b"tach")


def configured_folder(folder: str) -> str:
    """The nearest folder that may hold a configuration, from `folder` up to the root of its repository.

    It is `folder` itself if there is none. Symbolic links are resolved.
    """
    start = os.path.realpath(folder)
    return next((each for each in _upwards(start) if may_be_configured(each)), start)


def may_be_configured(folder: str) -> bool:
    """Whether `folder` may hold a configuration."""
    if any(os.path.lexists(os.path.join(folder, name)) for name in NAMES):
        return True
    return any(_mentions_a_tool(os.path.join(folder, name)) for name in SHARED_NAMES)


def _upwards(folder: str) -> "Iterator[str]":
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return
        folder = parent


def _mentions_a_tool(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return False
    except OSError:  # what cannot be read may hold a configuration, and is an error then
        return True
    return path.endswith("tach.toml") or any(tool in content for tool in _TOOLS)
