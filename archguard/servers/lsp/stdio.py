"""Serve one editor over stdin and stdout."""

import os
import sys
from typing import BinaryIO

from archguard.servers.lsp import code_lens, completion, hover, quick_fixes, synchronization
from archguard.servers.lsp.server import Server

_FEATURES = (synchronization, hover, quick_fixes, code_lens, completion)


def serve() -> int:
    """Answer the editor until it leaves. Returns the exit code: 0 if it said so before, as the protocol asks."""
    server = Server()
    for feature in _FEATURES:
        feature.register(server)
    server.start_io(sys.stdin.buffer, _own_stdout())
    return 0 if server.was_shut_down else 1


def _own_stdout() -> BinaryIO:
    """The stdout of the process, for the protocol alone: whatever else is printed goes to stderr from now on."""
    stdout = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stdout
