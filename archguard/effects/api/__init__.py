"""Calls between services, and whether they fit the routes that they are made to.

1. `requests` finds the client calls, follows wrappers (`callers`, `frames`), and evaluates method, URL (`evaluator`,
   `templates`) and body (`bodies`); `targets` decides by the base URL which service a request goes to.
2. `offers` has the endpoints of each service, `consumers` the topics, `openapi` those of a specification, and
   `body_models` the fields that they take.
3. `comparison` holds one against the other, `matching` path by path.
4. `rpc_calls` compares calls of gRPC stubs with the files that `proto` reads, else with the servicers of the project.
5. `in_files` finds the calls of each file by itself, so that they can be kept from run to run.

The facts on clients are in `catalogue/http_requests.toml` and `catalogue/message_calls.toml`.
"""

from archguard.effects.api.body_models import BodyModels
from archguard.effects.api.clients import PUBLISH
from archguard.effects.api.comparison import Comparison, Fault, Mismatch, consumers_of, uncalled
from archguard.effects.api.endpoints import BodyModel, Endpoint, Offer, SpecificationError
from archguard.effects.api.in_files import Addresses, FileCalls, calls_in_files, consumed_topics, rpc_mismatches
from archguard.effects.api.offers import offers_of
from archguard.effects.api.openapi import Specification, read_specification
from archguard.effects.api.requests import Request, RequestSite
from archguard.effects.api.rpc_calls import RpcFault, RpcMismatch
from archguard.effects.api.targets import Mount

__all__ = [
    "PUBLISH",
    "Addresses",
    "BodyModel",
    "BodyModels",
    "Comparison",
    "Endpoint",
    "Fault",
    "FileCalls",
    "Mismatch",
    "Mount",
    "Offer",
    "Request",
    "RequestSite",
    "RpcFault",
    "RpcMismatch",
    "Specification",
    "SpecificationError",
    "calls_in_files",
    "consumed_topics",
    "consumers_of",
    "offers_of",
    "read_specification",
    "rpc_mismatches",
    "uncalled",
]
