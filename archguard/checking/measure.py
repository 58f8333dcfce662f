"""Compute the metrics of the code: for modules, components, services and packages."""

from collections.abc import Iterator

from archguard.checking.presence import require_code
from archguard.codebase import Codebase, ImportTrait, Pattern, disjoint
from archguard.codebase.metrics import Level, Measurement, packages
from archguard.config import Config
from archguard.model import Report


def measure(config: Config, codebase: Codebase, report: Report | None = None, depth: int = 1) -> Measurement:
    """The metrics of `codebase`.

    Args:
        config: Defines the components and services, and whether imports under `TYPE_CHECKING` count.
        codebase: The code, as `read` returns it.
        report: The report on the contracts, if there are any.
        depth: The number of levels of the measured packages below the top-level packages.

    Raises:
        ArchguardError: there is no code.
    """
    require_code(codebase)
    excluded = {ImportTrait.TYPE_CHECKING} if config.project.type_checking_imports == "exclude" else set()
    filtered = codebase.without_traits(excluded)
    return Measurement(
        imports=filtered.imports.count(filtered.modules),
        violations=len(report.violations) if report else None,
        modules=Level("modules", filtered, {module: frozenset((module,)) for module in sorted(filtered.modules)}),
        levels=tuple(_levels(config, filtered, depth)),
    )


def _levels(config: Config, codebase: Codebase, depth: int) -> Iterator[Level]:
    for sort, names in (("components", config.components), ("services", config.services)):
        if names:
            units = {name: codebase.members((Pattern(name),)) for name in names}
            yield Level(sort, codebase, disjoint(units))
    yield Level("packages", codebase, packages(codebase.modules, depth))
