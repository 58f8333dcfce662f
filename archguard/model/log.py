"""Texts in the log of a CI system, which takes some lines for commands, whoever wrote them.

Azure Pipelines obeys `##vso[...]` and `##[...]` anywhere in a line, TeamCity `##teamcity[...]`, GitHub Actions the old
`##[...]` anywhere and `::name::` at the beginning of a line. A reason, a name or a line of source must not be one.
"""

import re
from typing import Final

_COMMAND: Final = re.compile(r"#(?=#[\w.-]*\[)")


def inert(line: str) -> str:
    """`line`, which no CI system obeys: with a blank in what it would take for a command."""
    if "##" in line:
        line = _COMMAND.sub("# ", line)
    return line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line


def inert_json(text: str) -> str:
    """The JSON `text`, in which no CI system finds a command; it says the same as before."""
    return text.replace("##", "#\\u0023")
