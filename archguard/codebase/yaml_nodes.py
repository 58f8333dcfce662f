"""Compose YAML into nodes, which keep their places, without letting a hostile file end the process.

Limit: nesting of 100 levels. Deeper nesting overflows libyaml's C stack, which kills the process without a traceback.
Cost: linear; the depth is only computed for a text that can be deep.
"""

import re
from typing import Any, Final

import yaml

MAX_DEPTH: Final = 100
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEP_INDENTATION: Final = re.compile(r"^ {1000}|(?:[-?][ \t]+){100}", re.MULTILINE)


class TooDeepError(Exception):
    """A text that is nested more than `MAX_DEPTH` levels, at a line and column counted from 1."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(f"nested more than {MAX_DEPTH} levels")
        self.line = line
        self.column = column


def compose(text: str) -> yaml.Node | None:
    """The root of the only document in `text`; None if it is empty.

    Raises:
        TooDeepError: it is nested too deeply.
        yaml.YAMLError: it is not YAML.
    """
    _check_depth(text)
    node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    return node


def _check_depth(text: str) -> None:
    """A text with few brackets and little indentation cannot be deep, so most files are not parsed a second time."""
    if len(re.findall(r"[\[{]", text)) < MAX_DEPTH and not _DEEP_INDENTATION.search(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):  # the event parser does not recurse
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            mark: Any = event.start_mark
            raise TooDeepError(mark.line + 1, mark.column + 1)
