"""Build the compiled scanner of imports into the wheel, where that is possible: see `scripts/build_extension.py`."""

import runpy
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the extension in place, which is all that an editable installation needs, and adds it to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, or do without."""
        build = runpy.run_path(str(Path(self.root, "scripts", "build_extension.py")))["build"]
        extension = build()
        if extension and version != "editable":
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"cp311-abi3-{platform}"
            build_data["artifacts"].append(extension.relative_to(self.root).as_posix())
