"""What can be changed in place.

The facts are in `mutation.toml`. `load_mutation` parses it once per process.
"""

from functools import cache

from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import Words


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """The file `mutation.toml`."""

    types: Words
    """Types of the standard library whose instances can be changed, by their qualified names."""
    methods: Words
    """Their methods that change them."""


@cache
def load_mutation() -> Mutation:
    """The facts of the catalogue; read once."""
    return load_package_data(Mutation, "archguard.effects.catalogue", "mutation.toml")
