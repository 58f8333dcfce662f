"""The memory of the daemon: how much it is, and the collection of garbage while nobody waits.

Python's collector looks at all objects that it tracks: seconds for a large project, most of whose objects live as long
as the daemon. So nothing is collected during a request. After an answer the collector looks at the new objects only,
and what survives is frozen, that is, left out from then on (`gc.freeze`). What of it becomes garbage later, such as the
old results after a change on disk, is found when nobody has asked for some seconds.
"""

import gc
import os
import sys
from pathlib import Path
from typing import Final

_MOST_NEW: Final = 200_000
"""Objects to look at after an answer: about 50 ms. There are more when the project was read anew."""
_GROWTH: Final = 1.25
"""How much memory must have grown before it is worth looking at all objects."""


class Heap:
    """The objects of this process, whose automatic collection is off from now on."""

    def __init__(self) -> None:
        gc.disable()
        self._least = 0

    def collect_new(self) -> None:
        """Free the garbage that the last request has left."""
        if gc.get_count()[0] < _MOST_NEW:
            gc.collect()
        gc.freeze()

    def collect_all(self) -> None:
        """Free all garbage, if there may be much."""
        if memory() > self._least * _GROWTH:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._least = memory()


def memory() -> int:
    """The bytes of this process in main memory; where the system does not tell, the most that there have been, or 0."""
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
