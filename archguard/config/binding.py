"""Bind plain values to typed dataclasses.

A correct value is bound by `plain_binding`. Only if that is in doubt, pydantic is imported and asked, which finds what
is wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from archguard.codebase import Component, Names, Project, Service
from archguard.codebase.coercion import NotEmpty
from archguard.config.config import Accepted, AssistantMarks, did_you_mean
from archguard.config.document import Document, Keys
from archguard.config.plain_binding import InDoubtError, UnboundTypeError, bind_plainly, key_of
from archguard.dataclass import dataclass
from archguard.effects.catalogue.client import Client
from archguard.kinds import Contract, Ignore, find_kind, kinds

if TYPE_CHECKING:
    from archguard.errors import ConfigError

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class IgnoreOf(Ignore):
    """Imports that one contract overlooks, listed apart from it."""

    contract: str
    """The id of the contract."""
    reason: Annotated[str, NotEmpty()] = field()  # no default, unlike in `Ignore`
    """Why they are overlooked: a ticket, say."""


@dataclass(frozen=True, kw_only=True)
class File:
    """The top level of a configuration file."""

    version: Literal[1] = 1
    """The version of the language."""
    extends: Names = ()
    """Packs (`archguard:layered`) or files that this one builds on; what it says itself takes precedence."""
    project: Project = field(default_factory=Project)
    """Where the code is, and which of it is looked at."""
    components: Mapping[str, Component] = field(default_factory=dict)
    """Named sets of modules, for use in contracts."""
    services: Mapping[str, Service] = field(default_factory=dict)
    """Parts of the repository that are deployed by themselves."""
    clients: Mapping[str, Client] = field(default_factory=dict)
    """Further libraries, or the project's own, by channel, for every contract that asks about clients."""
    contracts: tuple[dict[str, Any], ...] = ()
    """The rules; the key `kind` of each says which other keys it has."""
    ignore: tuple[IgnoreOf, ...] = ()
    """Imports that contracts overlook."""
    accepted: tuple[Accepted, ...] = ()
    """Weakenings of contracts that are accepted, each for the change that adds it here."""
    assistants: AssistantMarks = field(default_factory=AssistantMarks)
    """Further marks of commits that were written with a coding assistant, for `archguard trend --by-authorship`."""


class ErrorCollector:
    """Collects faults, so that binding can go on after the first one."""

    def __init__(self) -> None:
        self.errors: list[ConfigError] = []

    def bind(self, type_: type[_T], document: Document, keys: Keys, value: Any) -> _T | None:
        """Bind `value`, which is at `keys`, to `type_`; if it is invalid, collect its faults and return None."""
        try:
            return bind_plainly(type_, value)
        except InDoubtError:
            from archguard.config.pydantic_binding import bind  # noqa: PLC0415  # 100 ms, needed for faults only

            bound, errors = bind(type_, document, keys, value)
            self.errors.extend(errors)
            return bound


def bind_document(type_: type[_T], document: Document) -> _T:
    """Bind the whole of `document` to `type_`.

    Raises:
        ExceptionGroup[ConfigError]: every fault in it.
    """
    faults = ErrorCollector()
    bound = faults.bind(type_, document, (), document.data)
    if bound is None:
        raise ExceptionGroup(document.shown, faults.errors)
    return bound


def bind_contract(faults: ErrorCollector, document: Document, keys: Keys, value: Mapping[str, Any]) -> Contract | None:
    """Bind the mapping `value` to the contract class of its `kind`; if invalid, collect its faults and return None."""
    name = value.get("kind")
    if name is None:
        faults.errors.append(document.error("the contract has no `kind`", keys, f"one of {', '.join(kinds())}"))
        return None
    kind = find_kind(str(name))
    fields_ = {key: item for key, item in value.items() if key != "kind"}
    if kind is None:
        hint = did_you_mean(str(name), list(kinds()))
        faults.errors.append(document.error(f"unknown kind '{name}'", (*keys, "kind"), hint))
        from difflib import get_close_matches  # noqa: PLC0415  # faults only

        if similar := get_close_matches(str(name), kinds(), 1, 0.6):
            faults.bind(kinds()[similar[0]], document, keys, fields_)  # its faults as the most similar kind
        return None
    if isinstance(value.get("id"), str) and not value["id"].strip():
        faults.errors.append(document.error("the contract's `id` is empty", (*keys, "id"), "name it"))
        return None
    return faults.bind(kind, document, keys, fields_)


def make_contract(kind: str, **keys: Any) -> Contract:
    """Make a contract of `kind` from `keys`, written as in YAML; `id` defaults to the name of the kind.

    Raises:
        ExceptionGroup[ConfigError]: every fault in it.
    """
    faults = ErrorCollector()
    data = {"id": kind, "kind": kind, **keys}
    contract = bind_contract(faults, Document(Path(), kind, "", data), (), data)
    if contract is None:
        raise ExceptionGroup(kind, faults.errors)
    return contract


def bound_contract(contract: Contract) -> Contract:
    """Coerce the fields of a contract made in Python as those of one from YAML: strings to patterns, for example.

    A contract with fields that pydantic has no schema for is returned unchanged.

    Raises:
        ExceptionGroup[ConfigError]: every fault in it.
    """
    data = {key_of(it): value for it, value in _non_default_fields(contract)}
    faults = ErrorCollector()
    try:
        bound = faults.bind(type(contract), Document(Path(), contract.kind, "", data), (), data)
    except UnboundTypeError:
        return contract
    if bound is None:
        raise ExceptionGroup(contract.kind, faults.errors)
    return bound


def _non_default_fields(contract: Contract) -> Iterator[tuple[Any, Any]]:
    """The fields of `contract` that differ from their defaults."""
    for it in fields(contract):
        value = getattr(contract, it.name)
        default = it.default_factory() if it.default_factory is not MISSING else it.default
        if it.init and value != default:
            yield it, value
