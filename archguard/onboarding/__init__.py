"""`archguard init`, which infers a first configuration and baseline from the code, and `archguard agents`."""

from archguard.onboarding.infer import FRAMEWORKS, frameworks
from archguard.onboarding.init import CONFIGURATION, Draft, draft, refuse_if_configured, with_layers
from archguard.onboarding.proposal import ProposedContract
from archguard.onboarding.step import Step, Topic
from archguard.onboarding.topics import TOPICS

__all__ = [
    "CONFIGURATION",
    "FRAMEWORKS",
    "TOPICS",
    "Draft",
    "ProposedContract",
    "Step",
    "Topic",
    "draft",
    "frameworks",
    "refuse_if_configured",
    "with_layers",
]
