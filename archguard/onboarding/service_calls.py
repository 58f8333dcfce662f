"""Infer which service calls which, and the host names by which code refers to services."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from archguard.codebase import Codebase, Pattern, SourceError
from archguard.effects.interactions import Channel, Interaction, ServiceMap, find_interactions
from archguard.model.names import plain_name, top_package
from archguard.onboarding.pattern_writer import one_or_many
from archguard.onboarding.proposal import ProposedContract
from archguard.onboarding.step import Step, Topic
from archguard.onboarding.usual_names import USUAL_NAMES
from archguard.reporters.phrases import counted, some

_SETTING = re.compile(
    rf"""["']([A-Z][A-Z0-9_]*_(?:{"|".join(sorted(USUAL_NAMES.address_setting_suffixes))}))["']""".encode()
)
_CHANNELS = (Channel.IMPORT, Channel.HTTP, Channel.RPC, Channel.QUEUE)


def with_hosts(codebase: Codebase) -> Codebase:
    """A copy of `codebase` with the hosts of each service: its name, and settings named after it (`PAYMENTS_URL`)."""
    settings = sorted(
        {setting for source in codebase.sources.values() for setting in _settings(codebase, source.module)}
    )
    services = {
        name: replace(service, hosts=(name, *(setting for setting in settings if _is_named_after(setting, name))))
        for name, service in codebase.services.items()
    }
    return replace(codebase, services=services)


def services_step(codebase: Codebase) -> Step:
    """The services with their imported modules as `public`, and contracts that allow today's interactions."""
    if not codebase.services:
        return Step(topic=Topic.SERVICES, not_proposed=("services: the code is deployed as one",))
    contacts = tuple(find_interactions(codebase, ServiceMap(codebase), {}, _CHANNELS))
    services = {
        name: replace(service, public=tuple(map(Pattern, _imported_modules(contacts, name))))
        for name, service in codebase.services.items()
    }
    policy = {caller: sorted({it.callee for it in contacts if it.caller == caller}) for caller in sorted(services)}
    calls = {caller: callees for caller, callees in policy.items() if callees}
    saw = [f"{counted(len(services), 'service')}: {some(sorted(services))}"]
    saw += [f"{caller} calls {', '.join(callees)}" for caller, callees in calls.items()] or ["no service calls another"]
    contracts = (_who_calls_whom(calls), *_shared_code(codebase))
    return Step(topic=Topic.SERVICES, saw=tuple(saw), services=services, contracts=contracts)


def _who_calls_whom(policy: Mapping[str, list[str]]) -> ProposedContract:
    keys: dict[str, Any] = {
        "id": "who-calls-whom",
        "kind": "services",
        "reason": "A service that is down takes others with it only where somebody has agreed to that.",
        "policy": policy,
    }
    comment = "Which service calls which today, by HTTP, RPC, queues or imports."
    return ProposedContract(comment, keys, "call", "against the policy")


def _shared_code(codebase: Codebase) -> Iterator[ProposedContract]:
    shared = sorted({top_package(module) for module in codebase.sources if "::" not in module})
    if shared:
        keys = {
            "id": "shared-code-knows-no-service",
            "kind": "forbidden",
            "reason": "A library that knows a service drags it into every other service.",
            "modules": one_or_many(shared),
            "must_not_import": "*::*",
        }
        yield ProposedContract("What several services use.", keys, "import", "of a service")


def _imported_modules(contacts: tuple[Interaction, ...], service: str) -> list[str]:
    return sorted({plain_name(it.imported) for it in contacts if it.callee == service and it.channel is Channel.IMPORT})


def _settings(codebase: Codebase, module: str) -> Iterator[str]:
    try:
        content = codebase.sources[module].content
    except SourceError:
        return
    yield from (match.decode() for match in _SETTING.findall(content))


def _is_named_after(setting: str, service: str) -> bool:
    word = re.sub(r"\W", "_", service).upper()
    return bool(re.search(rf"(?:^|_){re.escape(word)}_", setting))
