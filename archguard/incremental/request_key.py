"""What is asked: all that an answer depends on and that is no file."""

import json
import os
import sys
from collections.abc import Iterator
from zlib import crc32

from archguard.incremental.secret import VARIABLE
from archguard.incremental.store import NAME

_FORM = 3
"""Goes up when snapshots are kept in another way."""
_VARIABLES = ("COLORTERM", "COLUMNS", "FORCE_COLOR", "LANG", "LANGUAGE", "NO_COLOR", "TERM", "TTY_COMPATIBLE")
_FAMILIES = ("ARCHGUARD_", "LC_", "PYTHON")
"""What archguard, its libraries and Python heed of the environment: these, and all whose names begin like that."""
_VALUED = ("--config", "--format", "--output", "--baseline", "--contract", "--fail-on")
"""The options whose value may be the next word."""
_ANEW = ("--no-cache", "--profile", "--since", "--since-merge-base")
"""The options with which everything is looked at again, or git is asked."""


def request_key(arguments: list[str]) -> str | None:
    """What the command line `arguments` asks here; None if it cannot be answered from a snapshot."""
    if arguments[:1] != ["check"] or any(argument.partition("=")[0] in _ANEW for argument in arguments):
        return None
    try:
        folder = os.getcwd()
    except OSError:  # it has been deleted
        return None
    environment = [item for item in os.environ.items() if item[0] in _VARIABLES or item[0].startswith(_FAMILIES)]
    environment = [item for item in environment if item[0] != VARIABLE]  # which is kept from what is written down
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    terminal = (sys.stdout.encoding, sys.stdout.isatty())
    python = (sys.version, sys.executable, sys.path)
    return json.dumps([_FORM, arguments, folder, python, terminal, user, sorted(environment)])


def targets(asked: str) -> list[str | None]:
    """The files that the reports go to, None for stdout: by what is asked alone, whatever was kept says."""
    formats, output = [], None
    words = iter(json.loads(asked)[1][1:])
    for word in words:
        option, mark, value = word.partition("=")
        if option == "--":
            break
        if option in _VALUED:
            value = value if mark else next(words, "")
            formats += [value] if option == "--format" else []
            output = value if option == "--output" else output
    return [format_.partition(":")[2] or output for format_ in formats or ["text"]]


def name(asked: str) -> str:
    """A name for the file of the snapshot; who reads it makes sure that it is about the same question."""
    return f"{crc32(asked.encode('utf-8', 'surrogatepass')):08x}"


def roots(arguments: list[str]) -> Iterator[str]:
    """The folders in which the cache may be: beside the configuration, which is here or further up, or is named."""
    folder = next(_named(arguments), None) or os.getcwd()
    while True:
        if os.path.isdir(os.path.join(folder, NAME)):
            yield folder
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return
        folder = above


def _named(arguments: list[str]) -> Iterator[str]:
    for index, argument in enumerate(arguments):
        option, mark, value = argument.partition("=")
        if option == "--config":
            yield os.path.dirname(os.path.realpath(value if mark else "".join(arguments[index + 1 : index + 2])))
