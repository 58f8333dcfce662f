"""What is known of the guards of web frameworks, from `guards.toml`."""

from collections.abc import Mapping
from functools import cache

from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import Words
from archguard.effects.catalogue.routes import short_names
from archguard.model.names import parts_of


@dataclass(frozen=True, kw_only=True)
class GuardFacts:
    """The file `guards.toml`: names of functions, classes and methods."""

    guards: Mapping[str, Words]
    """What refuses an anonymous request, by framework."""
    unsafe_only: Words
    """What refuses one of an unsafe method only: anonymous requests may read."""
    readers: Words
    """Classes whose instances read credentials without verifying them."""
    optional: Mapping[str, Mapping[str, str]]
    """Guards that let anonymous requests pass if they are called with one of these arguments."""


@dataclass(frozen=True, kw_only=True)
class Guards:
    """The facts of `guards.toml`, by `guard_key`; readers by package and last name."""

    guards: frozenset[tuple[str, str]]
    unsafe_only: frozenset[tuple[str, str]]
    optional: Mapping[tuple[str, str], Mapping[str, str]]
    readers: frozenset[tuple[str, str]]


@cache
def known_guards() -> Guards:
    """The facts, read once per process."""
    facts = load_package_data(GuardFacts, "archguard.effects.catalogue", "guards.toml")
    return Guards(
        guards=frozenset(guard_key(name) for names in facts.guards.values() for name in names),
        unsafe_only=frozenset(map(guard_key, facts.unsafe_only)),
        optional={guard_key(name): arguments for name, arguments in facts.optional.items()},
        readers=short_names(facts.readers),
    )


def guard_key(name: str) -> tuple[str, str]:
    """The package and the last names by which guards are compared: a method together with its class."""
    parts = parts_of(name)
    owner = parts[-2] if len(parts) > 1 else ""
    is_method = owner[:1].isupper()
    return parts[0], ".".join(parts[-2:]) if is_method else parts[-1]
