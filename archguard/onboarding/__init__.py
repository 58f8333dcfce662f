"""`archguard init`, which infers a first configuration and baseline from the code, and `archguard agents`."""

from archguard.onboarding.infer import FRAMEWORKS, frameworks
from archguard.onboarding.init import CONFIGURATION, Draft, draft, refuse_if_configured, with_layers

__all__ = ["CONFIGURATION", "FRAMEWORKS", "Draft", "draft", "frameworks", "refuse_if_configured", "with_layers"]
