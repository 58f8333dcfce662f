"""For all five of import-linter's contract types, archguard comes to its verdict, and to that of a slow evaluation."""

from itertools import combinations, permutations

import pytest
from grimp.exceptions import GrimpException
from hypothesis import example, given
from hypothesis import strategies as st
from import_graphs import OUTSIDE, ROOT, Code, codes, faults, is_kept_by_linter, patterns, targets, violations
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import Contract as LinterContract

from archguard.checking import check
from archguard.config import read_config
from archguard.kinds import Acyclic, Forbidden, Independence, Layer, Layers, Protected
from archguard.model import OutcomeStatus


def apart(names: list[str]) -> list[str]:
    """`names` without those that are below another one."""
    return [name for name in names if not any(name.startswith(f"{other}.") for other in names)]


@st.composite
def modules_of(draw: st.DrawFn, code: Code, least: int = 1, *, outside: bool = False) -> list[str]:
    names = [*sorted(code.modules), *[OUTSIDE] * outside]
    return draw(st.lists(st.sampled_from(names), min_size=least, max_size=4, unique=True))


@st.composite
def stacks(draw: st.DrawFn, code: Code, below: str) -> list[str]:
    """Layers as import-linter writes them, over the children of `below`; some of them are missing, which is allowed."""
    names = draw(st.permutations([*code.children(below), f"{below}.missing"]))
    names = [f"({name})" if name.endswith("missing") else name for name in names]
    levels: list[str] = []
    while names:
        size = draw(st.integers(1, 3))
        levels.append(draw(st.sampled_from([" | ", " : "])).join(names[:size]))
        names = names[size:]
    return levels


def split(level: str) -> tuple[list[str], bool]:
    names = [name.strip("() ") for name in level.replace(":", "|").split("|")]
    return names, ":" not in level


def layers_are_kept(code: Code, levels: list[str], container: str = "") -> bool:
    prefix = f"{container}." if container else ""
    units = [[code.below(f"{prefix}{name}") for name in split(level)[0]] for level in levels]
    inside = {module for level in units for unit in level for module in unit}
    illegal = [(lower, higher) for above, below in combinations(units, 2) for higher in above for lower in below] + [
        pair for level, unit in zip(levels, units, strict=True) if split(level)[1] for pair in permutations(unit, 2)
    ]
    return not any(code.reach(importer, closed=inside) & imported for importer, imported in illegal)


@given(data=st.data(), code=codes())
def test_layers(data: st.DataObject, code: Code) -> None:
    levels = data.draw(stacks(code, ROOT))
    contract = Layers(id="c", layers=tuple(_layer(level) for level in levels))

    found = violations(contract, code)

    assert (not found) == layers_are_kept(code, levels)
    assert (not found) == is_kept_by_linter(LayersContract, {"layers": levels}, code)


def _layer(level: str) -> Layer:
    said = dict(Layer.expand(level))
    return Layer(
        modules=patterns(said["modules"]), optional=patterns(said["optional"]), independent=bool(said["independent"])
    )


@given(data=st.data(), code=codes(), exhaustive=st.booleans())
def test_layers_in_containers(*, data: st.DataObject, code: Code, exhaustive: bool) -> None:
    containers = data.draw(modules_of(code))
    names = data.draw(st.lists(st.sampled_from(["a", "b", "x", "y", "p", "q"]), min_size=2, max_size=4, unique=True))
    levels = [f"({name})" for name in names]
    ignored = data.draw(st.lists(st.sampled_from(["a", "x", "p"]), max_size=2, unique=True))
    contract = Layers(
        id="c",
        layers=tuple(map(_layer, levels)),
        within=patterns(containers),
        exhaustive=exhaustive,
        exhaustive_except=patterns(ignored) if exhaustive else (),
    )
    options = {"layers": levels, "containers": containers, "exhaustive": exhaustive, "exhaustive_ignores": ignored}
    strays = {
        child
        for container in containers
        for child in code.children(container)
        if child.rpartition(".")[2] not in {*names, *ignored}
    }

    found = violations(contract, code)

    expected = all(layers_are_kept(code, levels, container) for container in containers)
    assert (not found) == (expected and not (exhaustive and strays))
    assert (not found) == is_kept_by_linter(LayersContract, options, code)


@given(data=st.data(), code=codes(), indirect=st.booleans(), as_packages=st.booleans())
def test_forbidden(*, data: st.DataObject, code: Code, indirect: bool, as_packages: bool) -> None:
    sources = data.draw(modules_of(code))
    goals = data.draw(modules_of(code, outside=True))
    contract = Forbidden(
        id="c",
        modules=patterns(sources),
        must_not_import=targets(goals),
        indirect=indirect,
        as_packages=as_packages,
    )
    options = {
        "source_modules": sources,
        "forbidden_modules": goals,
        "allow_indirect_imports": not indirect,
        "as_packages": as_packages,
    }

    found = violations(contract, code)

    assert (not found) == is_kept_by_linter(ForbiddenContract, options, code)
    assert (not found) == forbidden_is_kept(code, sources, goals, indirect=indirect, as_packages=as_packages)


def forbidden_is_kept(code: Code, sources: list[str], goals: list[str], *, indirect: bool, as_packages: bool) -> bool:
    def unit(name: str) -> frozenset[str]:
        return code.below(name) if as_packages else frozenset({name})

    pairs = [(unit(source), unit(goal)) for source in sources for goal in goals]
    closed = () if indirect else code.modules
    return not any(not source & goal and code.reach(source, closed) & goal for source, goal in pairs)


@given(data=st.data(), code=codes())
def test_independence(data: st.DataObject, code: Code) -> None:
    names = apart(data.draw(modules_of(code, 2)))
    contract = Independence(id="c", modules=patterns(names))
    units = [code.below(name) for name in names]
    inside = frozenset().union(*units)

    found = violations(contract, code)

    assert (not found) == (not any(code.reach(one, inside) & other for one, other in permutations(units, 2)))
    assert (not found) == is_kept_by_linter(IndependenceContract, {"modules": names}, code)


@given(data=st.data(), code=codes(), as_packages=st.booleans())
def test_protected(*, data: st.DataObject, code: Code, as_packages: bool) -> None:
    names = data.draw(modules_of(code))
    allowed = data.draw(st.lists(st.sampled_from(sorted(code.modules)), max_size=3, unique=True))
    contract = Protected(id="c", modules=targets(names), only_imported_by=patterns(allowed), as_packages=as_packages)
    options = {"protected_modules": names, "allowed_importers": allowed, "as_packages": as_packages}

    def unit(name: str) -> frozenset[str]:
        return code.below(name) if as_packages else frozenset({name})

    may = frozenset().union(*map(unit, allowed))
    found = violations(contract, code)

    illegal = [
        (importer, imported)
        for name in names
        for importer, imported in code.edges
        if imported in unit(name) and importer not in may | unit(name)
    ]
    assert {(violation.importer, violation.imported) for violation in found} == set(illegal)
    assert (not found) == is_kept_by_linter(ProtectedContract, options, code)


@given(data=st.data(), code=codes(), depth=st.integers(0, 3))
@example(
    data=None,
    code=Code(frozenset({"app", "app.a", "app.a.x", "app.b"}), frozenset({("app.a.x", "app.b"), ("app.b", "app.a")})),
    depth=0,
)
def test_acyclic(data: st.DataObject | None, code: Code, depth: int) -> None:
    ancestors = data.draw(modules_of(code)) if data else [ROOT]
    others = sorted(code.modules - set(ancestors))
    skip = data.draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if data and others else []
    contract = Acyclic(id="c", children_of=patterns(ancestors), depth=depth, skip=patterns(skip), with_init=False)
    options = {"ancestors": ancestors, "depth": str(depth), "skip_descendants": skip}

    found = violations(contract, code)

    assert (not found) == (not any(has_cycle(code, package) for package in looked_into(code, ancestors, depth, skip)))
    assert (not found) == is_kept_by_linter(AcyclicSiblingsContract, options, code)


def looked_into(code: Code, ancestors: list[str], depth: int, skip: list[str]) -> set[str]:
    below = {child for name in ancestors for child in code.children(name)} - set(skip)
    return set(ancestors) | (looked_into(code, sorted(below), depth - 1, skip) if depth and below else set())


def has_cycle(code: Code, package: str) -> bool:
    owners = {module: child for child in code.children(package) for module in code.below(child)}
    arrows = frozenset(
        (owners[importer], owners[imported])
        for importer, imported in code.edges
        if owners.get(importer, "") != owners.get(imported, "") and importer in owners and imported in owners
    )
    squashed = Code(frozenset(owners.values()), arrows)
    return any(child in squashed.reach({child}) for child in squashed.modules)


@given(data=st.data(), code=codes())
def test_what_can_never_be_broken_is_not_broken(data: st.DataObject, code: Code) -> None:
    sources, goals = data.draw(modules_of(code)), data.draw(modules_of(code))
    contract = Forbidden(id="c", modules=patterns(sources), must_not_import=targets(goals))
    everybody = Code(code.modules, frozenset(permutations(code.modules, 2)))

    assert bool(faults(contract, code)) == (not violations(contract, everybody))


EXPRESSIONS = ["app.*", "app.**", "app.a.*", "app.*.x", "app.**.p", "app.*.*", "app.a", "app.b"]


@given(data=st.data(), code=codes())
def test_wildcards_in_the_configuration_of_import_linter(
    data: st.DataObject, code: Code, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kind, options = data.draw(_with_wildcards())
    file = tmp_path_factory.mktemp("linter") / ".importlinter"
    file.write_text(_ini(kind, options))
    try:
        expected = is_kept_by_linter(kind, options, code)
    except (ValueError, GrimpException):
        return  # it does not say what is meant either

    report = check(read_config([file], file.parent), codebase=code.codebase())

    (outcome,) = report.outcomes
    if outcome.status is not OutcomeStatus.ERROR:
        assert (outcome.status is OutcomeStatus.KEPT) == expected


@st.composite
def _with_wildcards(draw: st.DrawFn) -> tuple[type[LinterContract], dict[str, list[str]]]:
    def some() -> list[str]:
        return draw(st.lists(st.sampled_from(EXPRESSIONS), min_size=1, max_size=3, unique=True))

    return draw(
        st.sampled_from(
            [
                (ForbiddenContract, {"source_modules": some(), "forbidden_modules": some()}),
                (IndependenceContract, {"modules": some()}),
                (ProtectedContract, {"protected_modules": some(), "allowed_importers": some()}),
                (AcyclicSiblingsContract, {"ancestors": some()}),
                (LayersContract, {"layers": ["(a)", "(x)", "(p)", "(b)"], "containers": some()}),
            ]
        )
    )


def _ini(kind: type[LinterContract], options: dict[str, list[str]]) -> str:
    lines = [
        "[importlinter]",
        f"root_package = {ROOT}",
        "include_external_packages = True",
        "[importlinter:contract:c]",
    ]
    lines += ["name = contract", f"type = {kind.type_name}"]
    for name, values in options.items():
        lines += [f"{name} =", *(f"    {value}" for value in values)]
    return "\n".join(lines) + "\n"
