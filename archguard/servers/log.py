"""The messages of the daemon: on stderr, or in a file of bounded size that all daemons of a user share."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from time import strftime
from typing import Final

from archguard.servers.client import LOG_FLAGS

MOST_BYTES: Final = 1 << 20
"""The size after which the file begins anew: thousands of messages, of which the last ones are looked for."""


class Log:
    """Writes messages with their time and the process."""

    def __init__(self, file: Path | None) -> None:
        """Write to `file` from now on, libraries included; to stderr if there is none, or if it cannot be written."""
        self._is_file = False
        if file:
            with suppress(OSError):
                opened = os.open(file, LOG_FLAGS, 0o600)
                os.dup2(opened, sys.stderr.fileno())
                os.close(opened)
                self._is_file = True

    def __call__(self, text: str) -> None:
        """Write one message, if it can be written."""
        with suppress(OSError):
            number = sys.stderr.fileno()
            if self._is_file and os.fstat(number).st_size > MOST_BYTES:
                os.ftruncate(number, 0)  # other daemons go on at its new end, since they append
            sys.stderr.write(f"{strftime('%Y-%m-%d %H:%M:%S')} [{os.getpid()}] {text}\n")
            sys.stderr.flush()
