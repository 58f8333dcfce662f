"""The fields of marshmallow schemas, which decorators of a handler name: `use_args`, `arguments`.

Required is what says `required=True`; other fields are refused, unless the schema or the decorator says otherwise.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace

from archguard.codebase.scopes.scopes import Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.api.class_bodies import (
    ModelField,
    body_model,
    calls_in_body,
    inner_class,
    is_true,
    last_name,
    rewrites,
)
from archguard.effects.api.endpoints import BodyModel
from archguard.model.names import last_part
from archguard.semantics import ClassType, ExternalSymbol, SemanticModel

_MARSHMALLOW_BASES = frozenset(["marshmallow.Schema", "marshmallow.schema.Schema", "flask_marshmallow.Schema"])
_SCHEMA_DECORATORS = frozenset(["use_args", "use_kwargs", "arguments"])
_BODY_LOCATIONS = frozenset(["", "json", "json_or_form"])


@dataclass(frozen=True)
class SchemaModels:
    """Finds the schemas of handlers."""

    model: SemanticModel

    def of(self, scope: Scope) -> BodyModel | None:
        """The schema that decorates the function `scope`."""
        for decorator in getattr(scope.node, "decorator_list", []):
            match decorator:
                case ast.Call(func=func, args=[schema, *_], keywords=keywords) if last_name(func) in _SCHEMA_DECORATORS:
                    location = next(
                        (ast.unparse(key.value).strip("'\"") for key in keywords if key.arg == "location"), ""
                    )
                    if location in _BODY_LOCATIONS:
                        return self._schema(schema, scope.at or scope.end)
        return None

    def _schema(self, node: ast.expr, at: Position) -> BodyModel | None:
        keywords = {item.arg: item.value for item in node.keywords} if isinstance(node, ast.Call) else {}
        values = self.model.infer(node.func if isinstance(node, ast.Call) else node, at)
        classes = [value for value in values if isinstance(value, ClassType)]
        if len(classes) != 1 or not keywords.keys() <= {"many", "partial", "unknown"}:
            return None
        found = self._schema_fields(classes[0])
        if not found:
            return None
        required = frozenset[str]() if is_true(keywords.get("partial")) else found.required
        extra = _unknown_policy(keywords.get("unknown")) or found.extra
        optional = found.optional | (found.required - required)
        return replace(found, required=required, optional=optional, extra=extra, is_list=is_true(keywords.get("many")))

    def _schema_fields(self, cls: ClassType) -> BodyModel | None:
        ancestors = self.model.mro(cls)
        own = [base for base in ancestors if isinstance(base, ClassType)]
        external = {base.name for base in ancestors if isinstance(base, ExternalSymbol)}
        if not external or not external <= _MARSHMALLOW_BASES or any(map(rewrites, own)):
            return None
        fields: dict[str, ModelField] = {}
        policy = "forbid"
        for base in reversed(own):
            meta = inner_class(base.scope, "Meta")
            policy = _unknown_policy(meta.get("unknown")) or policy
            if {"fields", "additional", "model", "include"} & meta.keys():
                return None
            fields |= {found.name: found for found in _marshmallow_fields(base.scope)}
        return body_model(self.model, cls, fields.values(), policy)


def _marshmallow_fields(scope: Scope) -> Iterator[ModelField]:
    for name, call in calls_in_body(scope):
        options = {item.arg: item.value for item in call.keywords}
        key = options.get("data_key") or options.get("load_from")
        shown = str(key.value) if isinstance(key, ast.Constant) else name
        yield ModelField(
            shown, is_required=is_true(options.get("required")), is_accepted=not is_true(options.get("dump_only"))
        )


def _unknown_policy(node: ast.expr | None) -> str:
    """What marshmallow's `RAISE`, `EXCLUDE` and `INCLUDE` do with other fields."""
    text = last_part(ast.unparse(node).strip("'\"")).upper() if node else ""
    return {"RAISE": "forbid", "EXCLUDE": "ignore", "INCLUDE": "allow"}.get(text, "")
