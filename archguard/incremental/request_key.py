"""The key of a stored result: everything that a report depends on and that is not a file.

That is the command line, the working directory, the interpreter and its search path, the terminal, the user, and the
environment variables that archguard, its libraries and Python read. The key is stored in full and compared in full.
With `--checksum`, paths are relative to the project and to Python, so that another checkout has the same key.
"""

import json
import os
import sys
from collections.abc import Iterator
from zlib import crc32

from archguard.incremental.secret import VARIABLE
from archguard.incremental.store import NAME

_FORMAT_VERSION = 5
"""To be incremented when the stored format changes."""
_VARIABLES = ("COLORTERM", "COLUMNS", "FORCE_COLOR", "LANG", "LANGUAGE", "NO_COLOR", "TERM", "TTY_COMPATIBLE")
_PREFIXES = ("ARCHGUARD_", "LC_", "PYTHON")
"""Prefixes of further environment variables that archguard, its libraries and Python read."""
_WITH_VALUE = ("--config", "--format", "--output", "--baseline", "--contract", "--fail-on", "--stdin-filename")
"""Options whose value may be the next argument."""
_NOT_REPLAYED = ("--no-cache", "--profile", "--since", "--since-merge-base", "--stdin-filename")
"""Options that ask for a full run, or whose result depends on what git returns or stdin holds."""


def request_key(arguments: list[str]) -> str | None:
    """The key for the command line `arguments` in this process; None if its result cannot be replayed."""
    if arguments[:1] != ["check"] or any(argument.partition("=")[0] in _NOT_REPLAYED for argument in arguments):
        return None
    try:
        folder = os.getcwd()
    except OSError:  # the working directory has been deleted
        return None
    environment = [item for item in os.environ.items() if item[0] in _VARIABLES or item[0].startswith(_PREFIXES)]
    environment = [item for item in environment if item[0] != VARIABLE]  # a secret must not be written to the cache
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    terminal = (sys.stdout.encoding, _columns())
    program, path = sys.executable, sys.path
    if "--checksum" in arguments:
        from archguard.incremental.places import Places

        places = Places(folder)
        user = 0  # each input is read and compared, so that the result holds for another user, too
        folder, program, path = places.stored(folder), places.stored(program), [*map(places.stored, path)]
        environment = [(name, _stored_paths(name, value, places)) for name, value in environment]
    python = (sys.version, program, path)
    return json.dumps([_FORMAT_VERSION, arguments, folder, python, terminal, user, sorted(environment)])


def _stored_paths(name: str, value: str, places: "Places") -> str:
    return os.pathsep.join(map(places.stored, value.split(os.pathsep))) if name == "PYTHONPATH" else value


def _columns() -> int:
    """The width of the terminal that stdout is; 0 if it is none. Reports are wrapped to it."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else 0
    except OSError:
        return -1


def targets(key: str) -> list[str | None]:
    """The files that the reports go to, None for stdout.

    Derived from the request alone: a forged cache entry must not choose which files get overwritten.
    """
    formats, output = [], None
    words = iter(json.loads(key)[1][1:])
    for word in words:
        option, mark, value = word.partition("=")
        if option == "--":
            break
        if option in _WITH_VALUE:
            value = value if mark else next(words, "")
            formats += [value] if option == "--format" else []
            output = value if option == "--output" else output
    return [format_.partition(":")[2] or output for format_ in formats or ["text"]]


def file_name(key: str) -> str:
    """The name of the cache file. CRC-32 may collide: `RecordedResult.read` compares the whole key."""
    return f"{crc32(key.encode('utf-8', 'surrogatepass')):08x}"


def roots(arguments: list[str]) -> Iterator[str]:
    """The folders that may hold the cache: that of `--config`, or the working directory, and the folders above."""
    folder = next(_config_folders(arguments), None) or os.getcwd()
    while True:
        if os.path.isdir(os.path.join(folder, NAME)):
            yield folder
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return
        folder = parent


def _config_folders(arguments: list[str]) -> Iterator[str]:
    for index, argument in enumerate(arguments):
        option, mark, value = argument.partition("=")
        if option == "--config":
            yield os.path.dirname(os.path.realpath(value if mark else "".join(arguments[index + 1 : index + 2])))


TYPE_CHECKING = False  # importing `typing` takes longer than many a replay
if TYPE_CHECKING:
    from archguard.incremental.places import Places
