"""Stable dependencies, in any graph."""

from hypothesis import given
from import_graphs import ROOT, Code, codes, patterns, violations

from archguard.codebase.metrics import Level, packages
from archguard.kinds import Metrics


@given(code=codes())
def test_stable_dependencies_hold_unless_an_arrow_leads_to_what_is_less_stable(code: Code) -> None:
    level = Level("packages", code.codebase(), packages(code.modules - {ROOT}, 1))
    stability = {unit.name: unit.instability or 0 for unit in level.units}

    found = violations(Metrics(id="x", modules=patterns([f"{ROOT}.*"]), stable_dependencies=True), code)

    bad = {arrow for arrow in level.coupling.links if stability[arrow[0]] < stability[arrow[1]]}
    assert len(found) == sum(len(level.coupling.links[arrow]) for arrow in bad)
