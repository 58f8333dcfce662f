"""Which archguard runs: another version, or an edited checkout, may find other violations."""

import os
from functools import cache

from archguard.incremental.fingerprint import digest
from archguard.incremental.input_recorder import not_recorded

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def program_state(*, by_content: bool = False) -> list[tuple[str, object]]:
    """Each file of archguard with its size and time, or with its digest; an edit of the catalogue counts, too."""
    with not_recorded():  # a replay compares the files that the run has loaded, not all of them
        files = (os.path.join(folder, name) for folder, _, names in os.walk(_PACKAGE) for name in names)
        own = sorted(file for file in files if file.endswith((".py", ".toml")))
        if by_content:  # the same program may be elsewhere
            return [(os.path.relpath(file, _PACKAGE), digest(file)) for file in own]
        return [(file, (stat.st_size, stat.st_mtime_ns)) for file in own if (stat := os.stat(file))]


@cache
def running_program(*, by_content: bool) -> list[tuple[str, object]]:
    """`program_state` as it was when this process first asked: what it runs, whatever is edited afterwards."""
    return program_state(by_content=by_content)
