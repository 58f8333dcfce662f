"""Bind with pydantic what `plain_binding` does not, and say what is wrong. Only this and `coercion` import pydantic.

How it works: a cached `TypeAdapter` validates each dataclass; pydantic's errors become `ConfigError`s with a location.
Pydantic reports one error per branch of a union, with the branch's name in its location: those names are dropped, and
errors at the same place are merged into one message. Hints for unknown keys come from the type's JSON Schema.

Cost: building an adapter is far slower than validating with it, so adapters are memoized. An adapter that also reads
docstrings parses source files; it is built only for a schema or a hint.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Final, NewType, TypeVar, cast

from pydantic import ConfigDict, PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema

from archguard.config.coercion import register
from archguard.config.config import did_you_mean
from archguard.config.document import Document, Keys
from archguard.config.plain_binding import UnboundTypeError
from archguard.errors import ConfigError
from archguard.kinds import Contract

_T = TypeVar("_T")

_STRICT: Final = ConfigDict(
    extra="forbid",
    coerce_numbers_to_str=True,
    alias_generator=lambda name: name.rstrip("_"),  # as `plain_binding.key_of`
)
"""How a dataclass of the configuration is bound: without unknown keys."""

_JARGON = re.compile(r"a valid (?:(?P<list>tuple|list)|dictionary)|a dictionary or an instance of \w+")
"""Pydantic's terms for a list and a mapping, which mean nothing to the author of a YAML file."""
_MAX_SHOWN = 80
"""The longest value that a message quotes in full: with the rest of the message, more would not fit into a line."""


def bind(type_: type[_T], document: Document, keys: Keys, value: Any) -> tuple[_T | None, list[ConfigError]]:
    """`value`, which is at `keys` of `document`, as a `type_`; if it is invalid, None and its faults.

    Raises:
        UnboundTypeError: `type_` has fields that pydantic cannot validate.
    """
    try:
        bound: _T = _adapter(type_).validate_python(value)  # type: ignore[arg-type]  # a class is hashable
    except ValidationError as error:
        return None, [*_to_errors(type_, error, document, keys, value)]
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:
        raise UnboundTypeError(str(error)) from error
    return bound, []


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
