"""Short forms in a configuration: one item in place of a list, a string in place of a mapping."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class OneOrMany:
    """Marks a tuple that a configuration may also give as a single item."""

    empty: bool = True
    """Whether the list may be empty: not where that would switch a check off."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """A list, or one item."""
        return _before(self._listed, handler(source))

    def _listed(self, value: Any) -> Any:
        listed = value if isinstance(value, list | tuple) else (value,)
        if not listed and not self.empty:
            raise ValueError("the list is empty, so that nothing would be checked: name something, or leave it out")
        return listed

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        """What an editor offers for it."""
        many = handler(schema) | ({} if self.empty else {"minItems": 1})
        return {"anyOf": [many["items"], many]}


@dataclass(frozen=True)
class ShortFor:
    """Marks a mapping that a configuration may also give as the value of its `key` alone.

    Unlike `Shorthand`, it belongs to a field, so that several fields of the same type may differ.
    """

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """A mapping, or the value of the key."""
        return _before(lambda value: {self.key: value} if isinstance(value, str | list) else value, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], Any]) -> Any:
        """What an editor offers for it."""
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, handler(schema)]}


class Shorthand:
    """A dataclass that a configuration may also give by less than a mapping."""

    @classmethod
    def expand(cls, short: Any) -> Mapping[str, Any]:
        """The mapping that `short` abbreviates.

        Raises:
            ValueError: it is no valid short form.
        """
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> Any:
        """A mapping, or what `expand` takes."""
        return _before(
            lambda value: value if isinstance(value, dict | cls) else dict(cls.expand(value)), handler(source)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Callable[[Any], Any]) -> Any:
        """What an editor offers for it."""
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, handler(schema)]}


class Text:
    """A value that a configuration gives as a string."""

    @classmethod
    def parse(cls, text: str) -> Any:
        """The value that `text` denotes.

        Raises:
            ValueError: the syntax is wrong.
        """
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Callable[[Any], Any]) -> Any:
        """A string that `parse` accepts, or an instance."""
        from pydantic_core import core_schema  # noqa: PLC0415  # only `config` needs pydantic

        parsed = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema(min_length=1))
        return core_schema.no_info_wrap_validator_function(
            lambda value, parse: value if isinstance(value, cls) else parse(value), parsed
        )


def _before(function: Callable[[Any], Any], schema: Any) -> Any:
    from pydantic_core import core_schema  # noqa: PLC0415  # only `config` needs pydantic

    return core_schema.no_info_before_validator_function(function, schema)
