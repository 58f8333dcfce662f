"""The service that a URL leads to, and the path that the service sees.

The base of the URL decides: its host, or a gateway in front of several services. A path alone never does, since other
hosts have the same paths. A base whose path is not known leaves the whole path unknown.
"""

from archguard.dataclass import dataclass
from archguard.effects.api.templates import Template
from archguard.effects.interactions import ServiceMap
from archguard.effects.urls import Url
from archguard.semantics import StringValue


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A place in front of a service: `/orders` of a gateway, which removes that from the path."""

    host: str
    """A pattern of hosts, as in `hosts` of a service."""
    service: str
    path: str = ""
    """What the path of a request begins with."""
    strip: str = ""
    """What is removed from the beginning of the path."""


@dataclass(frozen=True)
class Target:
    """Where a request goes."""

    services: tuple[str, ...]
    """The services that may answer: several if they share a host."""
    path: Template
    """The path that they see, without its query."""


@dataclass(frozen=True)
class Targets:
    """Finds the targets of URLs."""

    services: ServiceMap
    mounts: tuple[Mount, ...] = ()
    outside: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Providers that are no service of the project, with their hosts."""

    def of(self, url: Template) -> Target | None:
        """The target of `url`; None if its host is unknown, or of no service."""
        parsed = url.after_host()
        if not parsed:
            return None
        origin, rest = parsed
        path = rest.without_query()
        first = path.parts[0] if path.parts else "/"
        if not isinstance(first, str) or not first.startswith("/"):
            return None
        address = Url.address(StringValue((f"{origin}{first}",)))
        return self._target(address, path) if address else None

    def of_topic(self, topic: Template) -> Target | None:
        """The target of a message to `topic`, which may have a kind behind a `#`; None if the topic is unknown.

        Without services, if none has the topic among its `topics`: then the code of consumers tells (`comparison.py`).
        """
        name = Template.of(*topic.parts).without_query().text
        return Target(self.services.owners_of_topic(name), topic) if name else None

    def _target(self, address: Url, path: Template) -> Target | None:
        mounted = [
            mount for mount in self.mounts if address.matches(mount.host) and _is_below(address.path, mount.path)
        ]
        if mounted:
            mount = max(mounted, key=lambda mount: len(mount.path))
            return Target((mount.service,), _without(path, mount.strip))
        owners = self.services.owners_of_host(address) or tuple(
            name for name, hosts in self.outside if any(address.matches(host) for host in hosts)
        )
        return Target(owners, path) if owners else None


def _is_below(path: str, prefix: str) -> bool:
    prefix = prefix.rstrip("/")
    return not prefix or path == prefix or path.startswith(f"{prefix}/")


def _without(path: Template, prefix: str) -> Template:
    first = path.parts[0] if path.parts else ""
    prefix = prefix.rstrip("/")
    if prefix and isinstance(first, str) and _is_below(first, prefix):
        rest = path.drop(len(prefix))
        return rest if rest.parts else Template.of("/")
    return path
