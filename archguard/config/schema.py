"""The JSON Schema of the configuration, from the same dataclasses that it is bound to."""

from typing import Any

from archguard.config.binding import File, json_schema
from archguard.kinds import Contract, kinds


def config_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a configuration file; each kind of contract is a branch of `contracts`."""
    schema = json_schema(File)
    contracts = {name: _contract_schema(kind) for name, kind in kinds().items()}
    definitions = schema.setdefault("$defs", {})
    for contract in contracts.values():
        definitions |= contract.pop("$defs", {})
    definitions |= {f"contract-{name}": contract for name, contract in contracts.items()}
    _describe(definitions["IgnoreOf"]["properties"], definitions["Ignore"]["properties"])
    branches = [{"$ref": f"#/$defs/contract-{name}"} for name in contracts]
    schema["properties"]["contracts"]["items"] = {"oneOf": branches}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "archguard.yaml", **schema}


def _contract_schema(kind: type[Contract]) -> dict[str, Any]:
    schema = json_schema(kind)
    says = {"const": kind.kind, "description": (kind.__doc__ or "").strip()}
    schema["properties"] = {"kind": says, **schema["properties"]}
    _describe(schema["properties"], json_schema(Contract)["properties"])
    schema["required"] = ["kind", *schema.get("required", ())]
    return schema


def _describe(properties: dict[str, Any], inherited: dict[str, Any]) -> None:
    """Add what pydantic leaves out: the docstrings of fields that a dataclass inherits."""
    for name in properties.keys() & inherited.keys():
        if "description" in inherited[name]:
            properties[name].setdefault("description", inherited[name]["description"])
