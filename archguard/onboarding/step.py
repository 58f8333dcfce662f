"""The steps by which `init` proposes a configuration: what each saw, what it proposes, and what it does not and why."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from archguard.codebase import Component, Service
from archguard.dataclass import dataclass
from archguard.onboarding.proposal import ProposedContract


class Topic(StrEnum):
    """What a step is about, in the order in which users are asked."""

    COMPONENTS = "components"
    LAYERS = "layers"
    DATABASE = "database"
    OUTBOUND = "outbound calls"
    SERVICES = "services"
    CYCLES = "cycles"
    ACCESS = "access"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One topic: the evidence, and what follows from it."""

    topic: Topic
    saw: tuple[str, ...] = ()
    """What the code does today, as sentences without a full stop."""
    contracts: tuple[ProposedContract, ...] = ()
    components: Mapping[str, Component] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    extends: tuple[str, ...] = ()
    not_proposed: tuple[str, ...] = ()
    """What was looked for, and why it is not proposed."""

    @property
    def keys(self) -> tuple[Mapping[str, Any], ...]:
        """The contracts in the form of the configuration."""
        return tuple(contract.keys for contract in self.contracts)
