"""The interpreter of the specs in `ExternalModels`: `self`, `item`, `sqlalchemy.orm.Query[object]`.

`ExternalModels` explains the language of the specs. Cost: a spec is split anew for each call, which is memoized as part
of the call.
"""

import ast
import re
from collections.abc import Iterable

from archguard.codebase.scopes.scopes import Position
from archguard.model.names import parts_of, service_of, split_last
from archguard.semantics.django_settings import setting_bindings
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.types import (
    UNKNOWN,
    ClassType,
    ExternalSymbol,
    InstanceType,
    Types,
    external_instance,
    instances_of,
    union,
)

_SETTING = "settings."
_SPEC = re.compile(r"(?P<base>[^\[]*)(?:\[(?P<inner>.*)\])?$")


class SpecInterpreter:
    """Gives the types that a spec denotes for a receiver and a call."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def apply(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """The types that `spec` denotes for this receiver and call: its first alternative that is not UNKNOWN."""
        alternatives = spec.split(" or ")
        # `item or object`: the first that is known for this receiver and call.
        return next(filter(None, (self._alternative(part, receiver, node, at) for part in alternatives)), UNKNOWN)

    def apply_result(
        self, name: str, receiver: InstanceType, node: ast.Call | None = None, at: Position | None = None
    ) -> Types:
        """The types of the result of calling `name`, which is modelled; UNKNOWN if it is not."""
        spec = self.evaluator.library.result(name)
        return self.apply(spec, receiver, node, at) if spec else UNKNOWN

    def _alternative(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        match = _SPEC.match(spec)
        base, inner = (match["base"], match["inner"]) if match else (spec, None)
        if base == "type" and inner:
            return self._denoted_classes(inner, receiver, at)
        if base in ("self", "key", "item", "argument", "object", "result"):
            return self._placeholder(base, receiver, node, at)
        if base.startswith("self."):
            return self._instances_named_by(receiver, parts_of(base)[1:])
        if base.startswith(_SETTING):
            return self._model_in_setting(base.removeprefix(_SETTING), at)
        if inner and inner.startswith("self."):
            named = self._instances_named_by(receiver, parts_of(inner)[1:])
            return (external_instance(base, named),) if named else UNKNOWN
        items = (self._placeholder(part, receiver, node, at) for part in inner.split(", ")) if inner else ()
        return (external_instance(base, *items),)

    def _denoted_classes(self, name: str, receiver: InstanceType | ClassType | None, at: Position | None) -> Types:
        """The class `name`; for `self.Meta.model`, the classes that the receiver names there."""
        if name.startswith(_SETTING):
            instances = self._model_in_setting(name.removeprefix(_SETTING), at)
        elif name.startswith("self."):
            instances = self._instances_named_by(receiver, parts_of(name)[1:])
        else:
            return (ExternalSymbol(name),)
        return tuple(value.of for value in instances if isinstance(value, InstanceType))

    def _model_in_setting(self, name: str, at: Position | None) -> Types:
        """An instance of the model whose label is the setting `name` of Django; without `at`, of the only service."""
        files = self.evaluator.files
        services = {service_of(at.scope.module.name)} if at else _services(files.settings_modules)
        importers = [f"{service}::" for service in services] if len(services) == 1 else []
        labels = {
            binding.node.value
            for importer in importers
            for binding in setting_bindings(files, name, importer)
            if isinstance(binding.node, ast.Constant)
        }
        app, model = split_last(str(labels.pop())) if len(labels) == 1 else ("", "")
        modules = self.evaluator.resolver.django_models(app, importers[0]) if app else ()
        return instances_of(union(*(self.evaluator.infer_export(module, model) for module in modules)))

    def _instances_named_by(self, receiver: InstanceType | ClassType | None, path: list[str]) -> Types:
        """Instances of the class that `receiver` names under `path`: `Meta.model` of a form."""
        if not receiver or not isinstance(receiver.of if isinstance(receiver, InstanceType) else receiver, ClassType):
            return UNKNOWN
        values: Types = (receiver,)
        for name in path:
            values = union(*(self.evaluator.infer_attribute(value, name) for value in values))
        return union(instances_of(values), _last_items(values))

    def _placeholder(  # noqa: PLR0911  # one case for each placeholder
        self, word: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """The types of a placeholder in a spec: `self`, `key`, `item`, `argument`, `object`, `result`, or a class."""
        match word:
            case "self":
                if isinstance(receiver, ClassType):
                    return instances_of((receiver,))
                return (receiver,) if receiver else UNKNOWN
            case "key":
                pair = receiver.items if isinstance(receiver, InstanceType) else ()
                return pair[0] if len(pair) > 1 else UNKNOWN
            case "item":
                return receiver.items[-1] if isinstance(receiver, InstanceType) and receiver.items else UNKNOWN
            case "result" if node and at and node.args:
                callees = self.evaluator.infer(node.args[0], at)
                return union(*(self.evaluator.return_types(callee, None, None) for callee in callees))
            case "argument" | "object" if node and at and node.args:
                return self._argument_types(word, node.args[0], at)
            case _ if "." in word:
                return (external_instance(word),)
        return UNKNOWN

    def _argument_types(self, word: str, node: ast.expr, at: Position) -> Types:
        """The first argument itself; for `object`, an instance of the class that it is, names or holds instances of."""
        values = self.evaluator.infer(node, at)
        if word == "argument":
            return values
        if isinstance(node, ast.Constant):
            return self._django_model(str(node.value), at) or self.evaluator.infer_annotation(node, at)
        return union(instances_of(values), _last_items(values))

    def _django_model(self, label: str, at: Position) -> Types:
        """An instance of the model with Django's label `orders.Order`, or `Order` in the same app.

        An app of Tortoise may have any name, so the module of the label and its own app are searched as well.
        """
        app, name = split_last(label)
        module = at.scope.module.name
        modules = self.evaluator.resolver.django_models(app, module) or (
            (module, *self.evaluator.resolver.django_models("", module)) if app else ()
        )
        return instances_of(union(*(self.evaluator.infer_export(candidate, name) for candidate in modules)))


def _services(modules: Iterable[str]) -> frozenset[str]:
    return frozenset(service_of(module) for module in modules)


def _last_items(values: Types) -> Types:
    """The last type arguments of the instances in `values`: `select(User)` holds users."""
    return union(*(value.items[-1] for value in values if isinstance(value, InstanceType) and value.items))
