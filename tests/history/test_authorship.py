"""`archguard trend --by-authorship`: what changes written with an assistant did to the architecture, and others.

The pages of a shop are golden files; `ARCHGUARD_WRITE_GOLDEN=1 pytest tests/history` writes them anew.
"""

import csv
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from browser import browsed
from jsonschema import Draft202012Validator
from project import Project
from repository import commit, commit_on, git
from tools import needs_browser

from archguard.history.authorship import trend as under_test
from archguard.reporters import tool_info
from archguard.reporters.authorship.json import authorship_schema

GOLDEN = Path(__file__).parent / "golden"
ASSISTED = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
CONFIG = """\
version: 1
project: {packages: [shop]}
contracts:
  - id: layered
    kind: layers
    layers: [shop.web, shop.db]
"""


@pytest.fixture
def shop(project: Project) -> Project:
    """A shop without violations, committed on the first of January."""
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"archguard.yaml": CONFIG, "shop/__init__.py": "", "shop/web.py": "", "shop/db.py": ""})
    commit_on(project, "2026-01-01", "Begin")
    git(project, "tag", "start")
    return project


def trend(shop: Project, *arguments: str, since: str = "start") -> dict[str, Any]:
    """The trend by authorship, as JSON."""
    done = shop.call("trend", "--since", since, "--by-authorship", "--format", "json", *arguments)
    assert done.returncode in (0, 2), done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def groups(shop: Project, *arguments: str, since: str = "start") -> dict[str, dict[str, Any]]:
    """The figures of each group."""
    return {group["group"]: group for group in trend(shop, *arguments, since=since)["groups"]}


def figure(shop: Project, name: str) -> dict[str, Any]:
    """One figure of the groups, where it is not zero."""
    return {group: figures[name] for group, figures in groups(shop).items() if figures[name]}


def lines(count: int, text: str = "value_{} = {}") -> str:
    """So many lines of code, no two alike."""
    return "".join(text.format(number, number) + "\n" for number in range(count))


def days(first: str = "2026-01-02") -> Iterator[str]:
    """One day after the other."""
    start = date.fromisoformat(first)
    return ((start + timedelta(days=number)).isoformat() for number in range(10_000))
