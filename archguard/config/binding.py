"""From plain values to what they mean. The only door to pydantic."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field, PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter, ValidationError

from archguard.codebase import STRICT, Component, Names, Project, Service
from archguard.config.config import did_you_mean
from archguard.config.document import Document, Keys
from archguard.effects.catalogue.client import Client
from archguard.errors import ConfigError
from archguard.kinds import Contract, Ignore, find_kind, kinds

_T = TypeVar("_T")

_JARGON = re.compile(r"a valid (?:(?P<list>tuple|list)|dictionary)|a dictionary or an instance of \w+")
"""What pydantic calls a list and a mapping."""
_LONGEST = 80


@dataclass(frozen=True, kw_only=True)
class IgnoreOf(Ignore):
    """Imports that one contract overlooks, listed apart from it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    contract: str
    """The id of the contract."""
    reason: Annotated[str, Field(min_length=1)] = field()  # no default, unlike in `Ignore`
    """Why they are overlooked: a ticket, say."""


@dataclass(frozen=True, kw_only=True)
class File:
    """The top level of a configuration file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

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


class ErrorCollector:
    """Collects faults while reading goes on."""

    def __init__(self) -> None:
        self.errors: list[ConfigError] = []

    def bind(self, type_: type[_T], document: Document, keys: Keys, value: Any) -> _T | None:
        """`value`, which stands at `keys`, as a `type_`; None if that has faults."""
        try:
            bound: _T = _adapter(type_).validate_python(value)  # type: ignore[arg-type]  # a class is hashable
        except ValidationError as error:
            self.errors.extend(_faults(type_, error, document, keys, value))
            return None
        return bound


def bind_document(type_: type[_T], document: Document) -> _T:
    """The whole of `document` as a `type_`.

    Raises:
        ExceptionGroup[ConfigError]: every fault in it.
    """
    faults = ErrorCollector()
    bound = faults.bind(type_, document, (), document.data)
    if bound is None:
        raise ExceptionGroup(document.shown, faults.errors)
    return bound


def bind_contract(faults: ErrorCollector, document: Document, keys: Keys, value: Mapping[str, Any]) -> Contract | None:
    """The contract that the mapping `value` describes; None if that has faults."""
    name = value.get("kind")
    if name is None:
        faults.errors.append(document.error("the contract has no `kind`", keys, f"one of {', '.join(kinds())}"))
        return None
    kind = find_kind(str(name))
    fields_ = {key: item for key, item in value.items() if key != "kind"}
    if kind is None:
        hint = did_you_mean(str(name), list(kinds()))
        faults.errors.append(document.error(f"unknown kind '{name}'", (*keys, "kind"), hint))
        if meant := get_close_matches(str(name), kinds(), 1, 0.6):
            faults.bind(kinds()[meant[0]], document, keys, fields_)  # the faults of what is most likely meant
        return None
    if isinstance(value.get("id"), str) and not value["id"].strip():
        faults.errors.append(document.error("the contract's `id` is empty", (*keys, "id"), "name it"))
        return None
    return faults.bind(kind, document, keys, fields_)


def make_contract(kind: str, **keys: Any) -> Contract:
    """The contract of `kind` with `keys`, as a configuration would say them; its `id` is the kind's name by default.

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
    """`contract` with what a configuration would say in its fields taken for what that means: texts for patterns, say.

    One whose fields no configuration could fill is left as it is.

    Raises:
        ExceptionGroup[ConfigError]: every fault in it.
    """
    data = {it.name.rstrip("_"): value for it, value in _given(contract)}
    faults = ErrorCollector()
    try:
        bound = faults.bind(type(contract), Document(Path(), contract.kind, "", data), (), data)
    except (PydanticUserError, PydanticUndefinedAnnotation):
        return contract
    if bound is None:
        raise ExceptionGroup(contract.kind, faults.errors)
    return bound


def _given(contract: Contract) -> Iterator[tuple[Any, Any]]:
    """The fields of `contract` that are not as they are by default."""
    for it in fields(contract):
        value = getattr(contract, it.name)
        default = it.default_factory() if it.default_factory is not MISSING else it.default
        if it.init and value != default:
            yield it, value


@cache
def _adapter(type_: type) -> TypeAdapter[Any]:
    return TypeAdapter(type_)


def json_schema(type_: type) -> dict[str, Any]:
    """The JSON Schema of `type_`, with its docstrings as descriptions."""
    return _describing_adapter(type_).json_schema(by_alias=True)


@cache
def _describing_adapter(type_: type) -> TypeAdapter[Any]:
    """One that has read the files of the dataclasses for their docstrings, which binding need not wait for."""
    STRICT["use_attribute_docstrings"] = True
    try:
        return TypeAdapter(type_)
    finally:
        del STRICT["use_attribute_docstrings"]


def _faults(type_: type, error: ValidationError, document: Document, keys: Keys, value: Any) -> Iterator[ConfigError]:
    seen = set()
    found = [(fault, _existing(value, fault["loc"])) for fault in error.errors(include_url=False)]
    for fault, inside in found:
        if words := [word for other, place in found if place == inside for word in _allowed(other)]:
            fault["msg"] = f"Input should be {' or '.join(filter(None, (', '.join(words[:-1]), words[-1])))}"
        message, hint, at_key = _wording(type_, fault, inside)
        if (inside, message) not in seen:
            seen.add((inside, message))
            yield document.error(message, (*keys, *inside), hint, at_key=at_key)


def _allowed(fault: Any) -> list[str]:
    """The words that would do: each branch of a union of words names its own."""
    return re.findall(r"'[^']*'", fault.get("ctx", {}).get("expected", ""))


def _existing(value: Any, loc: Iterable[str | int]) -> Keys:
    """`loc` without the names that pydantic puts in for the branches of a union."""
    keys: list[str | int] = []
    for key in loc:
        if _is_in(value, key):
            value = value[key]
        else:
            continue
        keys.append(key)
    return tuple(keys)


def _is_in(value: Any, key: str | int) -> bool:
    if isinstance(value, Mapping):
        return key in value
    return isinstance(value, list) and isinstance(key, int) and key < len(value)


def _wording(type_: type, fault: Any, inside: Keys) -> tuple[str, str, bool]:
    """The message, the hint, and whether it is the key that is wrong."""
    name = ".".join(map(str, inside))
    match fault["type"]:
        case "unexpected_keyword_argument":
            return (
                f"unknown key `{inside[-1]}`",
                did_you_mean(str(inside[-1]), _siblings(type_, inside[:-1])),
                True,
            )
        case "missing":
            return f"`{fault['loc'][-1]}` is missing", "", bool(inside)
        case "value_error":
            return str(fault["ctx"]["error"]), "", False
    what = f"`{name}`: " if name else ""
    asked = _JARGON.sub(lambda match: "a list" if match["list"] else "a mapping", fault["msg"])
    return f"{what}{asked[0].lower()}{asked[1:]}, not {_shown(fault['input'])}", "", False


def _shown(value: Any) -> str:
    match value:
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case None:
            return "nothing"
        case bool():
            return f"'{value}'".lower()
    text = str(value)
    return f"'{text}'" if len(text) <= _LONGEST else f"'{text[:_LONGEST]}...'"


def _siblings(type_: type, keys: Keys) -> list[str]:
    """The keys that are known where an unknown one stands; those of `type_` itself at its top."""
    if not keys:
        return [item.name.rstrip("_") for item in fields(type_)] + ["kind"] * issubclass(type_, Contract)
    schema = json_schema(type_)
    return sorted(_properties(schema, schema, keys))


def _properties(schema: Any, whole: Any, keys: Keys) -> set[str]:
    """All property names that `schema` allows at `keys`, in whichever branch."""
    while "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    branches = schema.get("anyOf", [])
    found = {name for branch in branches for name in _properties(branch, whole, keys)}
    if not keys:
        return found | set(schema.get("properties", ()))
    inner = [schema.get("items"), schema.get("additionalProperties"), schema.get("properties", {}).get(keys[0])]
    return found.union(*(_properties(item, whole, keys[1:]) for item in inner if isinstance(item, dict)))
