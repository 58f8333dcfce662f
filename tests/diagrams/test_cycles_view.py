"""The view of cycles: the imports of which they consist, however many modules there are."""

from drawn import arrow, pairs, view
from project import Project

from archguard.diagrams import dot, mermaid


def ring(project: Project, names: list[str]) -> None:
    """Modules each of which imports the next one, and the last one the first."""
    imports = zip(names, [*names[1:], names[0]], strict=True)
    project.write_all({f"{one.replace('.', '/')}.py": f"import {other}\n" for one, other in imports})


def test_an_import_from_one_cycle_to_another_is_none_of_their_own(project: Project) -> None:
    ring(project, ["shop.a.one", "shop.b.one"])
    ring(project, ["shop.a.two", "shop.b.two"])
    project.write("shop/a/one.py", "import shop.b.one\nimport shop.b.two\n")
    project.configure("project: {packages: [shop]}\ncontracts: []")

    assert pairs(view(project, "cycles")) == [
        ("shop.a.one", "shop.b.one"),
        ("shop.a.two", "shop.b.two"),
        ("shop.b.one", "shop.a.one"),
        ("shop.b.two", "shop.a.two"),
    ]
    folded = view(project, "cycles", limit=2)
    assert arrow(folded, "shop.a", "shop.b").count == 2
    assert len(view(project, "cycles", depth=2).nodes) == 2
    assert arrow(view(project, "cycles", depth=2), "shop.a", "shop.b").count == 3


def test_packages_that_only_lead_to_a_cycle_are_not_drawn(project: Project) -> None:
    ring(project, ["shop.a.one", "shop.b.one"])
    project.write("shop/c/one.py", "import shop.a.one\n")
    project.configure("project: {packages: [shop]}\ncontracts: []")

    assert {it.name for it in view(project, "cycles", depth=2).nodes} == {"shop.a", "shop.b"}


def test_a_cycle_of_more_modules_than_fit_is_there_though_it_is_within_one_package(project: Project) -> None:
    ring(project, [f"shop.big.m{number:02}" for number in range(45)])
    ring(project, ["shop.x.one", "shop.y.one"])
    project.configure("project: {packages: [shop]}\ncontracts: []")

    drawn = view(project, "cycles")

    assert {it.name for it in drawn.nodes} == {"shop.big", "shop.x", "shop.y"}
    assert drawn.notes == (
        "47 modules are drawn as 3 packages",
        "1 cycle is within a package, and not to be seen at this depth",
    )
    assert len(view(project, "cycles", limit=None).arrows) == 47


def test_no_arrow_of_a_cycle_is_too_light_to_be_shown(project: Project) -> None:
    names = [f"m{number:02}" for number in range(30)]
    ahead = {one: [names[(at + step) % 30] for step in range(1, 5)] for at, one in enumerate(names)}
    files = {f"shop/{one}.py": "".join(f"import shop.{other}\n" for other in ahead[one]) for one in names}
    project.write_all({"shop/__init__.py": "", **files})
    project.configure("contracts: []")

    drawn = view(project, "cycles")

    assert len(drawn.arrows) == 30 * 4
    assert drawn.notes == ()
    assert len(view(project, "packages").arrows) < 30 * 4


def test_the_arrow_that_closes_a_cycle_is_dashed(project: Project) -> None:
    ring(project, ["shop.a", "shop.b", "shop.c"])
    project.write("shop/__init__.py")
    project.configure("contracts: []")

    drawn = view(project, "cycles")

    assert [it.closes_cycle for it in drawn.arrows].count(True) == 1
    assert dot.render(drawn).count("style=dashed") == 1
    assert mermaid.render(drawn).count("-.->") == 1
