"""`archguard agents`: the hooks, settings and instructions of the programs that run agents."""

from archguard.onboarding.agents.hosts import Host, load_hosts
from archguard.onboarding.agents.install import Plan, install, installed, remove
from archguard.onboarding.agents.project_files import Change, write_changes

__all__ = ["Change", "Host", "Plan", "install", "installed", "load_hosts", "remove", "write_changes"]
