"""Programs that some tests need and that a machine may lack: those tests are skipped there, with the reason.

Where `ARCHGUARD_REQUIRE_TOOLS` is set, as it is in CI, a program that is missing is an error instead: see conftest.py.
"""

import os
import shutil
import sysconfig
from typing import Final

import pytest

DOT: Final = shutil.which("dot")
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BASH: Final = shutil.which("bash")
PURE: Final = shutil.which("graphviz-pure", path=sysconfig.get_path("scripts"))

_FOUND: Final = {"Graphviz' program dot": DOT, "chromium": CHROMIUM, "bash": BASH, "graphviz-pure": PURE}

needs_dot = pytest.mark.skipif(not DOT, reason="Graphviz' program dot is not installed")
needs_browser = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed")
needs_pure = pytest.mark.skipif(not PURE, reason="there is no graphviz-pure for this platform")
needs_bash = pytest.mark.skipif(not BASH, reason="bash is not installed")

LAYOUT_PROGRAMS: Final = (
    pytest.param(DOT, id="dot", marks=needs_dot),
    pytest.param(PURE, id="graphviz-pure", marks=needs_pure),
)
"""What draws diagrams, for tests that hold of both."""


def missing_although_required() -> list[str]:
    """The programs without which tests would be skipped, where nothing may be skipped."""
    return [name for name, found in _FOUND.items() if not found] if os.environ.get("ARCHGUARD_REQUIRE_TOOLS") else []
