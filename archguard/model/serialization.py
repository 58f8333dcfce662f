"""Write the values of the model as plain values (those of JSON), read them back, and describe them by a JSON Schema.

How it works: a type has one `Codec`, derived from its annotations and docstrings, which does all three. `codec(type)`
writes every field of a dataclass under the field's name, so that nothing is lost. A published format has its own keys
in its own order: `layout(type, *keys)` takes the same fields, and properties, by their paths (`location.path`).

Cost: a codec is built once per type. Docstrings are read from source files, for a schema only.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache, cached_property
from inspect import getattr_static
from types import NoneType, UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

from archguard.dataclass import dataclass
from archguard.model.docstrings import describe
from archguard.model.location import Position

Schema = dict[str, Any]  # a schema is JSON, and JSON is Any
_Layouts = Mapping[type, "Codec"]


class Codec(NamedTuple):
    """How the values of one type are written and described."""

    write: Callable[[Any], Any]
    """From a value to a plain one."""
    schema: Callable[[], Schema]
    """The JSON Schema of what is written."""
    read: Callable[[Any, str], Any]
    """From a plain value to the value; the second argument is the key where it was found, for messages.

    It raises `KeyError` if a key is missing, `TypeError` or `ValueError` if a value does not fit.
    """
    read_paths: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None
    """Of an object: from its plain value to the values by the paths of attributes."""


class Key(NamedTuple):
    """One key of a published object."""

    name: str
    path: str
    """The attribute that it holds, such as `location.line`; "" for the object itself."""
    codec: Codec | None = None
    """By default that of the attribute's type."""


def to_plain(value: Any) -> Any:
    """Every field of the dataclass `value`, as plain values."""
    type_: Any = type(value)
    return codec(type_).write(value)


@cache
def codec(type_: Any) -> Codec:
    """The codec of a type, with every field of a dataclass.

    Raises:
        TypeError: there is no rule for the type.
    """
    return _codec(type_, {})


def layout(of: type, *keys: str | Key, types: _Layouts | None = None, description: str = "") -> Codec:
    """The codec of the dataclass `of` in a published format.

    Args:
        of: The dataclass.
        keys: The keys in order; a string is the path of an attribute, whose last name is the key.
        types: The codecs of the types inside that have layouts of their own.
        description: What the object is; by default the first paragraph of the docstring of `of`.
    """
    return _Object(of, tuple(_key(key) for key in keys), types or {}, description).codec()


def computed(name: str, get: Callable[[Any], Any], value: Codec, description: str) -> Key:
    """A key whose value `get` computes from the object; it is written only, and ignored when read."""
    return Key(
        name,
        "",
        Codec(
            write=lambda object_: value.write(get(object_)),
            schema=lambda: _described(value.schema(), description),
            read=lambda _plain, _key: None,
        ),
    )


def list_of(items: Codec) -> Codec:
    """The codec of a tuple, whose items have the codec `items`."""
    return Codec(
        write=lambda values: list(map(items.write, values)),
        schema=lambda: {"type": "array", "items": items.schema()},
        read=lambda plain, key: tuple(items.read(value, key) for value in _checked(plain, key, list)),
    )


def object_schema(description: str, properties: Mapping[str, Schema], optional: Collection[str] = ()) -> Schema:
    """The schema of an object with exactly these keys, of which those in `optional` may be left out."""
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def rounded(digits: int) -> Codec:
    """The codec of a number that is written with so many decimal places."""
    return Codec(lambda value: round(value, digits), _SCALARS[float].schema, _SCALARS[float].read)


def text(pattern: str) -> Codec:
    """The codec of a string that matches the regular expression `pattern`."""
    return _scalar(str, {"type": "string", "pattern": pattern})


def nullable(codec: Codec) -> Codec:
    """`codec`, and null for None."""
    return Codec(
        write=lambda value: None if value is None else codec.write(value),
        schema=lambda: _or_null(codec.schema()),
        read=lambda plain, key: None if plain is None else codec.read(plain, key),
    )


def _codec(hint: Any, layouts: _Layouts) -> Codec:
    if isinstance(hint, type) and hint in layouts:
        return layouts[hint]
    if isinstance(hint, type) and is_dataclass(hint):
        return _Object(hint, tuple(Key(it.name, it.name) for it in fields(hint)), layouts).codec()
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint)
    return _generic(hint, get_args(hint), layouts)


def _generic(hint: Any, arguments: tuple[Any, ...], layouts: _Layouts) -> Codec:
    origin = get_origin(hint)
    if origin is Annotated and arguments[1] in _POSITIONS:
        return _POSITIONS[arguments[1]]
    if origin is tuple:
        return list_of(_codec(arguments[0], layouts))
    if origin is Mapping:
        return _mapping_of(_codec(arguments[1], layouts))
    if origin in (Union, UnionType) and len(arguments) == 2 and arguments[1] is NoneType:  # noqa: PLR2004  # X | None
        return nullable(_codec(arguments[0], layouts))
    raise TypeError(f"{hint} cannot be serialized")


@dataclass(frozen=True, eq=False, repr=False)
class _Object:
    """The keys of an object that holds a dataclass."""

    of: type
    keys: tuple[Key, ...]
    layouts: _Layouts
    description: str = ""

    def codec(self) -> Codec:
        # Once for the type: a report has thousands of violations.
        writers = [(key.name, _getter(key.path), part.write) for key, part in self._parts]
        return Codec(
            write=lambda value: {name: write(get(value)) for name, get, write in writers},
            schema=self._schema,
            read=self._read,
            read_paths=self._values,
        )

    @cached_property
    def _parts(self) -> list[tuple[Key, Codec]]:
        return [(key, key.codec or _attribute(self.of, key.path, self.layouts)) for key in self.keys]

    def _read(self, plain: Any, key: str) -> Any:
        values = self._values(_checked(plain, key, dict))
        return self.of(**values) if self._has_every_field else _build(self.of, values)

    @cached_property
    def _has_every_field(self) -> bool:
        """Whether the paths are the fields, so that nothing need be sorted out: twice as fast."""
        return [key.path for key in self.keys] == [it.name for it in fields(self.of)]

    def _values(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        """The value of each path."""
        values: dict[str, Any] = {}
        for key, part in self._parts:
            value = plain[key.name]
            # A key for the object itself, whose members are further paths of it.
            if part.read_paths and not key.path:
                values |= part.read_paths(_checked(value, key.name, dict))
            else:
                values[key.path] = part.read(value, key.name)
        return values

    def _schema(self) -> Schema:
        properties = {key.name: _described(part.schema(), _description(self.of, key.path)) for key, part in self._parts}
        return object_schema(self.description or (self.of.__doc__ or "").partition("\n\n")[0], properties)


def _key(key: str | Key) -> Key:
    return key if isinstance(key, Key) else Key(key.rpartition(".")[2], key)


def _getter(path: str) -> Callable[[Any], Any]:
    names = path.split(".") if path else []

    def get(value: Any) -> Any:
        for name in names:
            value = None if value is None else getattr(value, name)
        return value

    return get


def _attribute(of: type, path: str, layouts: _Layouts) -> Codec:
    """The codec of the attribute at `path`; if anything on the way may be None, null stands for the attribute too."""
    head, _, rest = path.partition(".")
    hint = _hint(of, head)
    if not rest:
        return _codec(hint, layouts)
    inner = _attribute(_without_none(hint), rest, layouts)
    return inner if _without_none(hint) is hint else nullable(inner)


def _description(of: type, path: str) -> str:
    """The docstring of the attribute at `path`, with JSON's null for None; "" if it has none."""
    head, _, rest = path.partition(".")
    if rest:
        return _description(_without_none(_hint(of, head)), rest)
    return describe(of, head).replace("None", "null") if head else ""


def _described(schema: Schema, text: str) -> Schema:
    """`schema`, beginning with the description `text` if there is one."""
    return {"description": "", **schema} | {"description": text} if text else schema


def _hint(class_: type, attribute: str) -> Any:
    """The type of a field or property."""
    match getattr_static(class_, attribute, None):
        case property(fget=getter) | cached_property(func=getter):
            return get_type_hints(getter, include_extras=True)["return"]
    return _field_hints(class_)[attribute]


@cache
def _field_hints(class_: type) -> Mapping[str, Any]:
    return get_type_hints(class_, include_extras=True)


def _without_none(hint: Any) -> Any:
    arguments = get_args(hint)
    return arguments[0] if arguments and arguments[-1] is NoneType else hint


def _build(of: Any, values: Mapping[str, Any]) -> Any:
    """A dataclass from the values of the paths of its fields; those of properties are left out."""
    inside: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        head, _, rest = path.partition(".")
        inside.setdefault(head, {})[rest] = value
    names = [it.name for it in fields(of) if it.name in inside]
    return of(**{name: _field(_field_hints(of)[name], inside[name]) for name in names})


def _field(hint: Any, values: Mapping[str, Any]) -> Any:
    if "" in values:
        return values[""]
    if None not in values.values():
        return _build(_without_none(hint), values)
    if set(values.values()) != {None}:
        raise TypeError(f"only some of the keys {', '.join(map(repr, values))} are null")
    return None


def _scalar(type_: type, schema: Schema) -> Codec:
    return Codec(lambda value: value, lambda: dict(schema), lambda plain, key: _checked(plain, key, type_))


def _checked(plain: Any, key: str, *expected: type) -> Any:
    """`plain`, if it is of an expected type; True and False are no integers."""
    if not isinstance(plain, expected) or (isinstance(plain, bool) and bool not in expected):
        raise TypeError(f"the key '{key}' is {plain!r}")
    return plain


def _enum(type_: type[Enum]) -> Codec:
    values = {member.value: member for member in type_}

    def read(plain: Any, key: str) -> Enum:
        if not isinstance(plain, str) or plain not in values:
            raise ValueError(f"the key '{key}' is {plain!r}")
        return values[plain]

    return Codec(lambda member: member.value, lambda: {"enum": list(values)}, read)


def _mapping_of(values: Codec) -> Codec:
    return Codec(
        write=lambda mapping: {name: values.write(value) for name, value in mapping.items()},
        schema=lambda: {"type": "object", "additionalProperties": values.schema()},
        read=lambda plain, key: {name: values.read(it, name) for name, it in _checked(plain, key, dict).items()},
    )


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


_POSITION: Final = _scalar(int, {"type": "integer", "minimum": 1})
_POSITIONS: Final = {
    Position.KNOWN: _POSITION,
    Position.OPTIONAL: Codec(
        write=lambda value: value or None,
        schema=lambda: _or_null(_POSITION.schema()),
        read=lambda plain, key: 0 if plain is None else _POSITION.read(plain, key),
    ),
}
_SCALARS: Final[Mapping[Any, Codec]] = {
    str: _scalar(str, {"type": "string"}),
    bool: _scalar(bool, {"type": "boolean"}),
    int: _scalar(int, {"type": "integer", "minimum": 0}),
    float: Codec(
        write=lambda value: value,
        schema=lambda: {"type": "number", "minimum": 0},
        read=lambda plain, key: float(_checked(plain, key, int, float)),
    ),
    date: Codec(
        write=date.isoformat,
        schema=lambda: {"type": "string", "format": "date"},
        read=lambda plain, key: date.fromisoformat(_checked(plain, key, str)),
    ),
}
