"""What the action installs is pinned, and is all that archguard needs."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_dependency_is_pinned_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    pinned = (ROOT / "action-requirements.txt").read_text()

    for requirement in needed:
        name = re.split(r"[<>=!~;\s\[]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}==\S+ (?:; [^\n]+ )?\\\n\s+--hash=sha256:", pinned, re.MULTILINE), name
