"""Which archguard runs: another version, or an edited checkout, may find other violations."""

import os
from functools import cache

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def program_state() -> list[tuple[str, int, int]]:
    """Path, size and time of each file of archguard; an edit of the catalogue changes what is found, too."""
    files = (os.path.join(folder, name) for folder, _, names in os.walk(_PACKAGE) for name in names)
    found = [(file, os.stat(file)) for file in files if file.endswith((".py", ".toml"))]
    return sorted((file, stat.st_size, stat.st_mtime_ns) for file, stat in found)


@cache
def running_program() -> list[tuple[str, int, int]]:
    """`program_state` as it was when this process first asked: what it runs, whatever is edited afterwards."""
    return program_state()
