"""What a provider offers: its endpoints, from code, from an OpenAPI file or from proto files, in one form."""

from dataclasses import field

from archguard.dataclass import dataclass
from archguard.effects.routes.route import ScopePlace
from archguard.errors import ArchguardError
from archguard.model import Location

ANY = "ANY"
"""The method of an endpoint that takes all methods."""
CONSUME = "CONSUME"
"""The method of an endpoint that takes the messages of a topic, which is its path."""
UNKNOWN_PART = "{?}"
"""What stands in a path for a part that cannot be evaluated."""


class SpecificationError(ArchguardError):
    """A file with what a provider offers that cannot be read, or is none."""


@dataclass(frozen=True, kw_only=True)
class BodyModel:
    """The fields that an endpoint takes."""

    name: str
    location: Location
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    extra: str = "ignore"
    """What becomes of other fields: `forbid` refuses them, `ignore` drops them, `allow` takes them."""
    is_list: bool = False


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method of one path of a service."""

    service: str
    method: str
    """`GET`, `POST` ..., `WEBSOCKET`, `CONSUME`, or `ANY`."""
    path: str
    """The whole path; parameters are `{name}` or `{name:converter}`."""
    location: Location
    handler: str = ""
    module: str = ""
    framework: str = ""
    body: BodyModel | None = None
    """What an interface description says of the body; else it is read from the handler."""
    is_task: bool = False
    """Whether it is a function that a worker calls with the fields of the body as arguments."""
    is_implicit: bool = False
    """Whether the framework makes it."""
    function: ScopePlace | None = field(default=None, compare=False, repr=False)
    """The function that serves it."""
    cls: ScopePlace | None = field(default=None, compare=False, repr=False)
    """The class whose instance serves it."""

    def __str__(self) -> str:
        """The endpoint as messages show it."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Offer:
    """All endpoints of one service."""

    service: str
    endpoints: tuple[Endpoint, ...] = ()
    unresolved: tuple[str, ...] = ()
    """The paths below which there are endpoints that cannot be told."""
