"""The options of the commands that answer a question, and how the answer is printed."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal, TypeAlias

import click

from archguard.model.log import inert, inert_json

Format: TypeAlias = Literal["text", "json"]

format_option: Callable[[Any], Any] = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How the answer is written."
)


def print_answer(answer: Any, text: str, format_: Format) -> None:
    """Print `answer` (a dataclass, or a tuple of some) as JSON, or else `text`."""
    if format_ == "text":
        click.echo("\n".join(map(inert, text.split("\n"))))
        return
    data = [asdict(item) for item in answer] if isinstance(answer, tuple) else asdict(answer)
    click.echo(inert_json(json.dumps(data, indent=2, default=_plain)))


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
