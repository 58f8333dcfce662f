"""Two steps of the build: convert archguard's TOML files to JSON, and compile the scanner of imports where that can be.

`archguard/codebase/package_data.py` reads the JSON file thirty times faster than the TOML files. The tables of each
file have the digest of its text, so that after an edit the TOML file itself is read, until the next installation. For
the scanner, see `scripts/build_extension.py`. Both are written in place, which is all that an editable installation
needs.
"""

import json
import runpy
import sysconfig
import tomllib
from hashlib import blake2b
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TARGET = "archguard/package_data.json"


class BuildHook(BuildHookInterface[Any]):
    """Runs before the files of a wheel are collected, also for an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the JSON file and the extension, and add them to the wheel."""
        root = Path(self.root)
        (root / TARGET).write_text(converted(root), encoding="utf-8")
        build_data["artifacts"].append(f"/{TARGET}")
        extension = runpy.run_path(str(root / "scripts" / "build_extension.py"))["build"]()
        if extension and version != "editable":
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["pure_python"] = False
            build_data["tag"] = f"cp311-abi3-{platform}"
            build_data["artifacts"].append(extension.relative_to(root).as_posix())


def converted(root: Path) -> str:
    """The tables of all TOML files below `root`'s package, by their paths."""
    files = sorted((root / "archguard").rglob("*.toml"))
    tables = {file.relative_to(root).as_posix(): _converted_file(file.read_bytes()) for file in files}
    return json.dumps(tables, separators=(",", ":"))


def _converted_file(content: bytes) -> dict[str, Any]:
    return {"digest": blake2b(content, digest_size=16).hexdigest(), "tables": tomllib.loads(content.decode())}
