"""A name in the code: as it is written, and the qualified names that it resolves to."""

from collections.abc import Callable, Iterable
from dataclasses import field

from archguard.codebase.facts import Reference
from archguard.dataclass import dataclass
from archguard.model.names import plain_name
from archguard.semantics import ExternalMember, FunctionType, InstanceType, Type, qualified_name


@dataclass(frozen=True)
class Spelling:
    """A name in the code."""

    written: str
    absolute: tuple[str, ...] = ()
    """The qualified names of the classes, functions and modules that it may resolve to: `fastapi.HTTPException`."""
    members: tuple[str, ...] = ()
    """The attributes of instances that it may resolve to: `fastapi.APIRouter.get` for `router.get`."""
    reference: Reference | None = field(default=None, compare=False)
    """The reference in the syntax tree, if there is one."""
    resolve: Callable[[], str] | None = field(default=None, compare=False, repr=False)
    """Resolves the arguments; called only if the written ones do not match, since inference takes time."""

    @property
    def arguments(self) -> str:
        """The arguments of the call, as written."""
        return self.reference.arguments if self.reference else ""

    @property
    def resolved_arguments(self) -> str:
        """The arguments of the call, with names replaced by the strings and literals that they are bound to."""
        return self.resolve() if self.resolve else self.arguments

    @property
    def known(self) -> tuple[str, ...]:
        """All qualified names that it may resolve to."""
        return (*self.absolute, *self.members)

    def __str__(self) -> str:
        return next(iter(self.known), self.written).removeprefix("builtins.")


def spelled(
    written: str,
    values: Iterable[Type],
    reference: Reference | None = None,
    resolve: Callable[[], str] | None = None,
) -> Spelling:
    """The name that is `written` and resolves to `values`."""
    known = [(value, name) for value in values for name in _spellings(qualified_name(value))]
    members = tuple(name for value, name in known if _is_member(value))
    absolute = tuple(name for value, name in known if not _is_member(value))
    return Spelling(written, absolute, members, reference, resolve)


def _spellings(name: str) -> tuple[str, ...]:
    """`name`, with and without its service; nothing for types that have none, such as the result of a call."""
    if "(" in name:
        return ()
    bare = plain_name(name)
    return (name,) if name == bare else (name, bare)


def _is_member(value: Type) -> bool:
    """Whether it is accessed through an instance."""
    return isinstance(value, ExternalMember) or (
        isinstance(value, FunctionType) and isinstance(value.receiver, InstanceType)
    )
