"""A real git repository around a project."""

import subprocess

from project import Project


def git(project: Project, *arguments: str) -> str:
    """What git prints in the project."""
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=project.root, capture_output=True, text=True, check=True
    ).stdout


def commit(project: Project, message: str = "Work") -> None:
    """Commit everything."""
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message", message)
