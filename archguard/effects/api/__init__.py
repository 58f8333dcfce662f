"""Calls between services, and whether they fit the routes that they are made to.

1. `requests` finds the client calls, follows wrappers (`callers`, `frames`), and evaluates method, URL (`evaluator`,
   `templates`) and body (`bodies`); `targets` decides by the base URL which service a request goes to.
2. `offers` has the endpoints of each service, `consumers` the topics, `openapi` those of a specification, and
   `body_models` the fields that they take.
3. `comparison` holds one against the other, `matching` path by path.
4. `rpc_calls` compares calls of gRPC stubs with the files that `proto` reads.

The facts on clients are in `catalogue/http_requests.toml` and `catalogue/message_calls.toml`.
"""

from archguard.effects.api.body_models import BodyModels
from archguard.effects.api.callers import Callers
from archguard.effects.api.comparison import Comparison, Fault, Mismatch, uncalled
from archguard.effects.api.consumers import Consumers
from archguard.effects.api.endpoints import BodyModel, Endpoint, Offer, SpecificationError
from archguard.effects.api.evaluator import TemplateEvaluator
from archguard.effects.api.offers import offers_of
from archguard.effects.api.openapi import Specification, read_specification
from archguard.effects.api.proto import find_protos
from archguard.effects.api.requests import Requests, RequestSite
from archguard.effects.api.rpc_calls import RpcCalls, RpcFault, RpcMismatch
from archguard.effects.api.targets import Mount, Targets

__all__ = [
    "BodyModel",
    "BodyModels",
    "Callers",
    "Comparison",
    "Consumers",
    "Endpoint",
    "Fault",
    "Mismatch",
    "Mount",
    "Offer",
    "RequestSite",
    "Requests",
    "RpcCalls",
    "RpcFault",
    "RpcMismatch",
    "Specification",
    "SpecificationError",
    "Targets",
    "TemplateEvaluator",
    "find_protos",
    "offers_of",
    "read_specification",
    "uncalled",
]
