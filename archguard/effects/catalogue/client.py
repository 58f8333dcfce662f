"""The facts about one client library: its modules, calls, methods and return types."""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated

from archguard.codebase import Names
from archguard.codebase.strictness import Weaker, WeakerEntries
from archguard.dataclass import dataclass

CHANNELS = ("database", "cache", "http", "rpc", "queue", "cloud", "saas", "network", "email")
"""What clients reach; each channel is a TOML file in this folder."""


@dataclass(frozen=True, kw_only=True)
class Timeout:
    """Where a client takes a timeout."""

    position: Annotated[int | None, Weaker.ANY] = None
    """The index of the positional argument, from 0; without it, the timeout is passed by the keyword `timeout` only."""
    at_call: Annotated[bool, Weaker.ANY] = True
    """Whether a call takes one."""
    at_client: Annotated[bool, Weaker.ANY] = False
    """Whether the client takes one for all of its calls."""
    has_default: Annotated[bool, Weaker.LARGER] = False
    """Whether there is one if nothing is passed."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """A library that reaches a database, a host, a queue, ..."""

    modules: Annotated[Names, Weaker.SMALLER] = ()
    """What is imported: packages or modules, with all below them."""
    exclude: Annotated[Names, Weaker.LARGER] = ()
    """What of those reaches nothing: servers, exceptions, settings, methods that only compute."""
    functions: Annotated[Names, Weaker.SMALLER] = ()
    """Functions and classes whose call is an access, by their full names."""
    methods: Annotated[Mapping[str, Names], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.SMALLER)] = field(
        default_factory=dict
    )
    """Classes, with those of their methods whose call is an access; `*` is every one."""
    orm_bases: Annotated[Names, Weaker.SMALLER] = ()
    """Base classes of what is stored."""
    query_builders: Annotated[Names, Weaker.SMALLER] = ()
    """Functions of its modules that queries are built with, by their last names."""
    returns: Annotated[Mapping[str, str], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.ANY)] = field(
        default_factory=dict
    )
    """The class of what comes out of an attribute, or of a call with `()`: `acme.db.connect(): acme.db.Conn`."""
    bases: Annotated[Mapping[str, str], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.ANY)] = field(
        default_factory=dict
    )
    """The class that another one extends."""
    timeouts: Annotated[Mapping[str, Timeout], WeakerEntries(keys=Weaker.SMALLER, values=Weaker.PARTS)] = field(
        default_factory=dict
    )
    """Where calls take a timeout, by the name of a package, module or function; the longest name that fits counts."""
