"""The common options of query commands such as `why`, and the printing of their answers."""

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal, TypeAlias

import click

from archguard.model.log import inert, inert_json

Format: TypeAlias = Literal["text", "json"]

format_option: Callable[[Any], Any] = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How the answer is written."
)


_BEGINNING = re.compile(r"\s*(?:\d+\. +|(?<= )[\w ]+: +|\S+ {2,})?")
"""The part of a line that sets the indent of its continuation lines: white space, a number or a label."""


def print_answer(answer: Any, text: str, format_: Format) -> None:
    """Print `answer` (a dataclass or a tuple of them) as JSON, or `text`, wrapped to the width of a terminal."""
    if format_ == "text":
        text = "\n".join(map(inert, text.split("\n")))
        click.echo(wrapped(text, shutil.get_terminal_size().columns) if sys.stdout.isatty() else text)
        return
    data = [asdict(item) for item in answer] if isinstance(answer, tuple) else asdict(answer)
    click.echo(inert_json(json.dumps(data, indent=2, default=_plain)))


def wrapped(text: str, width: int) -> str:
    """`text` with lines wrapped between words to `width`; longer words are not split."""
    return "\n".join(line if len(line) <= width else _broken(line, width) for line in text.split("\n"))


def _broken(line: str, width: int) -> str:
    beginning = _BEGINNING.match(line)
    indent = beginning.end() if beginning else 0
    if indent > width // 2:
        indent = len(line) - len(line.lstrip())
    return textwrap.fill(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
