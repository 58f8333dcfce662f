"""The namespace of a service: which modules its import statements can name, its own before those of others."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cached_property, lru_cache

from archguard.codebase.modules.discovery import PackageRoot
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName, is_below, qualify, self_and_parents

_TEST = re.compile(r"(?:^|\.|::)(?:_?tests?|testing|test_\w+|\w+_tests?|conftest)(?:\.|$)")


@dataclass(frozen=True)
class ServiceNamespace:
    """Resolves names such as `app` in the files of `service`."""

    service: str
    package_roots: tuple[PackageRoot, ...]
    """The roots whose packages can be imported by their plain names."""

    @classmethod
    def of(cls, service: str, portions: Iterable[PackageRoot]) -> "ServiceNamespace":
        """The namespace of `service`: its packages, those outside of services, and those of others if unambiguous."""
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

    def without_files(self) -> "ServiceNamespace":
        """The same names; they need no files."""
        return replace(self, package_roots=tuple(replace(one, sources=()) for one in self.package_roots))

    def qualified(self, module: str) -> str:
        """The name of `module` in the graph: with its service, if it has one."""
        if not self._has_services:
            return module
        return next(
            (qualify(self._services[name], module) for name in self_and_parents(module) if name in self._services),
            module,
        )

    def resolve(self, name: str, known: Collection[str], externals: Collection[ModuleName]) -> str:
        """The deepest module that `name` (a module or a name in one) resolves to, in the project or of `externals`.

        Else it is the shallowest package with none of `externals` in it: `google.auth` beside `google.cloud.storage`.
        """
        outer = self_and_parents(name)
        for module in map(self.qualified, outer):
            if module in known:
                return module
        found = next((module for module in outer if module in externals), "")
        return found or next((module for module in reversed(outer) if not _contains_some(module, externals)), name)

    @cached_property
    def _has_services(self) -> bool:
        return any(self._services.values())

    @cached_property
    def _services(self) -> dict[str, str]:
        return {portion.package: portion.service for portion in self.package_roots}


def _contains_some(package: ModuleName, modules: Collection[ModuleName]) -> bool:
    return any(is_below(module, package) for module in modules)


@lru_cache(maxsize=1 << 14)  # of a large project: each module is asked about for each one that it imports
def is_test(module: str) -> bool:
    """Whether `module` is a test or supports tests, by its name: these pass mocks, and call what must not exist."""
    return bool(_TEST.search(module))
