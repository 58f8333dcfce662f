"""How pydantic binds the short forms that `archguard.codebase.coercion` marks, and how a JSON Schema describes them.

Pydantic looks for its hooks at the marker or class itself, which must not know of pydantic. `register` puts them there,
once, before the first type is bound; subclasses, those of plug-ins too, inherit them.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic_core import core_schema

from archguard.codebase.coercion import NotEmpty, OneOrMany, ShortFor, Shorthand, Text

_Schema = Any  # pydantic's schemas are dictionaries of many types
_Handler = Callable[[Any], Any]


@cache
def register() -> None:
    """Let pydantic bind and describe the marked types."""
    hooks: dict[type, tuple[Any, Any]] = {
        OneOrMany: (_bind_one_or_many, _describe_one_or_many),
        ShortFor: (_bind_short_for, _describe_short),
        Shorthand: (classmethod(_bind_shorthand), classmethod(_describe_short)),
    }
    for marker, (bind, describe) in hooks.items():
        setattr(marker, _BIND, bind)
        setattr(marker, _DESCRIBE, describe)
    setattr(NotEmpty, _BIND, _bind_not_empty)
    setattr(Text, _BIND, classmethod(_bind_text))


_BIND = "__get_pydantic_core_schema__"
_DESCRIBE = "__get_pydantic_json_schema__"


def _bind_one_or_many(marker: OneOrMany, source: Any, handler: _Handler) -> _Schema:
    """A list, or one item."""

    def listed(value: Any) -> Any:
        found = value if isinstance(value, list | tuple) else (value,)
        if not found and not marker.empty:
            raise ValueError("the list is empty, so that nothing would be checked: name something, or leave it out")
        return found

    return _before(listed, handler(source))


def _describe_one_or_many(marker: OneOrMany, schema: _Schema, handler: _Handler) -> _Schema:
    many = handler(schema) | ({} if marker.empty else {"minItems": 1})
    return {"anyOf": [many["items"], many]}


def _bind_not_empty(_marker: NotEmpty, source: Any, handler: _Handler) -> _Schema:
    return handler(source) | {"min_length": 1}


def _bind_short_for(marker: ShortFor, source: Any, handler: _Handler) -> _Schema:
    """A mapping, or the value of the key."""
    return _before(lambda value: {marker.key: value} if isinstance(value, str | list) else value, handler(source))


def _bind_shorthand(class_: type[Shorthand], source: Any, handler: _Handler) -> _Schema:
    """A mapping, or what `expand` takes."""
    return _before(
        lambda value: value if isinstance(value, dict | class_) else dict(class_.expand(value)), handler(source)
    )


def _describe_short(_marker: Any, schema: _Schema, handler: _Handler) -> _Schema:
    return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, handler(schema)]}


def _bind_text(class_: type[Text], _source: Any, _handler: _Handler) -> _Schema:
    """A string that `parse` accepts, or an instance."""
    parsed = core_schema.no_info_after_validator_function(class_.parse, core_schema.str_schema(min_length=1))
    return core_schema.no_info_wrap_validator_function(
        lambda value, parse: value if isinstance(value, class_) else parse(value), parsed
    )


def _before(function: Callable[[Any], Any], schema: _Schema) -> _Schema:
    return core_schema.no_info_before_validator_function(function, schema)
