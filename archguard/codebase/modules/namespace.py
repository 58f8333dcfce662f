"""The modules as the code of one service sees them: by plain names, its own before those of others."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from archguard.codebase.modules.discovery import PackageRoot, qualify


@dataclass(frozen=True)
class ServiceNamespace:
    """What `import app` can mean in the files of `service`."""

    service: str
    package_roots: tuple[PackageRoot, ...]
    """Those that can be imported by their plain names."""

    @classmethod
    def of(cls, service: str, portions: Iterable[PackageRoot]) -> "ServiceNamespace":
        """The view of `service`: its own packages, those outside of services, and others whose names are not taken."""
        portions = tuple(portions)
        own = {portion.package for portion in portions if portion.service in (service, "")}
        owners = Counter(package for package, _ in {(portion.package, portion.service) for portion in portions})
        mine = {portion.package for portion in portions if portion.service == service}
        return cls(
            service,
            tuple(
                portion
                for portion in portions
                if portion.service == service
                or (portion.service == "" and portion.package not in mine)
                or (portion.package not in own and owners[portion.package] == 1)
            ),
        )

    def qualified(self, module: str) -> str:
        """`module` as the graph calls it."""
        if not any(self._services.values()):
            return module
        return next(
            (qualify(self._services[name], module) for name in self_and_parents(module) if name in self._services),
            module,
        )

    def resolve(self, name: str, known: Collection[str], externals: Collection[str]) -> str:
        """The deepest module that `name` (a module or something in one) leads to."""
        for module in map(self.qualified, self_and_parents(name)):
            if module in known:
                return module
        return next((outer for outer in self_and_parents(name) if outer in externals), name.partition(".")[0])

    @cached_property
    def _services(self) -> dict[str, str]:
        return {portion.package: portion.service for portion in self.package_roots}


def self_and_parents(name: str) -> list[str]:
    """`a.b.c`, `a.b`, `a`: the dotted name and all that it is in, the deepest first."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
