"""The fields that an endpoint takes: what its specification says, else the model that its handler uses."""

from dataclasses import dataclass
from functools import cached_property

from archguard.effects.api.endpoints import BodyModel, Endpoint
from archguard.effects.api.schema_models import SchemaModels
from archguard.effects.api.serializer_models import SerializerModels
from archguard.effects.api.typed_models import TypedModels
from archguard.semantics import SemanticModel


@dataclass(frozen=True)
class BodyModels:
    """Finds the models of endpoints."""

    model: SemanticModel

    def of(self, endpoint: Endpoint) -> BodyModel | None:
        """The model of the JSON body of `endpoint`; None if it has none, or if that is not known."""
        if endpoint.body:
            return endpoint.body
        schema = self._schemas.of(endpoint.scope) if endpoint.scope else None
        return schema or self._typed.of(endpoint) or self._serializers.of(endpoint)

    @cached_property
    def _schemas(self) -> SchemaModels:
        return SchemaModels(self.model)

    @cached_property
    def _typed(self) -> TypedModels:
        return TypedModels(self.model)

    @cached_property
    def _serializers(self) -> SerializerModels:
        return SerializerModels(self.model)
