"""Read an OpenAPI 3 file as the offer of a provider: operations, path templates, and the schemas of JSON bodies.

The file is composed, not loaded, so that every operation keeps its line; JSON is read the same way: YAML includes it.
Schemas that combine others by `oneOf` or `anyOf`, and references to other files, are not judged.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from archguard.codebase.yaml_nodes import TooDeepError, compose
from archguard.dataclass import dataclass
from archguard.effects.api.endpoints import BodyModel, Endpoint, Offer, SpecificationError
from archguard.incremental.fingerprint import content
from archguard.model import Location

_METHODS = frozenset(["get", "put", "post", "delete", "options", "head", "patch", "trace"])
_CONVERTERS = {"integer": "int", "number": "float"}
_MOST_BYTES = 32 << 20
"""The largest published descriptions, such as that of GitHub's API, have about 10 MB."""
_MAX_REFERENCES = 20
"""How many references are followed; a schema that refers to itself ends here."""


@dataclass(frozen=True)
class Specification:
    """What an OpenAPI file describes."""

    offer: Offer
    hosts: tuple[str, ...]
    """The hosts of its absolute `servers`."""


def read_specification(root: Path, path: str, service: str) -> Specification:
    """Read the OpenAPI 3 file `path` below `root` as the offer of `service`.

    Raises:
        SpecificationError: the file cannot be read, or is no OpenAPI 3 description.
    """
    place = Location(path)
    try:
        node = compose(content(str(root / path), _MOST_BYTES).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SpecificationError(f"cannot read {path}: {error}", location=place) from error
    except TooDeepError as error:
        place = Location(path, error.line, error.column)
        raise SpecificationError(f"{path} is {error}", location=place) from error
    except yaml.YAMLError as error:
        raise SpecificationError(f"{path} is neither YAML nor JSON: {error}", location=place) from error
    document = _Document(path, service, node)
    version = document.text(node, "openapi")
    if not version.startswith("3"):
        hint = "convert it to OpenAPI 3" if document.text(node, "swagger") else "it must begin with `openapi: 3...`"
        raise SpecificationError(f"{path} is no OpenAPI 3 description", hint=hint, location=place)
    servers = [urlsplit(document.text(server, "url")) for server in _items(_get(node, "servers"))]
    endpoints = document.endpoints(next((server.path for server in servers), ""))
    return Specification(Offer(service, tuple(endpoints)), tuple(server.netloc for server in servers if server.netloc))


@dataclass(frozen=True)
class _Document:
    path: str
    service: str
    root: yaml.Node | None

    def endpoints(self, prefix: str) -> Iterator[Endpoint]:
        """The operations, below the path `prefix` of the server."""
        for key, item in _pairs(_get(self.root, "paths")):
            shared = _items(_get(item, "parameters"))
            for name, operation in _pairs(item):
                if name.value in _METHODS:
                    parameters = [*shared, *_items(_get(operation, "parameters"))]
                    yield Endpoint(
                        service=self.service,
                        method=name.value.upper(),
                        path=prefix.rstrip("/") + self._template(key.value, parameters),
                        location=self._location(name),
                        handler=self.text(operation, "operationId"),
                        module=self.service,
                        framework="openapi",
                        body=self._body(operation),
                    )

    def _template(self, path: str, parameters: list[yaml.Node]) -> str:
        """`path` with the converters of numbers: `{id}` becomes `{id:int}`."""
        for parameter in parameters:
            found = self._resolved(parameter)
            converter = _CONVERTERS.get(self.text(self._resolved(_get(found, "schema")), "type"))
            if converter and self.text(found, "in") == "path":
                name = self.text(found, "name")
                path = path.replace(f"{{{name}}}", f"{{{name}:{converter}}}")
        return path

    def _body(self, operation: yaml.Node) -> BodyModel | None:
        content = _get(self._resolved(_get(operation, "requestBody")), "content")
        schema = next((_get(value, "schema") for key, value in _pairs(content) if "json" in key.value), None)
        resolved = self._resolved(schema)
        is_list = self.text(resolved, "type") == "array"
        inner = _get(resolved, "items") if is_list else schema
        fields = self._fields(inner, _MAX_REFERENCES)
        if fields is None or inner is None:
            return None
        required, properties, extra = fields
        return BodyModel(
            name=self.text(inner, "$ref").rpartition("/")[2] or self.text(operation, "operationId") or "the body",
            location=self._location(self._resolved(inner) or inner),
            required=required,
            optional=properties - required,
            extra=extra,
            is_list=is_list,
        )

    def _fields(self, schema: yaml.Node | None, depth: int) -> tuple[frozenset[str], frozenset[str], str] | None:
        """The required fields of `schema`, all of them, and what becomes of others; None if that is not known."""
        schema = self._resolved(schema)
        if schema is None or depth == 0 or _get(schema, "oneOf") or _get(schema, "anyOf"):
            return None
        required = {str(item.value) for item in _items(_get(schema, "required"))}
        properties = {key.value for key, _ in _pairs(_get(schema, "properties"))}
        read_only = {
            key.value for key, value in _pairs(_get(schema, "properties")) if self.text(value, "readOnly") == "true"
        }
        closed = self.text(schema, "additionalProperties") == "false"
        for part in _items(_get(schema, "allOf")):
            found = self._fields(part, depth - 1)
            if found is None:
                return None
            required, properties = required | found[0], properties | found[1]
        if not properties:
            return None
        extra = "forbid" if closed else "allow" if _get(schema, "additionalProperties") else "ignore"
        return frozenset(required - read_only), frozenset(properties), extra

    def _resolved(self, node: yaml.Node | None) -> yaml.Node | None:
        """`node`, or what it refers to in this file; None for a reference to another one."""
        for _ in range(_MAX_REFERENCES):
            reference = self.text(node, "$ref")
            if not reference:
                return node
            if not reference.startswith("#/"):
                return None
            node = self.root
            for part in reference[2:].split("/"):
                node = _get(node, part.replace("~1", "/").replace("~0", "~"))
        return None

    def text(self, node: yaml.Node | None, key: str) -> str:
        """The scalar under `key`; "" if there is none."""
        found = _get(node, key)
        return str(found.value) if isinstance(found, yaml.ScalarNode) else ""

    def _location(self, node: yaml.Node) -> Location:
        return Location(self.path, node.start_mark.line + 1, node.start_mark.column + 1)


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    pairs: list[tuple[yaml.Node, yaml.Node]] = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)]


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _pairs(node) if name.value == key), None)
