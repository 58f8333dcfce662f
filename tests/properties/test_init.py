"""Whatever the code imports: after `archguard init`, it passes, in an order that the fewest imports go against."""

from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from import_graphs import ROOT, Code, codes, patterns
from project import Project

from archguard.codebase import Pattern
from archguard.kinds import Layer, Layers
from archguard.kinds.import_paths import children
from archguard.onboarding.layer_order import best_order, count_imports, upwards


@settings(max_examples=30)
@given(codes())
def test_after_init_every_code_base_passes(code: Code) -> None:
    with TemporaryDirectory() as folder:
        project = Project(Path(folder))
        (project.root / ".git").mkdir()
        code.write(project.root)

        init = project.call("init", "--yes")

        assert init.returncode == 0, init.stderr
        check = project.call("check")
        assert check.returncode == 0, check.stdout + check.stderr
        assert "ERROR" not in check.stdout


@settings(max_examples=30)
@given(codes())
def test_no_other_order_of_the_children_has_fewer_violations(code: Code) -> None:
    codebase = code.codebase()
    units = children(codebase, Pattern(ROOT))

    counts = count_imports(codebase.imports, units)
    levels = best_order(units, counts)

    told = {name for level in levels for name in level.names}
    assert upwards(levels, counts) <= min(
        len(list(_layers(order).check(codebase))) for order in permutations(sorted(told))
    )


@settings(max_examples=30)
@given(codes())
def test_the_order_has_as_many_violations_as_it_says(code: Code) -> None:
    codebase = code.codebase()
    units = children(codebase, Pattern(ROOT))
    counts = count_imports(codebase.imports, units)

    levels = best_order(units, counts)

    contract = Layers(
        id="layered",
        layers=tuple(Layer(modules=patterns(level.names), independent=not level.tangled) for level in levels),
    )
    assert len(list(contract.check(codebase))) == upwards(levels, counts)


def _layers(order: tuple[str, ...]) -> Layers:
    return Layers(id="layered", layers=tuple(Layer(modules=patterns([name])) for name in order))
