"""The roles of modules (controllers, services, repositories ...), by the names that the field's guides give them.

How it works: a module has the role whose usual names its last segment is one of, without leading underscores; all below
it has the same role.
"""

from collections.abc import Mapping
from typing import Final

from archguard.codebase import Codebase, Component, Pattern
from archguard.model.names import last_part, parts_of, plain_name
from archguard.onboarding.usual_names import USUAL_NAMES, any_of

_ROLES: Final = {role: any_of(names) for role, names in USUAL_NAMES.roles.items()}
REPEATED_ROLES: Final = ("controllers", "services", "repositories", "gateways", "domain")
"""The roles that features have inside; entry points and foundations are parts of their own."""


def role_of(module: str) -> str:
    """The role of `module` by its last segment; "" if it has none."""
    name = last_part(plain_name(module)).lstrip("_")
    return next((role for role, names in _ROLES.items() if names.fullmatch(name)), "")


def members_of(codebase: Codebase, role: str) -> frozenset[str]:
    """The modules with the role, or below one that has it; the top-level packages do not count."""
    found = {module for module in codebase.modules if "." in module and role_of(module) == role}
    return frozenset(module for module in codebase.modules if any(outer in found for outer in _self_and_outer(module)))


def role_patterns() -> Mapping[str, Component]:
    """Each of the roles that features have inside, by patterns for any code base."""
    return {
        role: Component(modules=tuple(Pattern(f"**.{name}") for name in sorted(USUAL_NAMES.roles[role])))
        for role in REPEATED_ROLES
    }


def _self_and_outer(module: str) -> tuple[str, ...]:
    parts = parts_of(module)
    return tuple(".".join(parts[:length]) for length in range(2, len(parts) + 1))
