"""Short forms in a configuration: one item in place of a list, a string in place of a mapping.

These are markers; `config` knows what they mean for a configuration file.
"""

from collections.abc import Mapping
from typing import Any

from archguard.dataclass import dataclass


@dataclass(frozen=True)
class OneOrMany:
    """Marks a tuple that a configuration may also give as a single item."""

    empty: bool = True
    """Whether the list may be empty: not where that would switch a check off."""


@dataclass(frozen=True)
class NotEmpty:
    """Marks a string that must not be empty."""


@dataclass(frozen=True)
class ShortFor:
    """Marks a mapping that a configuration may also give as the value of its `key` alone.

    Unlike `Shorthand`, it belongs to a field, so that several fields of the same type may differ.
    """

    key: str


class Shorthand:
    """A dataclass that a configuration may also give by less than a mapping."""

    @classmethod
    def expand(cls, short: Any) -> Mapping[str, Any]:
        """The mapping that `short` abbreviates.

        Raises:
            ValueError: it is no valid short form.
        """
        raise NotImplementedError


class Text:
    """A value that a configuration gives as a string."""

    @classmethod
    def parse(cls, text: str) -> Any:
        """The value that `text` denotes.

        Raises:
            ValueError: the syntax is wrong.
        """
        raise NotImplementedError
