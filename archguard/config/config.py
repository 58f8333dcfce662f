"""A configuration that has been read: what it says, and where it says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from archguard.codebase import Component, Project, Service
from archguard.config.document import Document, Keys
from archguard.errors import ConfigError
from archguard.kinds import Contract


@dataclass(frozen=True)
class Origin:
    """The place of something in a document."""

    document: Document
    keys: Keys
    shipped: bool = False
    """Whether it comes with archguard, not from the user."""

    def error(self, message: str, keys: Keys = (), hint: str = "", *, at_key: bool = False) -> ConfigError:
        """A fault at the value (or its key) that `keys` lead to from here."""
        return self.document.error(message, (*self.keys, *keys), hint, at_key=at_key)


@dataclass(frozen=True, kw_only=True)
class Config:
    """Contracts, and the code that they are about."""

    root: Path
    """The folder that source roots start from: that of the configuration."""
    project: Project = field(default_factory=Project)
    components: Mapping[str, Component] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    contracts: tuple[Contract, ...] = ()
    origins: Mapping[tuple[str, str], Origin] = field(default_factory=dict)
    """Where things stand, by the top-level key and their name: `("contracts", "layered")`.

    The name of an ignore that stands apart is that of its contract and its position there: `("ignore", "layered 0")`.
    """
    files: tuple[Path, ...] = ()
    """Every file that was read for it."""
    notes: tuple[ConfigError, ...] = ()
    """What another tool's configuration says that is passed over."""

    def error(  # noqa: PLR0913  # what is wrong, and where
        self, message: str, section: str, name: str, keys: Keys = (), hint: str = "", *, at_key: bool = False
    ) -> ConfigError:
        """A fault in what is called `name` in `section`."""
        origin = self.origins.get((section, name))
        return origin.error(message, keys, hint, at_key=at_key) if origin else ConfigError(message, hint)


def did_you_mean(name: str, known: list[str]) -> str:
    """A hint for a `name` that is not among `known`."""
    close = get_close_matches(name, known, 1, 0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"there is: {', '.join(sorted(known))}" if known else ""
