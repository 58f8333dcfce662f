"""Tell the editor that a check takes long: the first one of a large project takes some seconds."""

import asyncio
from collections.abc import Awaitable
from itertools import count
from typing import Final, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

_T = TypeVar("_T")
_PATIENCE: Final = 1.0
"""Seconds before anything is shown: what ends sooner needs no message, which would only flicker."""
_NUMBERS: Final = count(1)


async def shown(server: LanguageServer, work: Awaitable[_T]) -> _T:
    """The result of `work`, which the editor shows as being under way if it can, and if it takes long."""
    task = asyncio.ensure_future(work)
    token = f"archguard {next(_NUMBERS)}"
    try:
        await asyncio.wait({task}, timeout=_PATIENCE)
        if task.done() or not _can_show(server.client_capabilities):
            return await task
        await server.work_done_progress.create_async(token)
        server.work_done_progress.begin(token, types.WorkDoneProgressBegin("archguard", message="reading the code"))
        try:
            return await task
        finally:
            server.work_done_progress.end(token, types.WorkDoneProgressEnd())
    finally:
        task.cancel()


def _can_show(client: types.ClientCapabilities) -> bool:
    return bool(client.window and client.window.work_done_progress)
