"""What an import leads to and whether it may; what a name in a configuration stands for.

The verdict is that of the check of the same text, so that it agrees with the diagnostics; nothing is tried for it.
"""

from collections.abc import Iterable, Iterator

from lsprotocol import types

from archguard.checking.session import Session
from archguard.codebase import Pattern, PatternError, Source
from archguard.codebase.facts import Directive
from archguard.inspection.imported_names import ImportedName, imported_names
from archguard.inspection.module_place import ModulePlace, place_of_module
from archguard.kinds import Contract
from archguard.model import Location, Violation
from archguard.reporters.phrases import because, counted, is_known, sentence
from archguard.servers.lsp.configuration_context import name_at
from archguard.servers.lsp.documents import Document
from archguard.servers.lsp.markdown import code, plain
from archguard.servers.lsp.positions import Positions
from archguard.servers.lsp.project import Findings
from archguard.servers.lsp.server import Server

_SHOWN = 5
"""Modules, or contracts that allow an import, at most: a hover is read at a glance."""
_ABOUT_IMPORTS = ("layers", "forbidden", "independence", "protected", "acyclic", "services", "diagram")
"""The kinds that may deny an import between two modules that they look at."""


def register(server: Server) -> None:
    """Answer `textDocument/hover`."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        units = server.units

        def question(findings: Findings, document: Document) -> types.Hover | None:
            positions = Positions.of(document.text, units)
            place = positions.place(params.position)
            found = _in_python(findings, document, place) if document.is_python else _in_yaml(findings, document, place)
            if found is None:
                return None
            location, lines = found
            text = types.MarkupContent(types.MarkupKind.Markdown, "\n".join(lines))
            return types.Hover(text, positions.range(location))

        return await server.ask(params.text_document.uri, question)


def _in_python(findings: Findings, document: Document, place: tuple[int, int]) -> tuple[Location, Iterable[str]] | None:
    source = findings.source(document)
    if findings.session is None or source is None or not findings.has_checked(document):
        return None
    names = tuple(imported_names(findings.session.codebase, source))
    here = [name for name in names if _contains(name.statement.name_location, place)]
    if here:
        return here[0].statement.name_location, _import_text(findings, findings.session, source, here)
    statement = [name for name in names if _contains(name.statement.location, place)]
    if not statement:
        return None
    return statement[0].statement.location, _import_text(findings, findings.session, source, statement)


def _contains(location: Location, place: tuple[int, int]) -> bool:
    """Whether `place` is in `location`, whose line counts as a whole before it ends."""
    end = (location.end_line, location.end_column)
    return (location.line, location.column) <= place < end


def _import_text(findings: Findings, session: Session, source: Source, names: list[ImportedName]) -> Iterator[str]:
    modules = dict.fromkeys(module for name in names for module in name.modules)
    for module in modules:
        yield _place_text(place_of_module(session.config, session.codebase, module))
        yield ""
    broken = [it for it in findings.violations_in(source) if any(name.is_broken_by(it) for name in names)]
    importer = place_of_module(session.config, session.codebase, source.module)
    if broken:
        yield f"{code(source.module)} must not import {'it' if len(modules) == 1 else 'them'}:"
        yield ""
        for violation in findings.with_places(broken):
            yield from _violation_lines(session, violation)
        return
    overlooked = [it for it in Directive.extract(source) if any(_is_at(it, name) for name in names)]
    for directive in overlooked:
        yield f"Overlooked here for {', '.join(map(code, directive.contracts))}: {plain(directive.reason)}"
        yield ""
    yield f"No contract denies it to {code(source.module)}{_membership(importer)}."
    yield ""
    places = [place_of_module(session.config, session.codebase, module) for module in modules]
    yield from _contract_lines(_looking_at_both(importer, places))


def _is_at(directive: Directive, name: ImportedName) -> bool:
    return directive.line in (name.statement.location.line, name.statement.name_location.line)


def _looking_at_both(importer: ModulePlace, imported: Iterable[ModulePlace]) -> list[Contract]:
    """The contracts about imports that look at both sides: those that allow it."""
    others = [contract for place in imported for contract in place.contracts]
    return [it for it in importer.contracts if it in others and it.kind in _ABOUT_IMPORTS]


def _contract_lines(contracts: list[Contract]) -> Iterator[str]:
    for contract in contracts[:_SHOWN]:
        yield f"- {code(contract.id)}: {plain(contract.sentence)}"
        if contract.reason.strip():
            yield f"    - {plain(because(contract.reason))}"
    if len(contracts) > _SHOWN:
        yield f"- and {len(contracts) - _SHOWN} more"


def _violation_lines(session: Session, violation: Violation) -> Iterator[str]:
    known = " (listed in the baseline)" if is_known(violation) else ""
    yield f"- {code(violation.contract)} ({violation.kind}){known}: {plain(sentence(violation))}"
    contract = next((it for it in session.config.contracts if it.id == violation.contract), None)
    if contract:
        yield f"    - {plain(contract.sentence)}"
    if violation.reason.strip():
        yield f"    - {plain(because(violation.reason))}"
    yield from (f"    {number}. {plain(fix)}" for number, fix in enumerate(violation.fix, start=1))


def _place_text(place: ModulePlace) -> str:
    if not place.is_inside:
        return f"**{code(place.module)}** is outside of the project."
    return f"**{code(place.module)}**{_membership(place)}"


def _membership(place: ModulePlace) -> str:
    """` (component x, layer y of z)`; "" if it is in neither."""
    components = [f"component {code(name)}" for name in place.components]
    layers = [f"layer {code(layer)} of {code(contract)}" for contract, layer in place.layers.items()]
    service = [f"service {code(place.service)}"] if place.service else []
    found = ", ".join((*service, *components, *layers))
    return f" ({found})" if found else ""


def _in_yaml(findings: Findings, document: Document, place: tuple[int, int]) -> tuple[Location, Iterable[str]] | None:
    session, found = findings.session, name_at(document, place)
    if session is None or found is None or document.path not in findings.configuration_files:
        return None
    name, location = found
    contract = next((it for it in session.config.contracts if it.id == name), None)
    if contract:
        return location, _contract_text(findings, contract)
    try:
        modules = session.codebase.members((Pattern.parse(name),))
    except PatternError:
        return None
    return (location, _modules_text(session, name, modules)) if modules else None


def _contract_text(findings: Findings, contract: Contract) -> Iterator[str]:
    yield f"**{code(contract.id)}** ({contract.kind}): {findings.status(contract.id)}"
    yield ""
    yield plain(contract.sentence)
    if contract.reason.strip():
        yield ""
        yield plain(because(contract.reason))


def _modules_text(session: Session, name: str, modules: frozenset[str]) -> Iterator[str]:
    component = session.config.components.get(name)
    kind = "Component" if component else "Service" if name in session.config.services else "Pattern"
    described = f", {plain(component.description)}" if component and component.description else ""
    yield f"{kind} **{code(name)}**{described}: {counted(len(modules), 'module')}"
    yield ""
    yield from (f"- {code(module)}" for module in sorted(modules)[:_SHOWN])
    if len(modules) > _SHOWN:
        yield f"- and {len(modules) - _SHOWN} more"
