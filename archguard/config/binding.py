"""Bind plain values to typed dataclasses. The only module that imports pydantic, beside `coercion`.

How it works: a cached `TypeAdapter` validates each dataclass; pydantic's errors become `ConfigError`s with a location.
Pydantic reports one error per branch of a union, with the branch's name in its location: those names are dropped, and
errors at the same place are merged into one message. Hints for unknown keys come from the type's JSON Schema.

Cost: building an adapter is far slower than validating with it, so adapters are memoized. An adapter that also reads
docstrings parses source files; it is built only for a schema or a hint, never on the normal path.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NewType, TypeVar, cast

from pydantic import ConfigDict, Field, PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema

from archguard.codebase import Component, Names, Project, Service
from archguard.config.coercion import register
from archguard.config.config import Accepted, AssistantMarks, did_you_mean
from archguard.config.document import Document, Keys
from archguard.effects.catalogue.client import Client
from archguard.errors import ConfigError
from archguard.kinds import Contract, Ignore, find_kind, kinds

_T = TypeVar("_T")

_STRICT: Final = ConfigDict(
    extra="forbid",
    coerce_numbers_to_str=True,
    alias_generator=lambda name: name.rstrip("_"),  # `import_` is written `import`
)
"""How a dataclass of the configuration is bound: without unknown keys."""

_JARGON = re.compile(r"a valid (?:(?P<list>tuple|list)|dictionary)|a dictionary or an instance of \w+")
"""Pydantic's terms for a list and a mapping, which mean nothing to the author of a YAML file."""
_MAX_SHOWN = 80
"""The longest value that a message quotes in full: with the rest of the message, more would not fit into a line."""


@dataclass(frozen=True, kw_only=True)
class IgnoreOf(Ignore):
    """Imports that one contract overlooks, listed apart from it."""

    contract: str
    """The id of the contract."""
    reason: Annotated[str, Field(min_length=1)] = field()  # no default, unlike in `Ignore`
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
            bound: _T = _adapter(type_).validate_python(value)  # type: ignore[arg-type]  # a class is hashable
        except ValidationError as error:
            self.errors.extend(_to_errors(type_, error, document, keys, value))
            return None
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
    data = {it.name.rstrip("_"): value for it, value in _non_default_fields(contract)}
    faults = ErrorCollector()
    try:
        bound = faults.bind(type(contract), Document(Path(), contract.kind, "", data), (), data)
    except (PydanticUserError, PydanticUndefinedAnnotation):
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


@cache
def _adapter(type_: type) -> TypeAdapter[Any]:
    return _strict_adapter(type_, _STRICT)


def _strict_adapter(type_: type, config: ConfigDict) -> TypeAdapter[Any]:
    """An adapter for `type_` and the dataclasses inside.

    Pydantic takes no configuration for a dataclass, only for what encloses it, such as a `NewType`.
    """
    register()
    return TypeAdapter(cast("Any", NewType(type_.__name__, type_)), config=config)


def json_schema(type_: type) -> dict[str, Any]:
    """The JSON Schema of `type_`, with its docstrings as descriptions."""
    return _describing_adapter(type_).json_schema(by_alias=True, schema_generator=_StrictJsonSchema)


class _StrictJsonSchema(GenerateJsonSchema):
    """The schema of a dataclass forbids unknown keys; pydantic below 2.12 forgets it if what encloses it says so."""

    def dataclass_schema(self, schema: Any) -> dict[str, Any]:
        """The schema of one dataclass."""
        return {**super().dataclass_schema(schema), "additionalProperties": False}


@cache
def _describing_adapter(type_: type) -> TypeAdapter[Any]:
    """An adapter that reads the docstrings of fields from source files; too slow to use for binding."""
    return _strict_adapter(type_, ConfigDict(**_STRICT, use_attribute_docstrings=True))


def _to_errors(
    type_: type, error: ValidationError, document: Document, keys: Keys, value: Any
) -> Iterator[ConfigError]:
    seen = set()
    found = [(fault, _without_branch_names(value, fault["loc"])) for fault in error.errors(include_url=False)]
    for fault, inside in found:
        if words := [word for other, place in found if place == inside for word in _allowed_literals(other)]:
            fault["msg"] = f"Input should be {' or '.join(filter(None, (', '.join(words[:-1]), words[-1])))}"
        message, hint, at_key = _message(type_, fault, inside)
        if (inside, message) not in seen:
            seen.add((inside, message))
            yield document.error(message, (*keys, *inside), hint, at_key=at_key)


def _allowed_literals(fault: Any) -> list[str]:
    """The allowed literals: pydantic reports each branch of a union of literals separately."""
    return re.findall(r"'[^']*'", fault.get("ctx", {}).get("expected", ""))


def _without_branch_names(value: Any, loc: Iterable[str | int]) -> Keys:
    """`loc` without the branch names that pydantic inserts for unions: only keys that `value` has."""
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


def _message(type_: type, fault: Any, inside: Keys) -> tuple[str, str, bool]:
    """The message, the hint, and whether the key is at fault instead of the value."""
    name = ".".join(map(str, inside))
    match fault["type"]:
        case "unexpected_keyword_argument":
            return (
                f"unknown key `{inside[-1]}`",
                did_you_mean(str(inside[-1]), _known_keys(type_, inside[:-1])),
                True,
            )
        case "missing":
            return f"`{fault['loc'][-1]}` is missing", "", bool(inside)
        case "value_error":
            return str(fault["ctx"]["error"]), "", False
    what = f"`{name}`: " if name else ""
    expected = _JARGON.sub(lambda match: "a list" if match["list"] else "a mapping", fault["msg"])
    return f"{what}{expected[0].lower()}{expected[1:]}, not {_display_value(fault['input'])}", "", False


def _display_value(value: Any) -> str:
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
    return f"'{text}'" if len(text) <= _MAX_SHOWN else f"'{text[:_MAX_SHOWN]}...'"


def _known_keys(type_: type, keys: Keys) -> list[str]:
    """The known keys of the mapping at `keys`; at the top level, the fields of `type_`."""
    if not keys:
        return [item.name.rstrip("_") for item in fields(type_)] + ["kind"] * issubclass(type_, Contract)
    schema = json_schema(type_)
    return sorted(_properties(schema, schema, keys))


def _properties(schema: Any, whole: Any, keys: Keys) -> set[str]:
    """All property names that any branch of `schema` allows at `keys`."""
    while "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    branches = schema.get("anyOf", [])
    found = {name for branch in branches for name in _properties(branch, whole, keys)}
    if not keys:
        return found | set(schema.get("properties", ()))
    inner = [schema.get("items"), schema.get("additionalProperties"), schema.get("properties", {}).get(keys[0])]
    return found.union(*(_properties(item, whole, keys[1:]) for item in inner if isinstance(item, dict)))
