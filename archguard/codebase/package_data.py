"""Bind the TOML files in archguard's own packages, facts and word lists, to typed values.

The values are not validated here: the tests validate every file against the JSON schema of its type. Cost: `tomllib`
parses about 7 MB/s, so all files together take 40 ms. Hence an installation converts them to JSON (`hatch_build.py`),
which takes 1 ms; a file that was edited since is parsed as TOML. Callers load each file once per process.
"""

import json
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin

from archguard.model.names import ModuleName

_T = TypeVar("_T")

_ROOT: Final = Path(__file__).parents[2]
_CONVERTED: Final = _ROOT / "archguard/package_data.json"


def load_package_data(type_: type[_T], package: ModuleName, name: str) -> _T:
    """The file `name` of `package` as an instance of the dataclass `type_`."""
    bound: _T = _bind(type_, _read(package, name))
    return bound


def load_package_tables(type_: type[_T], package: ModuleName, name: str) -> dict[str, _T]:
    """The tables or lists in the file `name` of `package`, by their names, each as a `type_`: a dataclass or a set."""
    return {key: _bind(type_, table) for key, table in _read(package, name).items()}


def _read(package: ModuleName, name: str) -> dict[str, Any]:
    from _blake2 import blake2b  # noqa: PLC0415  # `hashlib` takes 3 ms to load OpenSSL

    path = f"{package.replace('.', '/')}/{name}"
    content = (_ROOT / path).read_bytes()
    converted = _converted().get(path, {})
    if converted.get("digest") == blake2b(content, digest_size=16).hexdigest():
        tables: dict[str, Any] = converted["tables"]
        return tables
    from tomllib import loads  # noqa: PLC0415  # 6 ms

    return loads(content.decode())


@cache
def _converted() -> dict[str, dict[str, Any]]:
    """The tables of all files as they were at the installation, by their paths; none in a checkout without one."""
    try:
        tables: dict[str, dict[str, Any]] = json.loads(_CONVERTED.read_bytes())
    except (OSError, ValueError):
        return {}
    return tables


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
