"""The facts about one client library: its modules, calls, methods and return types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from archguard.codebase import STRICT, Names

CHANNELS = ("database", "cache", "http", "rpc", "queue", "cloud", "saas", "network", "email")
"""What clients reach; each channel is a TOML file in this folder."""


@dataclass(frozen=True, kw_only=True)
class Timeout:
    """Where a client takes a timeout."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    position: int | None = None
    """The index of the positional argument, from 0; without it, the timeout is passed by the keyword `timeout` only."""
    at_call: bool = True
    """Whether a call takes one."""
    at_client: bool = False
    """Whether the client takes one for all of its calls."""
    has_default: bool = False
    """Whether there is one if nothing is passed."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """A library that reaches a database, a host, a queue, ..."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    modules: Names = ()
    """What is imported: packages or modules, with all below them."""
    exclude: Names = ()
    """What of those reaches nothing: servers, exceptions, settings, methods that only compute."""
    functions: Names = ()
    """Functions and classes whose call is an access, by their full names."""
    methods: Mapping[str, Names] = field(default_factory=dict)
    """Classes, with those of their methods whose call is an access; `*` is every one."""
    orm_bases: Names = ()
    """Base classes of what is stored."""
    query_builders: Names = ()
    """Functions of its modules that queries are built with, by their last names."""
    returns: Mapping[str, str] = field(default_factory=dict)
    """The class of what comes out of an attribute, or of a call with `()`: `acme.db.connect(): acme.db.Conn`."""
    bases: Mapping[str, str] = field(default_factory=dict)
    """The class that another one extends."""
    timeouts: Mapping[str, Timeout] = field(default_factory=dict)
    """Where calls take a timeout, by the name of a package, module or function; the longest name that fits counts."""
