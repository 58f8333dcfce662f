"""Resolve imports by the folder of a service: `services.payments.app` for the `app` of `services/payments`."""

from collections.abc import Collection, Mapping
from typing import Self

from archguard.codebase.modules.project import Service
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName, QualifiedName, is_below, self_and_parents, top_package


@dataclass(frozen=True)
class ServicePaths:
    """Resolves dotted paths that begin with the root folder of a service, or with the last parts of it."""

    prefixes: Mapping[str, str]
    """Service by dotted prefix (`services.payments`, `payments`), the longest prefix first."""

    @classmethod
    def of(cls, services: Mapping[str, Service]) -> Self:
        """The paths of all `services`."""
        found: dict[str, str] = {}
        for name, service in sorted(services.items()):
            parts = [part for part in service.root.split("/") if part not in ("", ".")]
            found |= {".".join(parts[start:]): name for start in range(len(parts))}
        return cls(dict(sorted(found.items(), key=lambda item: -len(item[0]))))

    @property
    def first_names(self) -> frozenset[str]:
        """The first parts of such paths."""
        return frozenset(top_package(prefix) for prefix in self.prefixes)

    def module(self, target: QualifiedName, known: Collection[str]) -> ModuleName:
        """The deepest module among `known` that the dotted path `target` resolves to; "" if there is none."""
        for prefix, service in self.prefixes.items():
            if is_below(target, prefix):
                inside = (f"{service}::{name}" for name in self_and_parents(target.removeprefix(f"{prefix}.")))
                if found := next((module for module in inside if module in known), ""):
                    return found
        return ""
