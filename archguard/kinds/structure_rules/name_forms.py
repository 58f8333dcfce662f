"""A name in the code: as it is written, and what it stands for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from archguard.codebase.facts import Reference
from archguard.semantics import ExternalMember, FunctionType, InstanceType, Type, qualified_name


@dataclass(frozen=True)
class Spelling:
    """A name in the code."""

    written: str
    absolute: tuple[str, ...] = ()
    """The classes, functions and modules that it can stand for: `fastapi.HTTPException`."""
    members: tuple[str, ...] = ()
    """The attributes of objects that it can stand for: `fastapi.APIRouter.get` for `router.get`."""
    mention: Reference | None = field(default=None, compare=False)
    """Where it stands, if that is known."""
    resolve: Callable[[], str] | None = field(default=None, compare=False, repr=False)
    """Works out what its arguments are known to be, which takes time."""

    @property
    def arguments(self) -> str:
        """What it is called with, as it is written."""
        return self.mention.arguments if self.mention else ""

    @property
    def resolved_arguments(self) -> str:
        """What it is called with, with texts and literals in place of the names that stand for them."""
        return self.resolve() if self.resolve else self.arguments

    @property
    def known(self) -> tuple[str, ...]:
        """All that it can stand for."""
        return (*self.absolute, *self.members)

    def __str__(self) -> str:
        return next(iter(self.known), self.written).removeprefix("builtins.")


def spelled(
    written: str,
    values: Iterable[Type],
    mention: Reference | None = None,
    resolve: Callable[[], str] | None = None,
) -> Spelling:
    """The name that is `written` and stands for `values`."""
    known = [(value, name) for value in values for name in _spellings(qualified_name(value))]
    members = tuple(name for value, name in known if _is_member(value))
    absolute = tuple(name for value, name in known if not _is_member(value))
    return Spelling(written, absolute, members, mention, resolve)


def _spellings(name: str) -> tuple[str, ...]:
    """`name`, also without its service; nothing for what has no name of its own, such as a result."""
    if "(" in name:
        return ()
    bare = plain(name)
    return (name,) if name == bare else (name, bare)


def plain(name: str) -> str:
    """`name` without its service."""
    return name.rpartition("::")[2]


def _is_member(value: Type) -> bool:
    """Whether an object is needed to get at it."""
    return isinstance(value, ExternalMember) or (
        isinstance(value, FunctionType) and isinstance(value.receiver, InstanceType)
    )
