"""What all tests share: a project to check, and how hypothesis searches."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from project import Project

os.environ.setdefault("ARCHGUARD_CACHE_KEY", "of the tests")  # nothing of the user who runs them is touched

settings.register_profile(
    "quick", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("ci", settings.get_profile("quick"), derandomize=True, database=None)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "quick"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty folder; the search for a configuration stops there."""
    (tmp_path / ".git").mkdir()
    return Project(tmp_path)
