"""What a host sends, what the hook answers, and the small shop that both are about."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from project import Project
from repository import commit, git

CONTRACTS = """\
version: 1
project: {packages: [shop]}
contracts:
  - id: controllers-call-services
    kind: forbidden
    reason: A query that is written in one place is reviewed in one place.
    modules: shop.controllers
    must_not_import: shop.db
    indirect: false
"""
ORDERS = "from shop import services\n\n\ndef show():\n    return services.orders()\n"
FILES = {
    "archguard.yaml": CONTRACTS,
    "shop/__init__.py": "",
    "shop/db.py": "rows = []\n",
    "shop/services.py": "from shop import db\n\n\ndef orders():\n    return db.rows\n",
    "shop/reports.py": "from shop import db\n\nLIMIT = 10\n\n\ndef report():\n    return db.rows[:LIMIT]\n",
    "shop/controllers/__init__.py": "",
    "shop/controllers/orders.py": ORDERS,
    "README.md": "# The shop\n",
}
SETTINGS = (".claude/settings.json", ".codex/hooks.json", ".cursor/hooks.json", ".gemini/settings.json")

Message: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the hook has answered."""

    code: int
    message: Message | None
    stderr: str


Hook: TypeAlias = Callable[..., Answer]


def committed(project: Project) -> None:
    """Commit everything in `project`, which becomes a repository."""
    git(project, "init", "--quiet")
    commit(project)


def shop_in(folder: Path) -> Project:
    """The shop, committed, with the hook in the settings of the hosts."""
    shop = Project(folder)
    shop.write_all(FILES)
    settings = json.dumps({"hooks": {"event": [{"matcher": "*", "command": "archguard hook HOST"}]}})
    shop.write_all(dict.fromkeys((*SETTINGS, ".github/hooks/archguard.json"), settings))
    committed(shop)
    return shop


def text_of(message: Message | None) -> str:
    """The longest text in an answer, wherever the host wants it."""
    texts: list[str] = []

    def collect(value: object) -> None:
        if isinstance(value, str):
            texts.append(value)
        for each in value.values() if isinstance(value, dict) else ():
            collect(each)

    collect(message)
    return max(texts, key=len, default="")


def edit(shop: Project, old: str, new: str, **more: object) -> Message:
    """Claude Code is about to replace a text in the controller."""
    fields = {"file_path": str(shop.root / "shop/controllers/orders.py"), "old_string": old, "new_string": new}
    return before(shop, "Edit", {**fields, **more})


def write(shop: Project, path: str, text: str) -> Message:
    """Claude Code is about to write a file."""
    return before(shop, "Write", {"file_path": str(shop.root / path), "content": text})


def before(shop: Project, tool: str, tool_input: Message) -> Message:
    """Claude Code is about to run a tool."""
    return {**_common(shop, "PreToolUse"), "tool_name": tool, "tool_input": tool_input, "tool_use_id": "toolu_1"}


def after(shop: Project) -> Message:
    """Claude Code has run some tools."""
    return {**_common(shop, "PostToolBatch"), "tool_calls": []}


def stop(shop: Project, *, again: bool = False) -> Message:
    """Claude Code wants to end its turn."""
    return {**_common(shop, "Stop"), "stop_hook_active": again}


def _common(shop: Project, event: str) -> Message:
    return {
        "session_id": "session-1",
        "transcript_path": os.devnull,
        "cwd": str(shop.root),
        "permission_mode": "default",
        "hook_event_name": event,
    }
