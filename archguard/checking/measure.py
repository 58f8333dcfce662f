"""From a configuration to the numbers of its code."""

from collections.abc import Iterator

from archguard.checking.presence import require_code
from archguard.codebase import Codebase, ImportTrait, Pattern, disjoint
from archguard.codebase.metrics import Level, Measurement, packages
from archguard.config import Config
from archguard.model import Report


def measure(config: Config, codebase: Codebase, report: Report | None = None, depth: int = 1) -> Measurement:
    """The numbers of `codebase`.

    Args:
        config: What names the components and services, and says whether imports for type checkers count.
        codebase: The code, as `read` gives it.
        report: What the contracts say of it, if there are any.
        depth: How many levels below the top-level packages the measured packages are.

    Raises:
        ArchguardError: there is no code.
    """
    require_code(codebase)
    left_out = {ImportTrait.TYPE_CHECKING} if config.project.type_checking_imports == "exclude" else set()
    seen = codebase.without_traits(left_out)
    return Measurement(
        imports=seen.imports.count(seen.modules),
        violations=len(report.violations) if report else None,
        modules=Level("modules", seen, {module: frozenset((module,)) for module in sorted(seen.modules)}),
        levels=tuple(_levels(config, seen, depth)),
    )


def _levels(config: Config, codebase: Codebase, depth: int) -> Iterator[Level]:
    for sort, names in (("components", config.components), ("services", config.services)):
        if names:
            units = {name: codebase.members((Pattern(name),)) for name in names}
            yield Level(sort, codebase, disjoint(units))
    yield Level("packages", codebase, packages(codebase.modules, depth))
