"""What repeats requests, and what carries the key by which a server recognizes a repeated one.

The facts are in `retries.toml`. `load_retries` parses it once per process.
"""

from functools import cache

from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import Words


@dataclass(frozen=True, kw_only=True)
class Retries:
    """The file `retries.toml`."""

    wrappers: Words
    """Decorators, iterators, helpers and clients that repeat what they wrap, by their qualified names."""
    policies: Words
    """Policies by which an adapter repeats requests; not those that create something, unless they say so."""
    policy_methods: Words
    """The arguments of policies that say which HTTP methods are repeated; None stands for all."""
    keys: Words
    """Headers, fields and arguments that carry an idempotency key: in lower case, `_` for `-`."""


@cache
def load_retries() -> Retries:
    """The facts of the catalogue; read once."""
    return load_package_data(Retries, "archguard.effects.catalogue", "retries.toml")
