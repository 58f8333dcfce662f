"""What the editor tells of its documents, folders and files; each makes a check due."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lsprotocol import types

from archguard.servers.lsp.server import Server

_WATCHED: Final = "**/*.{py,yaml,yml,toml,cfg,ini,json,md,mmd,puml,plantuml,proto}"
"""Code, configuration, baseline, and the drawings and descriptions of interfaces that contracts may name."""
_MODES: Final = {"workspace": True, "openFilesOnly": False}


def register(server: Server) -> None:
    """Take what the editor tells."""
    for name, handler in _HANDLERS.items():
        server.feature(name)(handler)


def _initialize(server: Server, params: types.InitializeParams) -> None:
    _configure(server, params.initialization_options)


async def _initialized(server: Server, params: types.InitializedParams) -> None:
    del params
    server.check_now()
    files = server.client_capabilities.workspace and server.client_capabilities.workspace.did_change_watched_files
    if files and files.dynamic_registration:
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(_WATCHED)])
        watching = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        await server.client_register_capability_async(types.RegistrationParams([watching]))


def _shut_down(server: Server, params: None) -> None:
    del params
    server.was_shut_down = True


def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    server.open(document.uri, document.version, document.text)
    server.check_now()


def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    server.open(document.uri, document.version, server.workspace.get_text_document(document.uri).source)
    server.check_soon()


def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    server.documents.pop(params.text_document.uri, None)
    server.check_now()


def _changed_on_disk(server: Server, params: object) -> None:
    """A check compares all that was read with the disk, so that it does not matter which files changed."""
    del params
    server.check_soon(has_new_files=True)


def _changed_settings(server: Server, params: types.DidChangeConfigurationParams) -> None:
    _configure(server, params.settings.get("archguard") if isinstance(params.settings, dict) else None)
    server.check_now()


def _configure(server: Server, settings: Any) -> None:
    """Take the settings; one that is unknown is logged, and changes nothing."""
    for name, value in settings.items() if isinstance(settings, dict) else ():
        if name == "diagnosticMode" and value in _MODES:
            server.shows_all_files = _MODES[value]
        else:
            server.log(f"the setting {name}: {value!r} is unknown; there is `diagnosticMode`: {' or '.join(_MODES)}")


_HANDLERS: Final[Mapping[str, Callable[..., Any]]] = {
    types.INITIALIZE: _initialize,
    types.INITIALIZED: _initialized,
    types.SHUTDOWN: _shut_down,
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_SAVE: _changed_on_disk,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _changed_on_disk,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _changed_on_disk,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: _changed_settings,
}
