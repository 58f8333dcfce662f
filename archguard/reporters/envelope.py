"""What the JSON formats have in common: each begins with its version and the tool, and is ASCII."""

import json
from collections.abc import Mapping
from typing import Any

from archguard.model.log import inert_json
from archguard.model.serialization import Schema, object_schema
from archguard.reporters import tool_info


def render(version: int, body: Mapping[str, Any]) -> str:
    """A document as JSON in ASCII, which every terminal and encoding supports."""
    tool = {"name": tool_info.NAME, "version": tool_info.version()}
    return inert_json(json.dumps({"version": version, "tool": tool, **body}, indent=2))


def schema(title: str, version: int, body: Schema) -> Schema:
    """The JSON Schema (2020-12) of a document whose other keys `body` describes."""
    head = {
        "version": {"const": version, "description": "Incremented by changes that programs must be adapted to."},
        "tool": object_schema(
            "The program that wrote the document.",
            {
                "name": {"const": tool_info.NAME, "description": "The name of the program."},
                "version": {"description": "The installed version.", "type": "string"},
            },
        ),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"archguard {title}, version {version}",
        **body,
        "properties": {**head, **body["properties"]},
        "required": [*head, *body["required"]],
    }
