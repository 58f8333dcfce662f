"""An agent in the shop of the examples, by the command as hosts call it: with the daemon, and without it."""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from daemons import Daemons
from hook_calls import Message, committed, edit, stop, text_of
from project import Project

from archguard.servers.hook import projects
from archguard.servers.hook.run import run

EXAMPLE: Final = Path(__file__).parents[3] / "examples" / "layered_shop"
CONTROLLER: Final = "shop/controllers/orders.py"
HEADER: Final = 'router = APIRouter(prefix="/orders", tags=["orders"])\n'
QUERY: Final = """

@router.get("")
def count_orders(session: SessionDep) -> int:
    return session.execute(text("SELECT count(*) FROM orders")).scalar_one()
"""
ROUTE: Final = """

@router.get("")
def count_orders(ordering: OrderingDep) -> int:
    return ordering.count()
"""
SERVICE: Final = '''    def count(self) -> int:
        """How many orders there are."""
        return self._orders.count()

    def _line('''
REPOSITORY: Final = '''    def count(self) -> int:
        """How many orders there are."""
        return self._session.query(OrderRow).count()


def _order('''

Hook = Callable[[Message], Any]


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    shop = Project(tmp_path / "shop")
    shutil.copytree(EXAMPLE, shop.root, ignore=shutil.ignore_patterns("__pycache__", ".archguard_cache"))
    committed(shop)
    return shop


@pytest.fixture(params=[(), ("--no-daemon",)], ids=["daemon", "no daemon"])
def hook(request: pytest.FixtureRequest, daemons: Daemons) -> Iterator[Hook]:
    """Call the hook of Claude Code in a process of its own."""

    def call(sent: Message) -> Any:
        command = [sys.executable, "-m", "archguard", "hook", "claude", *request.param]
        done = subprocess.run(command, input=json.dumps(sent), capture_output=True, encoding="utf-8", check=True)
        assert done.stderr == ""
        return json.loads(done.stdout) if done.stdout else None

    yield call
    assert bool(daemons.sockets) is not bool(request.param)


@pytest.fixture
def call_with_daemon(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hook:
    """Call the hook of Claude Code in this process; it may start a daemon."""

    def call(sent: Message) -> Any:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(sent).encode())))
        assert run(["claude"]) == 0
        return json.loads(capsys.readouterr().out)

    return call


def edited(shop: Project, path: str, old: str, new: str) -> Message:
    return edit(shop, old, new, file_path=str(shop.root / path))


def make(shop: Project, path: str, old: str, new: str) -> None:
    """What the host does when the hook has not denied it."""
    file = shop.root / path
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_query_in_a_controller_is_denied_and_accepted_after_fix_1(shop: Project, hook: Hook) -> None:
    denied = hook(edited(shop, CONTROLLER, HEADER, f"from sqlalchemy import text\n\n{HEADER}{QUERY}"))

    assert denied["hookSpecificOutput"]["permissionDecision"] == "deny"
    text = text_of(denied)
    assert "shop/controllers/orders.py:11:24 [queries-in-repositories]" in text
    assert "Why: A query that is written in one place is indexed, reviewed and replaced in one place." in text
    assert "Fix 1: move it to shop.repositories.orders, and call that through services" in text

    for path, old, new in (
        ("shop/repositories/orders.py", "\ndef _order(", REPOSITORY),
        ("shop/services/ordering.py", "    def _line(", SERVICE),
        (CONTROLLER, HEADER, f"{HEADER}{ROUTE}"),
    ):
        assert hook(edited(shop, path, old, new)) is None
        make(shop, path, old, new)
    assert hook(stop(shop)) is None


def test_a_stop_with_a_violation_on_disk_is_blocked_once(shop: Project, hook: Hook) -> None:
    assert hook(stop(shop)) is None
    make(shop, CONTROLLER, HEADER, f"import sqlalchemy\n\n{HEADER}")

    blocked = hook(stop(shop))
    assert blocked["decision"] == "block"
    assert "shop/controllers/orders.py:11:8 [queries-in-repositories]" in blocked["reason"]

    assert hook(stop(shop, again=True)).keys() == {"systemMessage"}
    assert hook(stop(shop)).keys() == {"systemMessage"}

    make(shop, CONTROLLER, f"import sqlalchemy\n\n{HEADER}", HEADER)
    assert hook(stop(shop)) is None


def test_a_weaker_contract_is_for_a_person_to_decide(shop: Project, hook: Hook) -> None:
    weaker = edited(shop, "archguard.yaml", "shop.dependencies]", "shop.dependencies, controllers]")
    asked = hook(weaker)["hookSpecificOutput"]
    assert asked["permissionDecision"] == "ask"
    assert "contract queries-in-repositories is weaker" in asked["permissionDecisionReason"]


def test_what_was_committed_when_a_session_began_is_what_it_is_compared_with(shop: Project, hook: Hook) -> None:
    begins = {**stop(shop), "hook_event_name": "SessionStart", "source": "startup"}
    assert hook(begins) is None
    make(shop, CONTROLLER, HEADER, f"import sqlalchemy\n\n{HEADER}")
    committed(shop)
    assert hook(stop(shop))["decision"] == "block"


def test_the_hook_is_answered_by_the_standard_library(shop: Project, daemons: Daemons) -> None:
    """What is imported while the daemon runs: nothing but the standard library, and no more of it than there is."""
    sent = json.dumps(edited(shop, CONTROLLER, HEADER, f"{HEADER}{ROUTE}"))
    command = [sys.executable, "-X", "importtime", "-m", "archguard", "hook", "claude"]
    for _ in range(2):  # the first call starts the daemon, and asks git
        done = subprocess.run(command, input=sent, capture_output=True, encoding="utf-8", check=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert loaded.isdisjoint(
        {
            "click",
            "json",
            "pathlib",
            "dataclasses",
            "typing",
            "subprocess",
            "socket",
            "hashlib",
            "tomllib",
            "archguard.model",
        }
    )
    assert daemons.sockets


def test_a_project_that_takes_too_long_to_read_is_told(
    shop: Project, daemons: Daemons, call_with_daemon: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects, "_SECONDS", 0.0)
    told = call_with_daemon(edited(shop, CONTROLLER, HEADER, f"import sqlalchemy\n\n{HEADER}"))
    assert told == {"systemMessage": "archguard: nothing was checked, the project is still being read"}
    assert daemons.ask(shop, "status", start=False) is None


def test_where_no_daemon_can_be_started_the_answer_is_computed_in_the_process(
    shop: Project, daemons: Daemons, call_with_daemon: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "")
    denied = call_with_daemon(edited(shop, CONTROLLER, HEADER, f"import sqlalchemy\n\n{HEADER}"))
    assert denied["hookSpecificOutput"]["permissionDecision"] == "deny"
    assert daemons.sockets == []
