"""Infer a configuration from the code: components and contracts that the code already satisfies, or nearly.

How it works: each topic has a step that looks at the code and gives contracts, with the evidence for them, and what it
does not propose, and why. `proposal_of` puts the steps together. Nothing here asks or prints.

Cost: dominated by the survey of databases and outbound calls, and by the trial checks of packs.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from archguard.codebase import Codebase, Component, Service
from archguard.model.names import top_package
from archguard.onboarding.cycles import cycles_step
from archguard.onboarding.layers_step import find_structure
from archguard.onboarding.layout import Layout
from archguard.onboarding.open_routes import access_step
from archguard.onboarding.pack_matcher import fitting_pack
from archguard.onboarding.pattern_writer import one_or_many
from archguard.onboarding.proposal import Proposal
from archguard.onboarding.reach import database_step, outbound_step
from archguard.onboarding.service_calls import services_step, with_hosts
from archguard.onboarding.step import Step, Topic
from archguard.onboarding.survey import Survey
from archguard.onboarding.usual_names import USUAL_NAMES

FRAMEWORKS: Mapping[str, str] = USUAL_NAMES.frameworks
"""The display names of frameworks that `init` reports, by imported package."""


def frameworks(codebase: Codebase) -> tuple[str, ...]:
    """The packages of the frameworks that the code imports, in the order of `FRAMEWORKS`."""
    imported = {top_package(name) for name in codebase.imports.externals}
    return tuple(name for name in FRAMEWORKS if name in imported)


def find_steps(codebase: Codebase, root: Path, layout: Layout, *, with_packs: bool = True) -> tuple[Step, ...]:
    """What each step sees and proposes, in the order in which users are asked."""
    codebase = with_hosts(codebase) if layout.services else codebase
    survey = Survey(codebase)
    fit = fitting_pack(codebase, root, () if layout.services else frameworks(codebase)) if with_packs else None
    structure = find_structure(codebase, fit)
    database = database_step(survey)
    if "database" in structure.pack_kinds:
        database = Step(topic=Topic.DATABASE, saw=(*database.saw, "the pack says who may reach it"))
    steps = [structure.components, structure.layers, database, outbound_step(survey), services_step(codebase)]
    steps += [cycles_step(codebase), access_step(survey)]
    return tuple(steps)


def proposal_of(steps: Collection[Step], project: Mapping[str, Any]) -> Proposal:
    """The configuration that follows from `steps`."""
    return Proposal(
        project=project,
        extends=tuple(name for step in steps for name in step.extends),
        components=_component_config({name: it for step in steps for name, it in step.components.items()}),
        services={name: _service_config(it) for step in steps for name, it in step.services.items()},
        contracts=tuple(contract for step in steps for contract in step.contracts),
    )


def _component_config(components: Mapping[str, Component]) -> Mapping[str, Any]:
    """Components in the form of the configuration."""
    return {
        name: {"modules": one_or_many(it.modules), "except": one_or_many(it.except_)}
        if it.except_
        else one_or_many(it.modules)
        for name, it in components.items()
    }


def _service_config(service: Service) -> Mapping[str, Any]:
    config = {
        "root": service.root,
        "packages": list(service.packages),
        "public": one_or_many(service.public),
        "hosts": one_or_many(service.hosts),
    }
    return {key: value for key, value in config.items() if value}
