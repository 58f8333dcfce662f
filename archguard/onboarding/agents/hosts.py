"""The hosts: programs that run agents, and the files that they read from a project. The data is in `hosts.toml`."""

from collections.abc import Mapping

from archguard.codebase.package_data import load_package_tables
from archguard.dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class Host:
    """A program that runs agents, and what `agents install` writes for it; files are relative to the project's root."""

    title: str
    """What users call it."""
    instructions: str
    """The Markdown file that it reads at the start of a session."""
    skills: str
    """The folder of skills that it reads."""
    settings: Mapping[str, str]
    """By file of settings (JSON or TOML): all that install adds to it."""
    demanded: frozenset[str] = frozenset()
    """Names of members of JSON files that mean nothing alone, and without which the host rejects the file."""
    next_step: str
    """What is left to the user after install."""


def load_hosts() -> Mapping[str, Host]:
    """All hosts, by the name that `archguard hook` knows them by."""
    return load_package_tables(Host, __package__, "hosts.toml")
