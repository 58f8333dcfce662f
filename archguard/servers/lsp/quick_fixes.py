"""Quick fixes: edits that remove what a diagnostic says, where one edit is sure to.

- Import a name from a module that offers it too, a package above or the interface of a `protected` contract: tried
  as a draft, and offered if the violation goes and none comes.
- Remove an import that nothing uses.
- Overlook the violation by a comment, with `<reason>` for the author to replace: until then the violation stays.
- Remove a comment that overlooks nothing; correct a name as the message proposes.

Left out is what takes a decision: where a query or a call is to move, which of the imports of a cycle is to go, and the
move of an import below `if TYPE_CHECKING:` or into a function, which changes when it runs, and breaks frameworks that
evaluate annotations.
"""

import re
from collections.abc import Iterator
from typing import Final

from lsprotocol import types

from archguard.checking.session import Session
from archguard.codebase import Codebase, Source
from archguard.codebase.public_api import Interface
from archguard.dataclass import dataclass
from archguard.inspection.imported_names import ImportedName, imported_names
from archguard.kinds import Protected
from archguard.model import Location, Problem, Violation
from archguard.model.names import self_and_parents
from archguard.reporters.phrases import is_known
from archguard.servers.lsp.diagnostics import Diagnosed, diagnose
from archguard.servers.lsp.documents import Document, encoded, lines_of
from archguard.servers.lsp.edits import (
    REASON,
    Edit,
    ignoring,
    importing_from,
    without_comment,
    without_unused_import,
)
from archguard.servers.lsp.positions import Positions, Units
from archguard.servers.lsp.project import Findings
from archguard.servers.lsp.server import Server

_MOST_TRIED: Final = 5
"""Modules that are tried for an import, at most: each takes as long as a check of an edit."""
_PROPOSAL: Final = re.compile(r"did you mean '([^']+)'\?")
_NAMED: Final = re.compile(r"['`]([^'`]+)['`]")


@dataclass(frozen=True)
class _Fix:
    title: str
    edit: Edit
    is_preferred: bool = False
    """Whether it is the one to take without looking."""


def register(server: Server) -> None:
    """Answer `textDocument/codeAction`."""

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    )
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        only, units = params.context.only, server.units
        if only and not any(types.CodeActionKind.QuickFix.value.startswith(kind) for kind in only):
            return None

        def question(findings: Findings, document: Document) -> list[types.CodeAction]:
            return list(_actions(findings, document, params.range, units))

        return await server.ask(params.text_document.uri, question)


def _actions(findings: Findings, document: Document, where: types.Range, units: Units) -> Iterator[types.CodeAction]:
    if document.is_python and not findings.has_checked(document):
        return
    positions = Positions.of(document.text, units)
    for found in diagnose(findings, [document], units, everywhere=False).get(document.path, ()):
        if found.diagnostic.range.start <= where.end and where.start <= found.diagnostic.range.end:
            for fix in _fixes(findings, document, found):
                change = types.TextEdit(positions.range(fix.edit.location), fix.edit.text)
                yield types.CodeAction(
                    fix.title,
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[found.diagnostic],
                    is_preferred=fix.is_preferred or None,
                    edit=types.WorkspaceEdit(changes={document.uri: [change]}),
                )


def _fixes(findings: Findings, document: Document, found: Diagnosed) -> Iterator[_Fix]:
    source = findings.source(document) if document.is_python else None
    match found.finding:
        case Violation() as violation if source and findings.session:
            yield from _of_violation(findings, findings.session, source, violation)
        case Problem(code="unused-ignore", location=Location(line=line)) if source:
            if edit := without_comment(source, line):
                yield _Fix("Remove the comment, which overlooks nothing", edit, is_preferred=True)
        case Problem() as problem if problem.location:
            yield from _proposed(document, problem, problem.location)


def _of_violation(findings: Findings, session: Session, source: Source, violation: Violation) -> Iterator[_Fix]:
    broken = [name for name in imported_names(session.codebase, source) if name.is_broken_by(violation)]
    for name in broken:
        yield from _other_modules(findings, session, source, violation, name)
        if edit := without_unused_import(source, name.statement):
            yield _Fix(f"Remove the unused import of {name.statement.target}", edit, is_preferred=True)
    if not is_known(violation):
        whole = violation.location.end_line == 0
        if edit := ignoring(source, violation.location.line, violation.contract, is_whole_file=whole):
            yield _Fix(f"Overlook {violation.contract} here: replace {REASON} by why", edit)


def _other_modules(
    findings: Findings, session: Session, source: Source, violation: Violation, name: ImportedName
) -> Iterator[_Fix]:
    """Imports of the same name from modules that may be imported; each is tried as a draft."""
    for module in list(_candidates(session, violation, name))[:_MOST_TRIED]:
        edit = importing_from(source, name.statement, module)
        if edit and _removes(findings, session, source, edit, violation):
            yield _Fix(f"Import {name.statement.name} from {module}", edit, is_preferred=True)


def _candidates(session: Session, violation: Violation, name: ImportedName) -> Iterator[str]:
    """The modules beside the imported one that offer the same name: those of its interface, and packages above it."""
    packages = self_and_parents(name.statement.module)
    contract = next((it for it in session.config.contracts if it.id == violation.contract), None)
    entries = contract.interface if isinstance(contract, Protected) else ()
    interfaces = (Interface.of(session.codebase, package, entries) for package in packages)
    offered = (pattern.text for interface in interfaces for pattern in interface.modules)
    for module in dict.fromkeys((*offered, *packages)):
        if module != name.statement.module and _offers(session.codebase, module, name):
            yield module


def _offers(codebase: Codebase, module: str, name: ImportedName) -> bool:
    """Whether `module` imports the same name, or is a package that re-exports it."""
    source = codebase.sources.get(module)
    imports = imported_names(codebase, source) if source else ()
    return any(it.statement.alias == name.statement.name and it.modules == name.modules for it in imports)


def _removes(findings: Findings, session: Session, source: Source, edit: Edit, violation: Violation) -> bool:
    """Whether the edit removes the violation, and brings none."""
    found = session.check({**findings.drafts, source.path: encoded(edit.applied(source.text))}).report.violations
    before = [it.identity for it in findings.report.violations]
    after = [it.identity for it in found]
    return violation.identity not in after and all(after.count(it) <= before.count(it) for it in set(after))


def _proposed(document: Document, problem: Problem, location: Location) -> Iterator[_Fix]:
    """The name that the hint proposes, in place of the one that the message quotes."""
    proposal, named = _PROPOSAL.search(problem.hint), _NAMED.search(problem.message)
    lines = lines_of(document.text)
    if not proposal or not named or location.line > len(lines):
        return
    column = lines[location.line - 1].find(named[1], location.column - 1) + 1
    if column:
        place = Location("", location.line, column, location.line, column + len(named[1]))
        yield _Fix(f"Write {proposal[1]}", Edit(place, proposal[1]), is_preferred=True)
