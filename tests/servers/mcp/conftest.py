"""A shop in layers, and a client of its server."""

import pytest
from mcp_clients import CONTRACTS, FILES, Caller
from project import Project

from archguard.servers.workspace import Workspace


@pytest.fixture
def shop(project: Project) -> Project:
    """Controllers over services over repositories."""
    project.write_all(FILES)
    project.configure(CONTRACTS)
    return project


@pytest.fixture
def caller(shop: Project) -> Caller:
    """A client of the shop's server, in this process."""
    return Caller(Workspace(shop.root))
