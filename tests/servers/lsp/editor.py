"""An editor for tests: the library's own client, talking to `archguard lsp` in a process of its own."""

import asyncio
import functools
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

_PATIENCE = 60.0  # seconds: a machine that does much else at the same time is slow


class Editor:
    """Opens files, types into them, and sees what the server publishes."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.published: dict[str, list[types.PublishDiagnosticsParams]] = {}
        self.logged: list[types.LogMessageParams] = []
        self.registered: list[types.Registration] = []
        self.refreshed = 0
        self.tokens: list[types.ProgressToken] = []
        self.progress: list[tuple[types.ProgressToken, str]] = []
        self._news = asyncio.Event()
        self._versions: dict[str, int] = {}

    def open(self, path: Path, text: str | None = None, language: str = "python") -> None:
        uri = path.as_uri()
        self._versions[uri] = 1
        shown = path.read_bytes().decode() if text is None else text
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, shown))
        )

    def type(self, path: Path, text: str) -> None:
        """Replace the whole text of an open document."""
        uri = path.as_uri()
        self._versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(uri=uri, version=self._versions[uri]),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def save(self, path: Path, text: str) -> None:
        path.write_bytes(text.encode())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(self.document(path)))

    def close(self, path: Path) -> None:
        del self._versions[path.as_uri()]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.document(path)))

    def document(self, path: Path) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(path.as_uri())

    async def diagnostics(self, path: Path) -> list[types.Diagnostic]:
        """What is published for the present version of an open document."""
        uri = path.as_uri()
        return await self.published_for(path, lambda it: it.version == self._versions[uri])

    async def published_for(self, path: Path, holds: Any) -> list[types.Diagnostic]:
        """What was published last for a file, as soon as `holds` of it."""
        uri = path.as_uri()
        async with asyncio.timeout(_PATIENCE):
            while not (self.published.get(uri) and holds(self.published[uri][-1])):
                self._news.clear()
                await self._news.wait()
        return list(self.published[uri][-1].diagnostics)

    async def logged_something(self) -> None:
        async with asyncio.timeout(_PATIENCE):
            while not self.logged:
                self._news.clear()
                await self._news.wait()

    def note(self) -> None:
        self._news.set()


@asynccontextmanager
async def editing(
    *folders: Path,
    options: Mapping[str, object] | None = None,
    capabilities: types.ClientCapabilities | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Editor]:
    """An editor that has `folders` open. The server must end by itself, with 0, when the editor leaves."""
    client = LanguageClient("tests", "1")
    editor = Editor(client)

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def published(params: types.PublishDiagnosticsParams) -> None:
        editor.published.setdefault(params.uri, []).append(params)
        editor.note()

    @client.feature(types.WINDOW_LOG_MESSAGE)
    def logged(params: types.LogMessageParams) -> None:
        editor.logged.append(params)
        editor.note()

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def registered(params: types.RegistrationParams) -> None:
        editor.registered.extend(params.registrations)

    @client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
    def refreshed(params: None) -> None:
        editor.refreshed += 1
        editor.note()

    @client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    def created(params: types.WorkDoneProgressCreateParams) -> None:
        editor.tokens.append(params.token)

    @client.feature(types.PROGRESS)
    def progressed(params: types.ProgressParams) -> None:
        editor.progress.append((params.token, params.value["kind"]))
        editor.note()

    await client.start_io(
        sys.executable, "-m", "archguard", "lsp", env={**os.environ, **(environment or {})}, cwd=folders[0]
    )
    await client.initialize_async(
        types.InitializeParams(
            capabilities=capabilities or types.ClientCapabilities(),
            process_id=os.getpid(),
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders],
            initialization_options=options,
        )
    )
    client.initialized(types.InitializedParams())
    try:
        yield editor
    finally:
        async with asyncio.timeout(_PATIENCE):
            await client.shutdown_async(None)
            client.exit(None)
            server = client._server
            assert server is not None
            assert await server.wait() == 0
            await client.stop()


def asynchronous(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test that awaits the editor."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def at(text: str, word: str, inside: int = 0) -> types.Position:
    """The position of a word in a text of plain characters, or `inside` it."""
    before = text[: text.index(word) + inside]
    return types.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)


def apply(text: str, action: types.CodeAction, path: Path) -> str:
    """`text`, of plain characters, after the edits of a code action."""
    assert action.edit
    assert action.edit.changes
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    for edit in reversed(action.edit.changes[path.as_uri()]):
        start, end = (starts[place.line] + place.character for place in (edit.range.start, edit.range.end))
        text = text[:start] + edit.new_text + text[end:]
    return text
