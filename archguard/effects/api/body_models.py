"""The fields that an endpoint takes: what its specification says, else the model that its handler uses."""

from functools import cached_property

from archguard.dataclass import dataclass
from archguard.effects.api.endpoints import BodyModel, Endpoint
from archguard.effects.api.schema_models import SchemaModels
from archguard.effects.api.serializer_models import SerializerModels
from archguard.effects.api.task_models import TaskModels
from archguard.effects.api.typed_models import TypedModels
from archguard.semantics import ClassType, SemanticModel


@dataclass(frozen=True)
class BodyModels:
    """Finds the models of endpoints."""

    model: SemanticModel

    def of(self, endpoint: Endpoint) -> BodyModel | None:
        """The model of the JSON body of `endpoint`; None if it has none, or if that is not known."""
        if endpoint.body:
            return endpoint.body
        function = endpoint.function.scope(self.model) if endpoint.function else None
        if endpoint.is_task:
            return self._tasks.of(function) if function else None
        owner = endpoint.cls.scope(self.model) if endpoint.cls else None
        schema = self._schemas.of(function) if function else None
        typed = schema or (self._typed.of(endpoint, function) if function else None)
        return typed or self._serializers.of(endpoint, function, ClassType(owner.name, owner) if owner else None)

    @cached_property
    def _schemas(self) -> SchemaModels:
        return SchemaModels(self.model)

    @cached_property
    def _tasks(self) -> TaskModels:
        return TaskModels(self.model)

    @cached_property
    def _typed(self) -> TypedModels:
        return TypedModels(self.model)

    @cached_property
    def _serializers(self) -> SerializerModels:
        return SerializerModels(self.model)
