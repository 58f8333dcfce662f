"""Which type a place of a configuration has, by the dataclasses that it is bound to.

So completion offers what binding accepts, for the kinds of plug-ins as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from archguard.config.binding import File
from archguard.config.document import Keys
from archguard.kinds import Contract, find_kind


def types_at(keys: Keys, data: Any) -> tuple[Any, ...]:
    """The types of the values that may stand at `keys`; those in tuples and unions one by one.

    Args:
        keys: The path from the top of the configuration.
        data: The configuration, which says the kinds of contracts.
    """
    if keys[:1] == ("contracts",) and len(keys) > 1:
        found: list[Any] = [_kind(data["contracts"][keys[1]])]
        rest = keys[2:]
    else:
        found, rest = [File], keys
    for key in rest:
        found = [inner for hint in found for inner in _below(hint, key)]
    return tuple(dict.fromkeys(atom for hint in found for atom in _atoms(hint)))


def _kind(contract: Any) -> type[Contract]:
    name = contract.get("kind") if isinstance(contract, dict) else None
    return (find_kind(name) if isinstance(name, str) else None) or Contract


def fields_of(type_: Any) -> Mapping[str, Any]:
    """The keys of a dataclass with their types."""
    hints = get_type_hints(type_)
    return {it.name.rstrip("_"): hints[it.name] for it in fields(type_)}


def _below(hint: Any, key: str | int) -> Iterator[Any]:
    """The types of what is at `key` in a value of type `hint`."""
    for atom in _atoms(hint):
        if get_origin(atom) is Mapping:
            yield get_args(atom)[1]
        elif is_dataclass(atom) and key in (known := fields_of(atom)):
            yield known[str(key)]
        elif isinstance(key, int):
            yield atom


def _atoms(hint: Any) -> Iterator[Any]:
    """The types that `hint` consists of."""
    origin = get_origin(hint)
    if origin in (tuple, list, Union, UnionType):
        for argument in get_args(hint):
            if argument not in (NoneType, Ellipsis):
                yield from _atoms(argument)
    else:
        yield hint
