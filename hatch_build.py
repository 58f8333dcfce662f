"""Build the compiled scanner of imports into the wheel, where that is possible: see `scripts/build_extension.py`."""

import os
import runpy
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the extension in place, which is all that an editable installation needs, and adds it to a wheel."""

    def dependencies(self) -> list[str]:
        """Cython, where the extension is required; elsewhere the installation must not fail for want of it."""
        return ["cython>=3.1,<4"] if os.environ.get("ARCHGUARD_EXTENSION") == "required" else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, or do without."""
        build = runpy.run_path(str(Path(self.root, "scripts", "build_extension.py")))["build"]
        extension = build()
        if extension and version != "editable":
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"cp311-abi3-{platform}"
            build_data["artifacts"].append(extension.relative_to(self.root).as_posix())
