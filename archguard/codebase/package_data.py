"""Bind the TOML files in archguard's own packages, facts and word lists, to typed values.

The values are not validated here: the tests validate every file against the JSON schema of its type. Cost: `tomllib`
parses about 7 MB/s, so a word list of 15 kB takes 2 ms; callers load it once per process, where it is first used.
"""

import tomllib
from dataclasses import fields, is_dataclass
from importlib.resources import files
from typing import Annotated, Any, TypeVar, get_args, get_origin

_T = TypeVar("_T")


def load_package_data(type_: type[_T], package: str, name: str) -> _T:
    """The file `name` of `package` as an instance of the dataclass `type_`."""
    bound: _T = _bind(type_, _read(package, name))
    return bound


def load_package_tables(type_: type[_T], package: str, name: str) -> dict[str, _T]:
    """The tables or lists in the file `name` of `package`, by their names, each as a `type_`: a dataclass or a set."""
    return {key: _bind(type_, table) for key, table in _read(package, name).items()}


def _read(package: str, name: str) -> dict[str, Any]:
    return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))


def _bind(type_: Any, value: Any) -> Any:
    """`value` as a `type_`: tables become dataclasses or mappings, lists become frozensets or tuples."""
    if get_origin(type_) is Annotated:
        return _bind(get_args(type_)[0], value)
    if is_dataclass(type_):
        types = {field.name: field.type for field in fields(type_)}
        return type_(**{key: _bind(types[key], item) for key, item in value.items()})  # type: ignore[operator]  # a class
    if isinstance(value, dict):
        item_type = get_args(type_)[1]
        return {key: _bind(item_type, item) for key, item in value.items()}
    if isinstance(value, list):
        return frozenset(value) if get_origin(type_) is frozenset else tuple(value)
    return value
