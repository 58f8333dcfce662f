"""The language server: the open documents, the thread that has the projects in memory, and the published diagnostics.

Messages are read and answered on the event loop, which never waits: whatever looks at a project runs in the worker
thread. An edit is checked when typing pauses (`_PAUSE`); an edit that comes before its check has begun replaces it. So
at most one check runs and one waits, however fast somebody types. A fault of archguard is logged in the editor, and the
next request is answered as if nothing had happened.
"""

import asyncio
import gc
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from archguard.reporters.tool_info import NAME, version
from archguard.servers.lsp.diagnostics import Diagnosed, diagnose
from archguard.servers.lsp.documents import Document, path_of, uri_of
from archguard.servers.lsp.positions import Units
from archguard.servers.lsp.progress import shown
from archguard.servers.lsp.project import Findings
from archguard.servers.lsp.projects import Projects

_T = TypeVar("_T")

_PAUSE: Final = 0.2
"""Seconds without a keystroke after which an edit is checked: more than what lies between the letters of a word (0.1 to
0.2 for most who type), so that a word is checked once, and less than what is noticed as waiting (0.3 to 0.5)."""

_IDLE: Final = 5.0
"""Seconds without an edit after which garbage is collected. While somebody types it is not: one collection passes over
all that is in memory, which takes 0.5 to 2 seconds for a project of 3,000 files."""
_MOST_UNCOLLECTED: Final = 25
"""Checks without a collection, at most: each leaves some megabytes behind."""


class Server(LanguageServer):
    """The state of one connection."""

    def __init__(self) -> None:
        # Whole texts: see `documents`.
        super().__init__(NAME, version(), text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.documents: dict[str, Document] = {}
        """The open documents by their URIs; of files only."""
        self.shows_all_files = True
        """Whether violations are shown in files that are not open, too."""
        self.was_shut_down = False
        """Whether the editor has announced the end, so that the process may exit with 0."""
        gc.disable()  # see `_IDLE`
        self._projects = Projects()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=NAME)
        self._check: asyncio.Task[None] | None = None
        self._has_new_files = True
        self._uncollected = 0
        """Checks since garbage was collected."""
        self._published: dict[str, list[types.Diagnostic]] = {}

    @property
    def units(self) -> Units:
        """Counts characters as the editor does."""
        return self.workspace.position_codec.client_num_units

    def open(self, uri: str, version: int, text: str) -> None:
        """Take the text of a document, which counts from now on instead of its file."""
        if path := path_of(uri):
            self.documents[uri] = Document(uri, path, version, text)

    def check_now(self) -> None:
        """Check what is on disk and in the open documents; configurations may have come or gone."""
        self._check_after(0, has_new_files=True)

    def check_soon(self, *, has_new_files: bool = False) -> None:
        """The same when typing pauses."""
        self._check_after(_PAUSE, has_new_files=has_new_files)

    async def ask(self, uri: str, question: Callable[[Findings, Document], _T]) -> _T | None:
        """The answer to a question about an open document and its project; None if it has no project."""
        document, documents = self.documents.get(uri), tuple(self.documents.values())
        if document is None:
            return None
        asked = document

        def work() -> _T | None:
            findings = self._projects.findings_for(asked.path, documents)
            return question(findings, asked) if findings else None

        return await self._in_worker(work)

    def log(self, message: str, level: types.MessageType = types.MessageType.Error) -> None:
        """Write to the log that the editor keeps of this server."""
        self.window_log_message(types.LogMessageParams(level, message))

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log an error of the connection; by default it would be a pop-up."""
        del source
        self.log(f"{type(error).__name__}: {error}")

    def _check_after(self, seconds: float, *, has_new_files: bool) -> None:
        self._has_new_files |= has_new_files
        if self._check:
            self._check.cancel()
        self._check = asyncio.create_task(self._checked(seconds))

    async def _checked(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        documents = tuple(self.documents.values())
        folders = [path for folder in self.workspace.folders.values() if (path := path_of(folder.uri))]
        units, everywhere = self.units, self.shows_all_files

        def work() -> list[Mapping[Path, tuple[Diagnosed, ...]]]:
            if self._has_new_files:  # as of now: an earlier check may have been replaced by this one
                self._has_new_files = False
                self._projects.forget_roots()
            found = self._projects.findings(documents, folders)
            return [diagnose(findings, documents, units, everywhere=everywhere) for findings in found]

        diagnosed = await shown(self, self._in_worker(work))
        if diagnosed is not None:
            self._publish(documents, diagnosed)
        self._uncollected += 1
        if self._uncollected < _MOST_UNCOLLECTED:
            await asyncio.sleep(_IDLE)  # the next edit ends it here
        self._uncollected = 0
        await self._in_worker(gc.collect)

    async def _in_worker(self, work: Callable[[], _T]) -> _T | None:
        """The result of `work`; None if it failed, which is logged."""
        try:
            return await asyncio.wrap_future(self._thread.submit(work))
        except Exception as error:  # noqa: BLE001  # a fault must not end the server
            lines = "".join(traceback.format_exception(error))
            self.log(f"a fault in archguard itself, please report it: {type(error).__name__}: {error}\n{lines}")
            return None

    def _publish(
        self, documents: Iterable[Document], diagnosed: Iterable[Mapping[Path, tuple[Diagnosed, ...]]]
    ) -> None:
        opened = {document.path: document for document in documents}
        found = {path: some for project in diagnosed for path, some in project.items()}
        now = {
            opened[path].uri if path in opened else uri_of(path): [each.diagnostic for each in some]
            for path, some in found.items()
        }
        versions = {document.uri: document.version for document in opened.values()}
        # What is gone comes first: an editor may take the URI that it has for a file, and ours, for the same.
        for uri in sorted(now.keys() | self._published.keys() | versions.keys(), key=lambda it: (it in now, it)):
            # An open document is told each time: the editor has moved what it shows with the edits.
            if uri in versions or now.get(uri, []) != self._published.get(uri, []):
                self.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(uri, now.get(uri, []), versions.get(uri))
                )
        self._published = now
        if self._refreshes_lenses:
            self.workspace_code_lens_refresh(None)

    @property
    def _refreshes_lenses(self) -> bool:
        lens = self.client_capabilities.workspace and self.client_capabilities.workspace.code_lens
        return bool(lens and lens.refresh_support) and any(not it.is_python for it in self.documents.values())
