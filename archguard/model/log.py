"""Escape text for the log of a CI system, which executes certain lines as commands, whoever wrote them.

Azure Pipelines executes `##vso[...]` and `##[...]` anywhere in a line, TeamCity `##teamcity[...]`, and GitHub Actions
the old `##[...]` anywhere and `::name::` at the beginning of a line. A reason, a name or a line of source must not
become a command.
"""

import re
from typing import Final

_COMMAND: Final = re.compile(r"#(?=#[\w.-]*\[)")


def inert(line: str) -> str:
    """`line` with a space inserted where a CI system would recognize a command."""
    if "##" in line:
        line = _COMMAND.sub("# ", line)
    return line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line


def inert_json(text: str) -> str:
    """The JSON `text` with commands escaped; its value is unchanged."""
    return text.replace("##", "#\\u0023")
