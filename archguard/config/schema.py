"""The JSON Schema of the configuration, generated from the dataclasses that it is bound to."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

from archguard.config.binding import File
from archguard.config.pydantic_binding import json_schema
from archguard.kinds import Contract, kinds


def config_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a configuration file; each kind of contract is a branch of `contracts`."""
    schema = _schema(File)
    contracts = {name: _contract_schema(kind) for name, kind in kinds().items()}
    definitions = schema.setdefault("$defs", {})
    for contract in contracts.values():
        definitions |= contract.pop("$defs", {})
    definitions |= {f"contract-{name}": contract for name, contract in contracts.items()}
    branches = [{"$ref": f"#/$defs/contract-{name}"} for name in contracts]
    schema["properties"]["contracts"]["items"] = {"oneOf": branches}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "archguard.yaml", **schema}


def _contract_schema(kind: type[Contract]) -> dict[str, Any]:
    schema = _schema(kind)
    kind_property = {"const": kind.kind, "description": (kind.__doc__ or "").strip()}
    schema["properties"] = {"kind": kind_property, **schema["properties"]}
    schema["required"] = ["kind", *schema.get("required", ())]
    return schema


def _schema(type_: type) -> dict[str, Any]:
    """The schema of `type_`, with the descriptions of inherited fields, which pydantic omits."""
    schema = json_schema(type_)
    for found in {type_, *_referenced(type_, set())}:
        part = schema if found is type_ else schema.get("$defs", {}).get(found.__name__, {})
        for base in filter(is_dataclass, found.__mro__[1:]):
            _describe(_properties(part), _properties(_definition(base)))
    return schema


def _definition(type_: type) -> dict[str, Any]:
    """The schema of the dataclass itself; pydantic may return only a reference to it."""
    schema = json_schema(type_)
    part: dict[str, Any] = schema.get("$defs", {}).get(type_.__name__, schema)
    return part


def _referenced(type_: Any, seen: set[type]) -> Iterator[type]:
    """The dataclasses that the fields of `type_` refer to, transitively."""
    if isinstance(type_, type) and is_dataclass(type_) and type_ not in seen:
        seen.add(type_)
        yield type_
        for hint in get_type_hints(type_).values():
            yield from _referenced(hint, seen)
    for argument in get_args(type_):
        yield from _referenced(argument, seen)


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    """The properties of a mapping; if it also has a short form, of the branch that is a mapping."""
    found: dict[str, Any] = schema.get("properties", {})
    for branch in schema.get("anyOf", ()):
        found = found or _properties(branch)
    return found


def _describe(properties: dict[str, Any], inherited: dict[str, Any]) -> None:
    for name in properties.keys() & inherited.keys():
        if "description" in inherited[name]:
            properties[name].setdefault("description", inherited[name]["description"])
