"""Sessions in the protocol of each host, after the types that it publishes: what it sends, and what it gets.

`follows` in a file of `sessions/` names the types. In an answer, `<name>` stands for a text, which `TEXTS` describes.
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hook_calls import CONTRACTS, Hook
from project import Project

from archguard.servers.hook import hosts

SESSIONS: Final = Path(__file__).parent / "sessions"
HOSTS: Final = sorted(path.stem for path in SESSIONS.glob("*.json"))
TEXTS: Final = {
    "<forbidden>": (
        "archguard: this edit would break the contract controllers-call-services, and was not made.",
        "Why: A query that is written in one place is reviewed in one place.",
        "Fix 1: ",
    ),
    "<settings>": ("this edit would weaken", "an entry of archguard would be changed or removed"),
    "<contract>": ("this edit would weaken", "controllers-call-services"),
    "<configuration>": ("this edit would weaken", "no configuration in shop_project or above it"),
    "<on disk>": ("this session has broken", "shop/controllers/orders.py:1", "Fix 1: "),
    "<remaining>": ("of this session remain: shop/controllers/orders.py:1",),
}
WEAKER: Final = CONTRACTS.replace("modules: shop.controllers\n", "modules: shop.controllers.orders\n")


@pytest.mark.parametrize("host", HOSTS)
def test_a_recorded_session_gets_the_recorded_answers(host: str, shop: Project, hook: Hook) -> None:
    for step in json.loads((SESSIONS / f"{host}.json").read_text(encoding="utf-8"))["steps"]:
        shop.write_all(step.get("writes", {}))
        answer = hook(host, _filled(step["sends"], shop.root))
        assert answer.code == 0, step["name"]
        if step["gets"] == "<remaining on stderr>":
            assert answer.message is None, step["name"]
            assert all(part in answer.stderr for part in TEXTS["<remaining>"]), step["name"]
        else:
            assert _with_names(answer.message, step["gets"]) == step["gets"], step["name"]
            assert answer.stderr == "", step["name"]


def test_every_host_has_a_recorded_session() -> None:
    assert sorted(hosts.HOSTS) == HOSTS


def _filled(value: Any, root: Path) -> Any:
    """`value` with the project's path and the weaker contracts in it; JSON inside of a string is filled as well."""
    if isinstance(value, dict):
        return {key: _filled(each, root) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, root) for each in value]
    if isinstance(value, str) and value.startswith('{"'):
        return json.dumps(_filled(json.loads(value), root))
    return value.replace("{project}", str(root)).replace("{weaker}", WEAKER) if isinstance(value, str) else value


def _with_names(found: Any, expected: Any) -> Any:
    """`found` with the name of a text where `expected` has one, and the text is as `TEXTS` describes."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return {key: _with_names(value, expected.get(key)) for key, value in found.items()}
    if isinstance(found, str) and expected in TEXTS and all(part in found for part in TEXTS[expected]):
        return expected
    return found
