"""Completion in configuration files: keys, kinds of contracts, fixed values, components, services and modules."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from enum import Enum
from inspect import cleandoc
from typing import Any, Final, Literal, get_args, get_origin

from lsprotocol import types

from archguard.checking.session import Session
from archguard.codebase import ImportPattern, Pattern
from archguard.codebase.coercion import Shorthand
from archguard.config import packs
from archguard.kinds import Contract, kinds
from archguard.model.docstrings import describe
from archguard.servers.lsp.configuration_context import Context, context_at
from archguard.servers.lsp.configuration_types import fields_of, types_at
from archguard.servers.lsp.documents import Document
from archguard.servers.lsp.positions import Positions
from archguard.servers.lsp.project import Findings
from archguard.servers.lsp.server import Server

_MOST: Final = 500
"""Names at most: an editor asks again with each letter, and shows twenty."""
_KEY = types.CompletionItemKind.Property
_VALUE = types.CompletionItemKind.EnumMember
_MODULE = types.CompletionItemKind.Module
_UNIT = types.CompletionItemKind.Class


def register(server: Server) -> None:
    """Answer `textDocument/completion`."""

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[".", " ", "[", "{", ","])
    )
    async def completion(params: types.CompletionParams) -> types.CompletionList | None:
        units = server.units

        def question(findings: Findings, document: Document) -> types.CompletionList | None:
            positions = Positions.of(document.text, units)
            place = positions.place(params.position)
            found = context_at(document.text, place) if _is_configuration(findings, document) else None
            if found is None:
                return None
            start = positions.position(place[0], place[1] - len(found.typed))
            return _listed(findings.session, found, types.Range(start, params.position))

        return await server.ask(params.text_document.uri, question)


def _is_configuration(findings: Findings, document: Document) -> bool:
    """Whether the file is part of the configuration in YAML; one with faults on disk may not be known as such."""
    is_yaml = document.path.suffix.lower() in (".yaml", ".yml")
    return is_yaml and (findings.session is None or document.path in findings.configuration_files)


def _listed(session: Session | None, context: Context, where: types.Range) -> types.CompletionList:
    offers = [offer for offer in _offers(session, context) if offer[0].startswith(context.typed)]
    items = [_item(*offer, where) for offer in offers[:_MOST]]
    return types.CompletionList(is_incomplete=len(offers) > _MOST, items=items)


_Offer = tuple[str, types.CompletionItemKind, str]
"""What is inserted, what it is, and what is known of it."""


def _item(label: str, kind: types.CompletionItemKind, told: str, where: types.Range) -> types.CompletionItem:
    text = f"{label}: " if kind is _KEY else label
    return types.CompletionItem(label, kind=kind, documentation=told or None, text_edit=types.TextEdit(where, text))


def _offers(session: Session | None, context: Context) -> Iterator[_Offer]:
    keys, data = context.keys, context.data
    last = keys[-1] if keys else ""
    if not context.is_key and last == "kind" and keys[:1] == ("contracts",):
        yield from ((name, _VALUE, cleandoc(kind.__doc__ or "")) for name, kind in kinds().items())
    elif not context.is_key and keys[:1] == ("extends",):
        yield from ((f"archguard:{name}", _UNIT, "") for name in packs())
    elif not context.is_key and keys[:1] == ("ignore",) and last == "contract" and session:
        yield from ((contract.id, _UNIT, contract.sentence) for contract in session.config.contracts)
    else:
        for type_ in types_at(keys, data):
            yield from _of_type(session, type_, data, keys, is_key=context.is_key)


def _of_type(
    session: Session | None, type_: Any, data: Any, keys: tuple[str | int, ...], *, is_key: bool
) -> Iterator[_Offer]:
    if is_dataclass(type_) and isinstance(type_, type) and not issubclass(type_, Pattern | ImportPattern):
        yield from _keys(type_, _value(data, keys))
    if is_key:
        if get_origin(type_) is Mapping and _is_pattern(get_args(type_)[0]):
            yield from ((name, _KEY, told) for name, _, told in _names(session))
    elif get_origin(type_) is Literal:
        yield from ((str(value), _VALUE, "") for value in get_args(type_))
    elif isinstance(type_, type) and issubclass(type_, Enum):
        yield from ((str(member.value), _VALUE, "") for member in type_)
    elif type_ is bool:
        yield from (("true", _VALUE, ""), ("false", _VALUE, ""))
    elif _is_pattern(type_) or _has_short_form(type_):
        yield from _names(session)


def _keys(type_: type, value: Any) -> Iterator[_Offer]:
    """The keys of a mapping that are not there yet."""
    there = value.keys() if isinstance(value, dict) else ()
    if issubclass(type_, Contract) and "kind" not in there:
        yield "kind", _KEY, "What sort of rule it is; it says which other keys there are."
    for name in fields_of(type_):
        if name not in there:
            yield name, _KEY, describe(type_, name) or describe(type_, f"{name}_")


def _names(session: Session | None) -> Iterator[_Offer]:
    if session:
        yield from ((name, _UNIT, component.description) for name, component in session.config.components.items())
        yield from ((name, _UNIT, "service") for name in session.config.services)
        yield from ((module, _MODULE, "") for module in sorted(session.codebase.modules))


def _is_pattern(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Pattern | ImportPattern)


def _has_short_form(type_: Any) -> bool:
    """Whether a name may stand for the whole mapping: for a layer, a component or an ignore."""
    return isinstance(type_, type) and issubclass(type_, Shorthand)


def _value(data: Any, keys: tuple[str | int, ...]) -> Any:
    for key in keys:
        data = data[key]
    return data
