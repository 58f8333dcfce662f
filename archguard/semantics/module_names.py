"""What follows from the names of the project's modules alone: packages, Django's apps, the packages of services."""

from collections.abc import Collection, Mapping
from functools import cached_property

from archguard.dataclass import dataclass
from archguard.incremental.dependencies import Fact
from archguard.model.names import last_part, parent_name, split_service, top_package


@dataclass(frozen=True)
class ModuleNames:
    """The modules `own`, which inference looks into."""

    own: Collection[str]

    @cached_property
    def packages(self) -> frozenset[str]:
        """All modules, and the namespace packages above them, which have no file."""
        known = set[str]()
        for module in self.own:
            while module and module not in known:
                known.add(module)
                module = parent_name(module)  # noqa: PLW2901  # upwards
        return frozenset(known)

    @cached_property
    def models_by_app(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The modules called `models`, by service and app label."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for name in sorted(self.own):
            if name.endswith(".models"):
                service, module = split_service(name)
                key = (service, app_label(module))
                found[key] = (*found.get(key, ()), name)
        return found

    @cached_property
    def services_by_package(self) -> Mapping[str, tuple[str, ...]]:
        """The services that contain a top-level package, by its name."""
        services: dict[str, set[str]] = {}
        for module in self.own:
            service, name = split_service(module)
            if service:
                services.setdefault(top_package(name), set()).add(service)
        return {package: tuple(sorted(names)) for package, names in services.items()}

    def answer(self, fact: Fact) -> object:
        """What a recorded `fact` says of these modules.

        Raises:
            ValueError: the fact is about something else.
        """
        match fact:
            case "is module", name:
                return name in self.own
            case "is package", name:
                return name in self.packages
            case "models of app", (str(service), str(app)):
                return self.models_by_app.get((service, app), ())
            case "services of package", str(package):
                return self.services_by_package.get(package, ())
        raise ValueError(f"no fact about the names of modules: {fact}")


def app_label(module: str) -> str:
    """Django's label of the app that `module` belongs to: `orders` for `shop.orders.models` and its submodules."""
    return last_part(f"{module}.".partition(".models.")[0])
