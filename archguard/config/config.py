"""A loaded configuration: typed values, and the origin of each one for error messages."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, TypeAlias

from archguard.codebase import Component, OneOrMany, Project, Service
from archguard.config.document import Document, Keys
from archguard.dataclass import dataclass
from archguard.errors import ConfigError
from archguard.kinds import Contract


@dataclass(frozen=True)
class Origin:
    """Where a configured value was declared."""

    document: Document
    keys: Keys
    shipped: bool = False
    """Whether it comes from a pack that ships with archguard."""

    def error(self, message: str, keys: Keys = (), hint: str = "", *, at_key: bool = False) -> ConfigError:
        """An error at the value (or its key) at `keys`, relative to this origin."""
        return self.document.error(message, (*self.keys, *keys), hint, at_key=at_key)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A weakening of a contract that somebody has accepted, and why."""

    contract: str
    """The id of the contract, also of one that is gone; `project` for what weakens all of them."""
    reason: str
    """Why it may be weaker."""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("the acceptance has no reason")


_Words: TypeAlias = Annotated[frozenset[str], OneOrMany()]


@dataclass(frozen=True, kw_only=True)
class AssistantMarks:
    """What marks a commit as written with a coding assistant; `*` stands for any text, and case makes no difference."""

    trailers: _Words = frozenset()
    """Trailers of commit messages that are for assistants only, whatever they say: `Assisted-by`."""
    author_trailers: _Words = frozenset()
    """Trailers that name a further author, who may be an assistant: `Co-authored-by`."""
    phrases: _Words = frozenset()
    """What begins a line that goes on with the name of a product: `Generated with`."""
    products: _Words = frozenset()
    """The names of products that follow one of the `phrases`."""
    addresses: _Words = frozenset()
    """The mail addresses of assistants, as authors and in `author_trailers`."""
    names: _Words = frozenset()
    """The names of assistants, as authors and in `author_trailers`; only names that no person has."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The contracts, and which code they apply to."""

    root: Path
    """The folder of the configuration, to which source roots are relative."""
    project: Project = field(default_factory=Project)
    components: Mapping[str, Component] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    contracts: tuple[Contract, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    """The weakenings of contracts that are accepted; one counts for the change that adds it."""
    assistants: AssistantMarks = field(default_factory=AssistantMarks)
    """What marks a commit as written with an assistant, beside the marks that archguard knows."""
    origins: Mapping[tuple[str, str], Origin] = field(default_factory=dict)
    """The origin of each entry, by top-level key and name: `("contracts", "layered")`.

    A top-level ignore is named by its contract and its index there: `("ignore", "layered 0")`.
    """
    files: tuple[Path, ...] = ()
    """Every file that was loaded."""
    notes: tuple[ConfigError, ...] = ()
    """Settings of another tool's configuration that are ignored."""

    def error(  # noqa: PLR0913  # a message and the path to its location
        self, message: str, section: str, name: str, keys: Keys = (), hint: str = "", *, at_key: bool = False
    ) -> ConfigError:
        """An error in the entry `name` of `section`."""
        origin = self.origins.get((section, name))
        return origin.error(message, keys, hint, at_key=at_key) if origin else ConfigError(message, hint)


def did_you_mean(name: str, known: list[str]) -> str:
    """A hint for a `name` that is not among `known`."""
    from difflib import get_close_matches  # noqa: PLC0415  # faults only

    close = get_close_matches(name, known, 1, 0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"there is: {', '.join(sorted(known))}" if known else ""
