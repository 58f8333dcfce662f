"""What a violation shows is true, none is lost when imports are added, and nothing depends on order."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from import_graphs import OUTSIDE, ROOT, Code, codes, identities, patterns, targets, violations
from project import Project, broken

from archguard.checking import check
from archguard.config import Config
from archguard.kinds import Acyclic, Contract, Forbidden, Independence, Layer, Layers, Protected
from archguard.model import Violation


@st.composite
def contracts(draw: st.DrawFn, code: Code) -> Contract:
    """A contract of any kind that is about imports alone, over the modules of `code`."""
    names = sorted(code.modules)
    some = draw(st.lists(st.sampled_from(names), min_size=2, max_size=4, unique=True))
    others = draw(st.lists(st.sampled_from([*names, OUTSIDE]), min_size=1, max_size=3, unique=True))
    separate = [name for name in some if not any(name.startswith(f"{other}.") for other in some)]
    indirect, flag = draw(st.booleans()), draw(st.booleans())
    return draw(
        st.sampled_from(
            [
                Layers(id="c", layers=_layers(code.children(ROOT)), closed=flag, indirect=indirect),
                Layers(id="c", may_import=dict.fromkeys(patterns(separate), ()), indirect=indirect),
                Forbidden(
                    id="c",
                    modules=patterns(some),
                    must_not_import=targets(others),
                    indirect=indirect,
                    as_packages=flag,
                    via=patterns(draw(st.lists(st.sampled_from(names), max_size=2))),
                ),
                Independence(id="c", modules=patterns(separate), indirect=indirect),
                Independence(id="c", children_of=patterns([ROOT]), indirect=indirect),
                Protected(id="c", modules=targets(others), only_imported_by=patterns(some[:1])),
                Acyclic(id="c", children_of=patterns([ROOT])),
                Acyclic(id="c", modules=patterns(separate)),
            ]
        )
    )


def _layers(names: list[str]) -> tuple[Layer, ...]:
    return tuple(Layer(modules=patterns([name])) for name in names)


@given(data=st.data(), code=codes())
def test_every_violation_is_an_import_and_its_chain_a_way(data: st.DataObject, code: Code) -> None:
    contract = data.draw(contracts(code))

    for violation in violations(contract, code):
        assert code.lines()[violation.importer][violation.imported] == (violation.location.line,)
        assert (violation.chain[0].importer, violation.chain[0].imported) == (violation.importer, violation.imported)
        assert all((step.importer, step.imported) in code.edges for step in violation.chain)
        assert all(code.lines()[step.importer][step.imported] == (step.line,) for step in violation.chain)
        if not isinstance(contract, Acyclic):
            assert all(one.imported == other.importer for one, other in pairwise(violation.chain))


@given(data=st.data(), code=codes())
def test_an_import_more_takes_no_violation_away(data: st.DataObject, code: Code) -> None:
    contract = data.draw(contracts(code))
    edge = data.draw(
        st.tuples(st.sampled_from(sorted(code.modules)), st.sampled_from([*sorted(code.modules), OUTSIDE]))
    )
    more = Code(code.modules, code.edges | ({edge} if edge[0] != edge[1] else set()))

    before, after = violations(contract, code), violations(contract, more)

    assert identities(before) <= identities(after)


@given(data=st.data(), code=codes())
def test_no_violation_is_listed_twice(data: st.DataObject, code: Code) -> None:
    contract = data.draw(contracts(code))

    found = check(Config(root=Path("/nowhere"), contracts=(contract,)), codebase=code.codebase()).violations

    assert len(identities(found)) == len(found)


OVERLAPPING: dict[str, Contract] = {
    "what is forbidden": Forbidden(
        id="c", modules=patterns(["app.a", "app.c"]), must_not_import=targets(["app.b", "app.b.x", "app.*.x"])
    ),
    "who is held": Forbidden(id="c", modules=patterns(["app.*", "app.a"]), must_not_import=targets(["app.b.x"])),
    "values of a capture": Forbidden(
        id="c", modules=patterns(["app.<part>", "app.a"]), must_not_import=targets(["app.b.x"])
    ),
    "what is protected": Protected(id="c", modules=targets(["app.b", "app.b.x"]), only_imported_by=patterns(["app.d"])),
    "what is protected, by capture": Protected(
        id="c", modules=targets(["app.<part>", "app.b.x"]), only_imported_by=patterns(["app.d"])
    ),
    "packages of siblings": Independence(id="c", children_of=patterns(["app", "ap*"])),
    "packages without cycles": Acyclic(id="c", children_of=patterns(["app", "ap*"]), depth=1),
    "packages at two depths": Acyclic(id="c", children_of=patterns(["app", "app.b"]), depth=1),
}
CROSSED = Code(
    frozenset({"app", "app.a", "app.b", "app.b.x", "app.b.y", "app.c", "app.d"}),
    frozenset(
        {
            ("app.a", "app.b.x"),
            ("app.c", "app.b.x"),
            ("app.a", "app.c"),
            ("app.b.x", "app.b.y"),
            ("app.b.y", "app.b.x"),
            ("app.b.y", "app.a"),
        }
    ),
)


@pytest.mark.parametrize("overlap", OVERLAPPING)
def test_what_overlaps_yields_no_violation_twice(overlap: str) -> None:
    found = violations(OVERLAPPING[overlap], CROSSED)

    assert found
    assert len(identities(found)) == len(found)


@given(data=st.data(), code=codes())
def test_a_closed_stack_forbids_what_an_open_one_does_and_more(data: st.DataObject, code: Code) -> None:
    names = data.draw(st.permutations(code.children(ROOT)))
    stack = _layers(names)

    open_ = violations(Layers(id="c", layers=stack), code)
    closed = violations(Layers(id="c", layers=stack, closed=True), code)

    assert identities(open_) <= identities(closed)
    skipped = {
        (above, below)
        for level, above in enumerate(names)
        for below in names[level + 2 :]
        if code.reach(code.below(above), frozenset().union(*map(code.below, names))) & code.below(below)
    }
    assert bool(skipped) == (len(closed) > len(open_))


@given(data=st.data(), code=codes())
def test_a_corridor_allows_just_the_ways_through_it(data: st.DataObject, code: Code) -> None:
    source, goal, corridor = data.draw(st.permutations(sorted(code.modules)))[:3]
    contract = Forbidden(
        id="c", modules=patterns([source]), must_not_import=targets([goal]), except_via=patterns([corridor])
    )
    without = Code(code.modules, frozenset(edge for edge in code.edges if not {*edge} & code.below(corridor)))

    found = violations(contract, code)

    overlap = code.below(source) & code.below(goal)
    inside = code.below(source) & code.below(corridor) or code.below(goal) & code.below(corridor)
    if not overlap and not inside:
        assert bool(found) == bool(without.reach(code.below(source)) & code.below(goal))


@given(data=st.data(), code=codes())
def test_what_goes_through_a_module_and_what_goes_past_it_is_all_there_is(data: st.DataObject, code: Code) -> None:
    source, goal, middle = data.draw(st.permutations(sorted(code.modules)))[:3]
    asked: dict[str, Any] = {"id": "c", "modules": patterns([source]), "must_not_import": targets([goal])}

    every = violations(Forbidden(**asked), code)
    past = violations(Forbidden(**asked, except_via=patterns([middle])), code)
    through = violations(Forbidden(**asked, via=patterns([middle])), code)

    assert {(it.importer, it.imported) for it in past + through} == {(it.importer, it.imported) for it in every}


@settings(max_examples=25)
@given(data=st.data(), code=codes())
def test_the_files_say_what_the_graph_says(
    data: st.DataObject, code: Code, tmp_path_factory: pytest.TempPathFactory
) -> None:
    contract = data.draw(contracts(code))
    folder = tmp_path_factory.mktemp("code")
    code.write(folder, order=data.draw(st.permutations(sorted(code.modules))))

    report = check(Config(root=folder, contracts=(contract,)))

    if not any(problem.severity == "error" for problem in report.problems):
        assert sorted(map(_names, report.violations)) == sorted(map(_names, violations(contract, code)))


def _names(violation: Violation) -> tuple[str, str, str, int, str]:
    return violation.importer, violation.imported, violation.symbol, violation.location.line, violation.message


CONFIGURATION: dict[str, Any] = {
    "version": 1,
    "project": {"packages": [ROOT], "type_checking_imports": "include"},
    "components": {"first": "app.a", "second": ["app.b"], "third": {"modules": "app.c", "description": "third"}},
    "contracts": [
        {"id": "stack", "kind": "layers", "layers": ["first", "second", "third"], "reason": "order"},
        {"id": "round", "kind": "acyclic", "children_of": "app", "severity": "warning"},
        {"id": "far", "kind": "forbidden", "modules": "third", "must_not_import": ["first", "outside"]},
    ],
}
TANGLED = Code(
    frozenset({"app", "app.a", "app.a.x", "app.b", "app.c", "app.c.y", "app.d"}),
    frozenset(
        {
            ("app.c.y", "app.a"),
            ("app.b", "app.d"),
            ("app.d", "app.a.x"),
            ("app.a", "app.b"),
            ("app.c", "outside"),
            ("app.d", "app.c"),
            ("app.a.x", "app.c.y"),
        }
    ),
)


@settings(max_examples=25)
@given(data=st.data())
def test_the_order_of_keys_and_files_changes_nothing(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reports = []
    for shuffled in (False, True):
        project = Project(tmp_path_factory.mktemp("code"))
        TANGLED.write(project.root, data.draw(st.permutations(sorted(TANGLED.modules))) if shuffled else None)
        said = _shuffled(CONFIGURATION, data) if shuffled else CONFIGURATION
        project.write("archguard.yaml", yaml.safe_dump(said, sort_keys=False))
        reports.append(project.check())

    one, other = reports
    assert one.violations
    assert one.violations == other.violations
    assert (one.outcomes, one.problems) == (other.outcomes, other.problems)


def _shuffled(value: Any, data: st.DataObject) -> Any:
    match value:
        case dict():
            return {key: _shuffled(value[key], data) for key in data.draw(st.permutations(sorted(value)))}
        case list():
            return [_shuffled(item, data) for item in value]
    return value


def test_every_hash_seed_gives_the_same_bytes(project: Project) -> None:
    TANGLED.write(project.root)
    project.write("archguard.yaml", yaml.safe_dump(CONFIGURATION, sort_keys=False))

    runs = [project.run("check", "--format", "json", PYTHONHASHSEED=seed) for seed in ("0", "1", "4711")]

    texts = {_without_time(run.stdout) for run in runs}
    assert {run.returncode for run in runs} == {1}
    assert len(texts) == 1
    assert broken(project.check())


def _without_time(text: str) -> str:
    report = json.loads(text)
    assert report["summary"].pop("seconds") >= 0
    return json.dumps(report)


def test_reading_leaves_nothing_behind(project: Project, tmp_path: Path) -> None:
    TANGLED.write(project.root)
    project.write("archguard.yaml", yaml.safe_dump(CONFIGURATION, sort_keys=False))
    before = sorted(tmp_path.rglob("*"))

    project.check()

    assert sorted(tmp_path.rglob("*")) == before
