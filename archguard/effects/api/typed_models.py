"""The fields of pydantic models, dataclasses and their like, which handlers take as parameters.

Required is what has no default. A model whose names a function makes, that rewrites its input before validation, or
that extends a class from outside is not known.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from archguard.codebase.scopes.scopes import Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.api.class_bodies import (
    ModelField,
    body_model,
    decorators,
    inner_class,
    is_true,
    last_name,
    pairs,
    rewrites,
)
from archguard.effects.api.endpoints import BodyModel, Endpoint
from archguard.model.names import last_part
from archguard.semantics import ClassType, ExternalSymbol, InstanceType, SemanticModel
from archguard.semantics.types import Types

_PYDANTIC_BASES = frozenset(
    [
        "pydantic.BaseModel",
        "pydantic.main.BaseModel",
        "sqlmodel.SQLModel",
        "sqlmodel.main.SQLModel",
        "msgspec.Struct",
        "ninja.Schema",
    ]
)
_DATACLASS_DECORATORS = frozenset(["dataclass", "define", "frozen", "attrs", "s"])
_NO_BODY = frozenset(
    ["Depends", "Security", "Query", "Path", "Header", "Cookie", "Form", "File", "Provide", "Parameter"]
)
"""What marks a parameter of a handler as no part of the body."""
_OLD_PYDANTIC = frozenset(["validator", "root_validator", "orm_mode", "parse_obj"])
"""Names of pydantic 1, in which an optional field without a default is not required."""


@dataclass(frozen=True)
class TypedModels:
    """Finds the models in the signatures of handlers."""

    model: SemanticModel

    def of(self, endpoint: Endpoint, scope: Scope) -> BodyModel | None:
        """The model of the one parameter of its function that is the body; None if there is none, or several."""
        if not isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef) or not _takes_models(endpoint):
            return None
        function, at = scope.node, scope.at or scope.end
        parameters = list(_body_parameters(function, endpoint.path))
        models = [(name, self._instances(annotation, at), default) for name, annotation, default in parameters]
        found = [(name, types, default) for name, types, default in models if self._is_model(types)]
        embeds = any("embed=True" in ast.unparse(node) for _, *nodes in parameters for node in nodes if node)
        others = [default for _, types, default in models if not self._is_model(types) and _is_body(default)]
        if len(found) == 1 and not others and not embeds:
            return self._of_types(found[0][1])
        return None

    def _instances(self, annotation: ast.expr | None, at: Position) -> Types:
        return self.model.infer_annotation(annotation, at) if annotation else ()

    def _is_model(self, types: Types) -> bool:
        return any(self._class_of(value) is not None for value in types)

    def _class_of(self, value: object) -> ClassType | None:
        """The model that `value` is an instance of, or a list of."""
        match value:
            case InstanceType(of=ClassType() as cls) if self._is_model_class(cls):
                return cls
            case InstanceType(
                of=ExternalSymbol(name="builtins.list" | "typing.List" | "collections.abc.Sequence"), items=(items, *_)
            ):
                return next(filter(None, map(self._class_of, items)), None)
        return None

    def _is_model_class(self, cls: ClassType) -> bool:
        external = {base.name for base in self.model.mro(cls) if isinstance(base, ExternalSymbol)}
        return bool(external & _PYDANTIC_BASES) or not _DATACLASS_DECORATORS.isdisjoint(decorators(cls.scope))

    def _of_types(self, types: Types) -> BodyModel | None:
        classes = list(dict.fromkeys(filter(None, map(self._class_of, types))))
        if len(classes) != 1:
            return None  # a union: any of them
        is_list = any(isinstance(value, InstanceType) and isinstance(value.of, ExternalSymbol) for value in types)
        found = self._typed_fields(classes[0])
        return replace(found, is_list=is_list) if found else None

    def _typed_fields(self, cls: ClassType) -> BodyModel | None:
        """The fields of a pydantic model or dataclass."""
        ancestors = self.model.mro(cls)
        external = {base.name for base in ancestors if isinstance(base, ExternalSymbol)}
        own = [base for base in ancestors if isinstance(base, ClassType)]
        if not external <= _PYDANTIC_BASES | {"abc.ABC", "typing.Generic"} or any(map(rewrites, own)):
            return None
        settings = [_config(base.scope) for base in own]
        if any("alias_generator" in setting for setting in settings):
            return None
        fields: dict[str, ModelField] = {}
        for base in reversed(own):
            fields |= {found.name: found for found in self._fields_of(base)}
        extra = next((value for setting in settings if (value := _extra(setting))), "ignore")
        return body_model(self.model, cls, fields.values(), extra)

    def _fields_of(self, cls: ClassType) -> Iterator[ModelField]:
        is_old = _is_old_pydantic(cls)
        for name, bindings in cls.scope.bindings.items():
            binding = bindings[-1]
            if not binding.annotation or name.startswith("_") or name == "model_config":
                continue
            annotation, node = ast.unparse(binding.annotation), binding.node
            if annotation.startswith(("ClassVar", "typing.ClassVar", "PrivateAttr")):
                continue
            is_optional = is_old and annotation.startswith(("Optional", "typing.Optional", "Any"))
            aliases = {alias for part in (node, binding.annotation) for alias in _aliases(part)}
            yield ModelField(
                next(iter(sorted(aliases)), name),
                is_required=_has_no_default(node, binding.annotation) and not is_optional,
            )


def _takes_models(endpoint: Endpoint) -> bool:
    return endpoint.method not in ("GET", "HEAD", "OPTIONS", "WEBSOCKET")


def _body_parameters(
    function: ast.FunctionDef | ast.AsyncFunctionDef, path: str
) -> Iterator[tuple[str, ast.expr | None, ast.expr | None]]:
    """The parameters that can be of the body, each with annotation and default."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = [
        *zip(positional, [*defaults, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for parameter, default in pairs:
        marks = {
            last_name(node.func)
            for part in (parameter.annotation, default)
            if part
            for node in ast.walk(part)
            if isinstance(node, ast.Call)
        }
        if marks.isdisjoint(_NO_BODY) and f"{{{parameter.arg}}}" not in path and f"{{{parameter.arg}:" not in path:
            yield parameter.arg, parameter.annotation, default


def _is_body(default: ast.expr | None) -> bool:
    return isinstance(default, ast.Call) and last_name(default.func) == "Body"


def _is_old_pydantic(cls: ClassType) -> bool:
    config = inner_class(cls.scope, "Config")
    names = {name for child in cls.scope.children for name in decorators(child)}
    imported = set(cls.scope.module.bindings)
    return (bool(config) and "model_config" not in cls.scope.bindings) or not _OLD_PYDANTIC.isdisjoint(names | imported)


def _config(scope: Scope) -> dict[str, ast.expr]:
    """The settings of a pydantic model, from `model_config` or from its inner class `Config`."""
    bindings = scope.bindings.get("model_config", [])
    node = bindings[-1].node if bindings else None
    return (
        dict(pairs(node)) | inner_class(scope, "Config") if isinstance(node, ast.expr) else inner_class(scope, "Config")
    )


def _extra(settings: Mapping[str, ast.expr]) -> str:
    text = last_part(ast.unparse(settings["extra"]).strip("'\"")) if "extra" in settings else ""
    if "forbid_unknown_fields" in settings and is_true(settings["forbid_unknown_fields"]):
        return "forbid"
    return text if text in ("forbid", "ignore", "allow") else ""


def _has_no_default(node: ast.AST, annotation: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value) if value is ...:
            marks = [
                part
                for part in ast.walk(annotation)
                if isinstance(part, ast.Call) and last_name(part.func) in ("Field", "Meta")
            ]
            return not any({"default", "default_factory"} & {item.arg for item in mark.keywords} for mark in marks)
        case ast.Call(func=func, args=args, keywords=keywords) if last_name(func) in (
            "Field",
            "field",
            "ib",
            "attrib",
            "Body",
        ):
            given = {item.arg for item in keywords}
            first_is_default = bool(args) and not (isinstance(args[0], ast.Constant) and args[0].value is ...)
            return not first_is_default and not {"default", "default_factory", "factory"} & given
    return False


def _aliases(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and last_name(part.func) == "Field":
            found = {item.arg: item.value for item in part.keywords}
            alias = found.get("validation_alias") or found.get("alias")
            if isinstance(alias, ast.Constant):
                yield str(alias.value)
