"""What all tests share: a project to check, and how hypothesis searches."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemons import Daemons, daemons_of_test
from hypothesis import HealthCheck, settings
from project import Project
from tools import missing_although_required

os.environ.setdefault("ARCHGUARD_CACHE_KEY", "of the tests")  # nothing of the user who runs them is touched

# The same examples in every run, so that no change fails for what it has not touched; "thorough" looks for others.
# How fast a machine makes them up is nothing to fail for.
settings.register_profile(
    "fixed",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("fixed"), max_examples=500, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "fixed")


def pytest_configure() -> None:
    """Fail where tests would be skipped that must not be: in CI, which has every program."""
    if missing := missing_although_required():
        raise pytest.UsageError(f"ARCHGUARD_REQUIRE_TOOLS is set, but these are not installed: {', '.join(missing)}")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty folder; the search for a configuration stops there."""
    (tmp_path / ".git").mkdir()
    return Project(tmp_path)


@pytest.fixture
def daemons(monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemons]:
    """Resident processes of this test only."""
    with daemons_of_test(monkeypatch) as found:
        yield found
