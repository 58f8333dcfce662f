"""The scope of one contract, with its violations."""

from collections.abc import Collection
from dataclasses import replace

from archguard.codebase import Codebase, disjoint
from archguard.diagrams.layers import layered
from archguard.diagrams.node_selection import Outline, Part, gathered, loose, package_depth, package_of, part
from archguard.diagrams.view import NodeKind, View
from archguard.diagrams.views import services
from archguard.diagrams.views.request import Request
from archguard.kinds import Contract, Layers, Services
from archguard.model import Violation


def view(request: Request) -> View:
    """The units that the contract distinguishes, and other modules on the import chains of its violations."""
    contract = next(it for it in request.contracts if it.id == request.subject)
    violations = tuple(it for it in request.report.violations if it.contract == contract.id)
    own = replace(request, report=request.report.with_violations(violations))
    drawn = services.view(own) if isinstance(contract, Services) else _view(own, contract)
    return replace(drawn, title=f"{contract.id} ({contract.kind})", description=contract.sentence)


def _view(request: Request, contract: Contract) -> View:
    outline = Outline(title=contract.id, parts=_parts(request.codebase, contract, request.report.violations))
    layers = contract if isinstance(contract, Layers) else None
    return request.drawn(layered(request.codebase, outline, layers))


def _parts(codebase: Codebase, contract: Contract, violations: Collection[Violation]) -> tuple[Part, ...]:
    units = disjoint(contract.units(codebase))
    outside = _strangers(codebase, violations) - frozenset().union(*units.values())
    around = gathered(outside, lambda name: package_of(name, package_depth(codebase)))
    named = (part(codebase, name, unit, _kind(codebase, name)) for name, unit in units.items())
    others = (part(codebase, name, unit) for name, unit in around.items() if name not in units)
    return loose(codebase, (*named, *others))


def _strangers(codebase: Codebase, violations: Collection[Violation]) -> frozenset[str]:
    """The modules that take part in `violations`."""
    steps = {name for it in violations for step in it.chain for name in (step.importer, step.imported)}
    named = steps | {name for it in violations for name in (it.importer, it.imported)}
    return frozenset(named) & (codebase.modules | codebase.imports.externals)


def _kind(codebase: Codebase, name: str) -> NodeKind | None:
    if name in codebase.services:
        return NodeKind.SERVICE
    return NodeKind.COMPONENT if name.partition(" ")[0] in codebase.components else None
