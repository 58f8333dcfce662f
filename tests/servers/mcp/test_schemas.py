"""The tools as clients see them are kept in a golden file; `ARCHGUARD_WRITE_GOLDEN=1` writes it anew."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import Client
from mcp_clients import Caller

from archguard.servers.mcp import TOOLS, Tool

GOLDEN = Path(__file__).parent / "tools.json"


def test_the_tools_are_those_of_the_golden_file(caller: Caller) -> None:
    async def listed(client: Client) -> list[Any]:
        tools = (await client.list_tools()).tools
        return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]

    shown = json.dumps(caller.with_client(listed), indent=2) + "\n"
    if os.environ.get("ARCHGUARD_WRITE_GOLDEN"):
        GOLDEN.write_text(shown, encoding="utf-8")
    assert shown == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.id)
def test_the_schemas_are_valid_and_describe_every_argument_and_answer(tool: type[Tool]) -> None:
    for schema in (tool.input_schema(), tool.output_schema()):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert all(_descriptions(schema)), schema


def _descriptions(schema: dict[str, Any]) -> list[str]:
    """The description of every property, also of nested ones."""
    found = []
    for part in schema.get("properties", {}).values():
        found += [part.get("description", ""), *_descriptions(part)]
    return found + (_descriptions(schema["items"]) if isinstance(schema.get("items"), dict) else [])
