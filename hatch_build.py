"""A step of the build: convert archguard's TOML files to one JSON file, which is read thirty times faster.

`archguard/codebase/package_data.py` reads it. Each file's tables have the digest of its text, so that after an edit
the TOML file itself is read, until the next installation.
"""

import json
import tomllib
from hashlib import blake2b
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TARGET = "archguard/package_data.json"


class ConvertPackageData(BuildHookInterface[Any]):
    """Runs before the files of a wheel are collected, also for an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the JSON file, and add it to the wheel."""
        del version
        Path(self.root, TARGET).write_text(converted(Path(self.root)), encoding="utf-8")
        build_data["artifacts"].append(f"/{TARGET}")


def converted(root: Path) -> str:
    """The tables of all TOML files below `root`'s package, by their paths."""
    files = sorted((root / "archguard").rglob("*.toml"))
    tables = {file.relative_to(root).as_posix(): _converted_file(file.read_bytes()) for file in files}
    return json.dumps(tables, separators=(",", ":"))


def _converted_file(content: bytes) -> dict[str, Any]:
    return {"digest": blake2b(content, digest_size=16).hexdigest(), "tables": tomllib.loads(content.decode())}
