"""A real git repository around a project."""

import os
import subprocess
from unittest import mock

from project import Project


def git(project: Project, *arguments: str) -> str:
    """What git prints in the project."""
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=project.root, capture_output=True, text=True, check=True
    ).stdout


def commit_on(project: Project, day: str, message: str, author: str = "Ada <ada@example.org>") -> None:
    """Commit everything at noon (UTC) of `day`, or at the time that it has; messages may have several lines."""
    name, _, address = author.partition(" <")
    time = day if "T" in day else f"{day}T12:00:00Z"
    who = {"NAME": name, "EMAIL": address.removesuffix(">"), "DATE": time}
    identity = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    with mock.patch.dict(os.environ, identity):
        commit(project, message)


def commit(project: Project, message: str = "Work") -> None:
    """Commit everything."""
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message", message)
