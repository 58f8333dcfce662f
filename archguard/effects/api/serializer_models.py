"""The fields of the serializers of Django REST framework, and of the Django models behind them.

Required is what has neither default nor blank nor null and is not read-only, for POST alone: PUT and PATCH may be
partial.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from archguard.codebase.scopes.scopes import Scope
from archguard.dataclass import dataclass
from archguard.effects.api.class_bodies import (
    ModelField,
    body_model,
    calls_in_body,
    inner_class,
    is_true,
    last_name,
    pairs,
    rewrites,
    texts,
)
from archguard.effects.api.endpoints import BodyModel, Endpoint
from archguard.model.names import last_part
from archguard.semantics import ClassType, ExternalSymbol, SemanticModel

_SERIALIZERS = ("rest_framework.serializers.",)
_MODEL_SERIALIZERS = frozenset(["ModelSerializer", "HyperlinkedModelSerializer"])


@dataclass(frozen=True)
class SerializerModels:
    """Finds the serializers of views."""

    model: SemanticModel

    def of(self, endpoint: Endpoint, function: Scope | None, view: ClassType | None) -> BodyModel | None:
        """The serializer that the handler `function` makes of the request, else that of `view`."""
        found = self._used_serializer(function) if function else None
        if found is None and view:
            found = self._declared_serializer(view)
        serializer = self._serializer_fields(found[0]) if found else None
        if not serializer or not found:
            return None
        is_partial = found[1] or endpoint.method != "POST"
        required = frozenset[str]() if is_partial else serializer.required
        return replace(serializer, required=required, optional=serializer.optional | (serializer.required - required))

    def _used_serializer(self, scope: Scope) -> tuple[ClassType, bool] | None:
        """The serializer that the handler makes of the data of the request, and whether it is partial."""
        found = list[tuple[ClassType, bool]]()
        for path in scope.access_paths:
            for access in path.accesses:
                keywords = {item.arg: item.value for item in access.call.keywords} if access.call else {}
                if (
                    access.call
                    and "data" in keywords
                    and ast.unparse(keywords["data"]) == "request.data"
                    and not is_true(keywords.get("many"))
                ):
                    classes = [
                        value for value in self.model.infer(access.call.func, path.at) if isinstance(value, ClassType)
                    ]
                    found += ((cls, is_true(keywords.get("partial"))) for cls in classes)
        return found[0] if len(found) == 1 else None

    def _declared_serializer(self, owner: ClassType) -> tuple[ClassType, bool] | None:
        chooser = self.model.definition(owner, "get_serializer_class")
        if chooser and chooser[1]:
            return None
        found = self.model.definition(owner, "serializer_class")
        nodes = [
            (binding.node, binding.at) for binding in (found[1] if found else ()) if isinstance(binding.node, ast.expr)
        ]
        classes = [value for node, at in nodes for value in self.model.infer(node, at) if isinstance(value, ClassType)]
        return (classes[0], False) if len(classes) == 1 else None

    def _serializer_fields(self, cls: ClassType) -> BodyModel | None:
        ancestors = self.model.mro(cls)
        own = [base for base in ancestors if isinstance(base, ClassType)]
        external = [base.name for base in ancestors if isinstance(base, ExternalSymbol)]
        if not external or not all(name.startswith(_SERIALIZERS) for name in external) or any(map(rewrites, own)):
            return None
        declared: dict[str, ModelField] = {}
        meta: dict[str, ast.expr] = {}
        for base in reversed(own):
            meta |= inner_class(base.scope, "Meta")
            declared |= {found.name: found for found in _serializer_fields(base.scope)}
        if any(last_part(name) in _MODEL_SERIALIZERS for name in external):
            modelled = self._model_fields(meta, own[0].scope)
            if modelled is None:
                return None
            declared = _merged(modelled, declared, meta)
        return body_model(self.model, cls, declared.values(), "ignore")

    def _model_fields(self, meta: Mapping[str, ast.expr], scope: Scope) -> dict[str, ModelField] | None:
        """The fields of the model of a serializer; None if they are not known."""
        if "model" not in meta:
            return None
        inner = next((child for child in scope.children if getattr(child.node, "name", "") == "Meta"), scope)
        models = [value for value in self.model.infer(meta["model"], inner.end) if isinstance(value, ClassType)]
        if len(models) != 1:
            return None
        fields = {"id": ModelField("id", is_required=False)}
        for base in reversed([base for base in self.model.mro(models[0]) if isinstance(base, ClassType)]):
            fields |= {found.name: found for found in _django_fields(base.scope)}
        return fields


def _merged(
    modelled: Mapping[str, ModelField], declared: Mapping[str, ModelField], meta: Mapping[str, ast.expr]
) -> dict[str, ModelField]:
    """The fields of a model serializer: those of the model that it lists, changed by what it says of them."""
    listed = texts(meta.get("fields"))
    excluded, read_only = texts(meta.get("exclude")) or (), texts(meta.get("read_only_fields")) or ()
    names = listed if listed is not None else [name for name in modelled if name not in excluded]
    fields = {name: modelled.get(name, ModelField(name, is_required=False)) for name in names if name not in declared}
    extra = dict(pairs(meta.get("extra_kwargs")))
    for name, found in fields.items():
        options = dict(pairs(extra.get(name)))
        is_read_only = name in read_only or is_true(options.get("read_only"))
        required = (
            is_true(options["required"]) if "required" in options else found.is_required and "default" not in options
        )
        fields[name] = replace(found, is_required=required and not is_read_only)
    return fields | {name: found for name, found in declared.items() if listed is None or name in listed}


def _serializer_fields(scope: Scope) -> Iterator[ModelField]:
    for name, call in calls_in_body(scope):
        options = {item.arg: item.value for item in call.keywords}
        kind = last_name(call.func)
        if not kind.endswith(("Field", "Serializer")):
            continue
        is_computed = kind in ("SerializerMethodField", "ReadOnlyField", "HiddenField") or is_true(
            options.get("read_only")
        )
        is_required = (
            not is_computed
            and "default" not in options
            and not ("required" in options and not is_true(options["required"]))
        )
        yield ModelField(name, is_required=is_required)


def _django_fields(scope: Scope) -> Iterator[ModelField]:
    for name, call in calls_in_body(scope):
        kind = last_name(call.func)
        if not kind.endswith(("Field", "ForeignKey")):
            continue
        options = {item.arg: item.value for item in call.keywords}
        has_value = kind.endswith(("AutoField", "ManyToManyRel")) or bool(
            {"default", "auto_now", "auto_now_add", "db_default"} & options.keys()
        )
        may_be_empty = any(is_true(options.get(option)) for option in ("blank", "null"))
        is_editable = "editable" not in options or is_true(options["editable"])
        yield ModelField(name, is_required=is_editable and not has_value and not may_be_empty)
