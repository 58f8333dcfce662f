"""Counts above the entries of a configuration: the violations of a contract, the modules of a component or service.

They are those of the configuration on disk; an entry that is not saved yet has none.
"""

from collections.abc import Iterator

from lsprotocol import types

from archguard.checking.session import Session
from archguard.codebase import Pattern
from archguard.config import Document as Parsed
from archguard.model import Location
from archguard.reporters.phrases import counted
from archguard.servers.lsp.configuration import parsed
from archguard.servers.lsp.documents import Document
from archguard.servers.lsp.positions import Positions
from archguard.servers.lsp.project import Findings
from archguard.servers.lsp.server import Server


def register(server: Server) -> None:
    """Answer `textDocument/codeLens`."""

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(params: types.CodeLensParams) -> list[types.CodeLens] | None:
        units = server.units

        def question(findings: Findings, document: Document) -> list[types.CodeLens]:
            positions = Positions.of(document.text, units)
            return [
                types.CodeLens(positions.range(place), types.Command(title, ""))
                for place, title in _lenses(findings, document)
            ]

        return await server.ask(params.text_document.uri, question)


def _lenses(findings: Findings, document: Document) -> Iterator[tuple[Location, str]]:
    """The titles with their places; none in a file that is no configuration, or is no YAML or TOML for now."""
    if findings.session is None or document.path not in findings.configuration_files:
        return
    found = parsed(document)
    if found is not None:
        yield from _of_contracts(findings, found)
        yield from _of_modules(findings.session, found)


def _of_contracts(findings: Findings, found: Parsed) -> Iterator[tuple[Location, str]]:
    contracts = found.data.get("contracts")
    known = {outcome.id for outcome in findings.report.outcomes}
    for index, contract in enumerate(contracts if isinstance(contracts, list) else ()):
        if isinstance(contract, dict) and contract.get("id") in known:
            yield found.places["contracts", index, "id"], findings.status(contract["id"])


def _of_modules(session: Session, found: Parsed) -> Iterator[tuple[Location, str]]:
    for section, known in (("components", session.config.components), ("services", session.config.services)):
        entries = found.data.get(section)
        for name in entries if isinstance(entries, dict) else ():
            if name in known:
                yield found.keys[section, name], counted(len(session.codebase.members((Pattern(name),))), "module")
