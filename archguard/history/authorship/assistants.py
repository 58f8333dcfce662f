"""Which commits are marked as written with a coding assistant.

A commit is marked if its author is an assistant, or if a line of its message is

- a trailer for assistants only: `Assisted-by: Claude:claude-opus-4`,
- a trailer that names an author who is an assistant: `Co-authored-by: Claude <noreply@anthropic.com>`,
- a phrase with a product: `Generated with [Claude Code](https://claude.com/claude-code)`.

The whole message is searched, not only its last paragraph: a squash merge puts the trailers of its commits in between.
The lists are in `assistants.toml`; a configuration adds to them. A commit without a mark may have been written with an
assistant all the same: nothing here looks at code.
"""

import re
from collections.abc import Iterable
from dataclasses import fields
from functools import cached_property

from archguard.codebase.package_data import load_package_data
from archguard.config import AssistantMarks
from archguard.dataclass import dataclass
from archguard.history.git import CommitRecord

_AUTHOR = re.compile(r"(?P<name>[^<]*?)\s*(?:<(?P<address>[^<>]*)>.*)?")
_DECORATION = r"[\W_]*"
"""What stands around a phrase: an emoji, the bracket of a link, the mark of a heading or of emphasis."""


def load_assistants(added: AssistantMarks) -> "Assistants":
    """The known marks and those that are `added` by a configuration."""
    known = load_package_data(AssistantMarks, "archguard.history.authorship", "assistants.toml")
    marks = {it.name: getattr(known, it.name) | getattr(added, it.name) for it in fields(AssistantMarks)}
    return Assistants(AssistantMarks(**marks))


@dataclass(frozen=True)
class Assistants:
    """Tells marked commits from others."""

    marks: AssistantMarks

    def wrote(self, commit: CommitRecord) -> bool:
        """Whether `commit` is marked as written with an assistant."""
        return self.is_assistant(commit.author, commit.address) or any(
            map(self._is_mark, filter(None, commit.message.splitlines()))
        )

    def is_assistant(self, name: str, address: str) -> bool:
        """Whether an author is an assistant."""
        return bool(self._names.fullmatch(name) or self._addresses.fullmatch(address))

    def _is_mark(self, line: str) -> bool:
        token, colon, value = line.strip().partition(":")
        if colon and self._trailers.fullmatch(token):
            return bool(value.strip())
        if colon and self._author_trailers.fullmatch(token):
            author = _AUTHOR.fullmatch(value.strip())
            return author is not None and self.is_assistant(author["name"], author["address"] or "")
        return self._phrases.match(line) is not None

    @cached_property
    def _trailers(self) -> re.Pattern[str]:
        return _any_of(self.marks.trailers)

    @cached_property
    def _author_trailers(self) -> re.Pattern[str]:
        return _any_of(self.marks.author_trailers)

    @cached_property
    def _addresses(self) -> re.Pattern[str]:
        return _any_of(self.marks.addresses)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return _any_of(self.marks.names)

    @cached_property
    def _phrases(self) -> re.Pattern[str]:
        phrases, products = _any_of(self.marks.phrases).pattern, _any_of(self.marks.products).pattern
        return re.compile(rf"{_DECORATION}{phrases}{_DECORATION}{products}(?!\w)", re.IGNORECASE)


def _any_of(globs: Iterable[str]) -> re.Pattern[str]:
    """A pattern for texts that one of `globs` matches; only `*` is special, since names of bots have brackets."""
    choices = "|".join(re.escape(glob).replace(r"\*", ".*") for glob in sorted(globs))
    return re.compile(f"(?:{choices})" if choices else "(?!)", re.IGNORECASE)
