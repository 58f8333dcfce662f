"""The MCP server over stdin and stdout: the only module that knows the protocol's library.

How it works: an event loop speaks the protocol, and one worker thread owns the workspace, since a project in memory
serves one caller at a time. The list of tools is answered at once; it also makes the worker read the project, so that
the first call finds it read. A call that is cancelled before the worker begins with it is not computed. Cyclic garbage
is collected when no call waits, and without the project as it was first read (`gc.freeze`), through which it would take
longer than an answer. The library moves stdout to stderr while it serves, so that nothing but the protocol gets there.
"""

import asyncio
import gc
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, cast

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent, ToolAnnotations
from mcp_types import Tool as ToolListing

from archguard.errors import ArchguardError
from archguard.model.log import inert
from archguard.reporters import tool_info
from archguard.reporters.phrases import one_line, printable
from archguard.servers.mcp import TOOLS
from archguard.servers.mcp.tool import Answer, Tool, answer_codec
from archguard.servers.workspace import Workspace

_MOST: Final = 12_000
"""The most characters of a text: three thousand tokens. Lists are short already; this is for overlong names and
reasons."""
_FAULTS: Final = 10
"""The most faults of a configuration that are told at once."""
_NEW: Final = 1
_ALL: Final = 2
"""Generations of the garbage collector."""
_OFTEN: Final = 20
"""Answers after which all is collected, which takes a second on Django: what most answers leave behind is new."""
_INSTRUCTIONS: Final = (
    "Architecture contracts of this Python project. Call `check_edit` before you write Python code, and follow a fix "
    "if it is denied; `brief` before you work on a part that is new to you; `where_should` before you create a module."
)
_ANNOTATIONS: Final = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def build_server(workspace: Workspace) -> Server[Any]:
    """The server with all tools, for any transport."""
    worker = _Worker(workspace)

    async def list_tools(_context: Any, _params: Any) -> ListToolsResult:
        worker.read_ahead()
        return ListToolsResult(tools=list(map(_listing, TOOLS)))

    async def call_tool(_context: Any, params: CallToolRequestParams) -> CallToolResult:
        return await worker.call(params.name, params.arguments or {})

    return Server(
        tool_info.NAME,
        version=tool_info.version(),
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve_stdio(workspace: Workspace) -> None:
    """Serve over stdin and stdout until the client closes them."""
    asyncio.run(_serve(build_server(workspace)))


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (received, sent):
        await server.run(received, sent, server.create_initialization_options())


class _Worker:
    """The thread that owns the workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archguard")
        self._has_begun = False
        self._waiting = 0
        """Calls that are not answered yet; changed by the event loop only."""
        self._answered = 0

    def read_ahead(self) -> None:
        """Begin to read the project, unless that has begun. What is wrong with it is told by the first call."""
        if not self._has_begun:
            self._has_begun = True
            self._thread.submit(self._read)

    async def call(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """The result of a call; whatever goes wrong is a result with an error, which the model can read."""
        self.read_ahead()
        self._waiting += 1
        try:
            return await asyncio.wrap_future(self._thread.submit(self._result, name, arguments))
        finally:
            self._waiting -= 1
            self._thread.submit(self._tidy)

    def _tidy(self) -> None:
        """Collect garbage if nobody waits: of what is new, and now and then of all since the project was read."""
        self._answered += 1
        if not self._waiting:
            gc.collect(_ALL if self._answered % _OFTEN == 0 else _NEW)

    def _read(self) -> None:
        with suppress(Exception):
            self._workspace.session()
            gc.collect()
            gc.freeze()

    def _result(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        try:
            return _success(_tool(name).bind(arguments).answer(self._workspace))
        except Exception as error:  # noqa: BLE001  # no traceback reaches a client
            return CallToolResult(content=[_text("\n".join(_told(error)))], is_error=True)


def _listing(tool: type[Tool]) -> ToolListing:
    return ToolListing(
        name=tool.id,
        title=tool.title,
        description=tool.description(),
        input_schema=tool.input_schema(),
        output_schema=tool.output_schema(),
        annotations=_ANNOTATIONS,
    )


def _tool(name: str) -> type[Tool]:
    found = next((tool for tool in TOOLS if tool.id == name), None)
    if found is None:
        raise ArchguardError(f"there is no tool '{name}'", f"there is: {', '.join(tool.id for tool in TOOLS)}")
    return found


def _success(answer: Answer) -> CallToolResult:
    value = _printable(answer_codec(type(answer.value)).write(answer.value))
    return CallToolResult(content=[_text(answer.text)], structured_content=value)


def _text(text: str) -> TextContent:
    lines = "\n".join(inert(printable(line)) for line in text.split("\n"))
    return TextContent(text=lines if len(lines) <= _MOST else f"{lines[:_MOST]}\n... and more, which is left out")


def _printable(value: Any) -> Any:
    """`value` with texts that can be encoded."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list) else value


def _told(error: Exception) -> Iterator[str]:
    """The lines about an error: what, where, and how to mend it."""
    faults = [*_flat(error)]
    for fault in faults[:_FAULTS]:
        if isinstance(fault, ArchguardError):
            place = f"{fault.location}: " if fault.location else ""
            yield one_line(f"error: {place}{fault.message}")
            if fault.hint:
                yield one_line(f"hint: {fault.hint}")
        else:
            if os.environ.get("ARCHGUARD_TRACEBACK"):
                traceback.print_exception(fault, file=sys.stderr)
            yield one_line(f"error: a fault in archguard itself, nothing was checked: {type(fault).__name__}: {fault}")
            yield "hint: please report it; ARCHGUARD_TRACEBACK=1 writes to stderr where it came from"
    if len(faults) > _FAULTS:
        yield f"and {len(faults) - _FAULTS} more"


def _flat(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for inner in cast("ExceptionGroup[Exception]", error).exceptions:
            yield from _flat(inner)
    else:
        yield error
