"""What the import kinds share: units of modules, and the violation that a forbidden import path makes."""

from collections.abc import Collection, Mapping
from typing import TypeAlias

from archguard.codebase import Codebase, Pattern, Target
from archguard.codebase.imports.reachability import ForbiddenPath
from archguard.kinds.contract import Contract
from archguard.model import Step, Violation
from archguard.model.names import shortened

Units: TypeAlias = Mapping[str, frozenset[str]]
"""Sets of modules by name, in the order in which the contract has them."""


def units_of(codebase: Codebase, patterns: Collection[Pattern], *, as_packages: bool = True) -> Units:
    """All units that `patterns` match; without their submodules unless `as_packages`."""
    units = {name: unit for pattern in patterns for name, unit in codebase.units(pattern).items()}
    return units if as_packages else {name: unit & {name} for name, unit in units.items()}


def targets_of(codebase: Codebase, targets: Collection[Target], *, as_packages: bool = True) -> Units:
    """All units that `targets` match in the project; outside of it, each target is one unit."""
    externals = codebase.imports.externals
    external = {target.text: codebase.matching(target, externals) for target in targets}
    inside = units_of(codebase, targets, as_packages=as_packages)
    return {**inside, **{name: found for name, found in external.items() if found}}


def children(codebase: Codebase, pattern: Pattern) -> Units:
    """The direct children of every package that `pattern` matches, each with its submodules."""
    found = (children_in(parent, codebase.members((Pattern(parent),))) for parent in codebase.anchors(pattern))
    return {child: modules for units in found for child, modules in units.items()}


def children_in(package: str, modules: Collection[str]) -> Units:
    """The direct children of `package`, each with its submodules; `modules` are those in the package."""
    units: dict[str, set[str]] = {}
    for module in sorted(modules):
        if module != package:
            units.setdefault(shortened(module, package.count(".") + 2), set()).add(module)
    return {child: frozenset(below) for child, below in units.items()}


def path_violation(  # noqa: PLR0913  # the parts of the message
    contract: Contract, codebase: Codebase, path: ForbiddenPath, rule: str, reached: str, why: str = ""
) -> Violation:
    """The violation by `path`: its importer breaks the `rule`, for example "must not import", towards `reached`."""
    direct = len(path.chain) == 2  # noqa: PLR2004  # the importer and the imported
    importer, imported = path.link.importer, path.link.imported
    name = codebase.reexported_name(path.link)
    first = f"{path.chain[1]} (as {name})" if name else path.chain[1]
    what = first if direct else f"{reached} through {' and '.join((first, *path.chain[2:-1]))}"
    rest = f", and {path.more} more" if path.more else ""
    return contract.violation(
        f"{importer} {rule} {what}{rest}" + (f": {why}" if why else ""),
        codebase.location(path.link),
        importer,
        imported,
        symbol="*" if path.more else "" if direct else reached,
        chain=(codebase.step(path.link), *codebase.steps(path.chain[1:])),
        fix=_fixes(codebase.step(path.link), path.chain),
    )


def direct_fixes(importer: str, imported: str) -> tuple[str, ...]:
    """How to do without an import, as far as one contract can tell."""
    return (
        f"move what {importer} needs from {imported} to a module that it may import",
        f"inject it: a module that may import both passes it to {importer}",
    )


def move_away(package: str) -> str:
    """The fix of an import of `package` where it is not allowed, as far as one contract can tell."""
    return f"move what needs {package} to where it is allowed"


def _fixes(first: Step, chain: tuple[str, ...]) -> tuple[str, ...]:
    importer, imported = chain[-2:]
    if len(chain) == 2:  # noqa: PLR2004  # the importer and the imported
        return direct_fixes(importer, imported)
    return (
        f"remove the last import of the chain: {importer} imports {imported}",
        f"remove the import at {first.path}:{first.line}",
    )
