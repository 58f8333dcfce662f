"""The formats of a review: functions from it and its pictures to text."""

from collections.abc import Callable, Mapping
from typing import Final

from archguard.dataclass import dataclass
from archguard.model import Review
from archguard.reporters.review import html, json, markdown, text


@dataclass(frozen=True)
class Pictures:
    """The picture of a difference, drawn on demand: SVG needs a program, and not every format shows it."""

    svg: Callable[[], str]
    mermaid: Callable[[], str]
    is_worth_it: bool
    """Whether there is a change to see in it."""


FORMATS: Final[Mapping[str, Callable[[Review, Pictures], str]]] = {
    "text": lambda review, _: text.render(review),
    "markdown": lambda review, pictures: markdown.render(review, pictures.mermaid() if pictures.is_worth_it else ""),
    "json": lambda review, _: json.render(review),
    "html": lambda review, pictures: html.render(review, pictures.svg() if pictures.is_worth_it else ""),
    "svg": lambda _, pictures: pictures.svg(),
    "mermaid": lambda _, pictures: pictures.mermaid(),
}
"""The formats by name; their text has no trailing newline."""

__all__ = ["FORMATS", "Pictures"]
