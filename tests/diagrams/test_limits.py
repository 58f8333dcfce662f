"""No hairballs: what is too much for one picture is put together, and the picture says so."""

from drawn import arrow, node, pairs, view
from project import Project

from archguard.diagrams import Arrow, Node, NodeKind, View, mermaid


def shop_of(project: Project, packages: int, *imports: tuple[int, int]) -> None:
    """`shop.p0`, `shop.p1`, ...: each a package with the module `m`, and imports among those modules."""
    files = {f"shop/p{number}/{name}.py": "" for number in range(packages) for name in ("__init__", "m", "n")}
    for importer, imported in imports:
        files[f"shop/p{importer}/m.py"] += f"import shop.p{imported}.m\n"
    project.write_all({"shop/__init__.py": "", **files})
    project.configure("contracts: []")


def test_a_depth_with_too_many_packages_is_not_drawn(project: Project) -> None:
    shop_of(project, 5, (0, 1), (1, 2))

    drawn = view(project, "packages", depth=3, limit=5)

    assert [it.name for it in drawn.nodes] == [f"shop.p{number}" for number in range(5)]
    assert drawn.notes == ("depth 3 is too much for one picture: 16 modules are drawn as 5 packages",)


def test_packages_with_the_fewest_imports_become_one_node(project: Project) -> None:
    shop_of(project, 5, (0, 1), (1, 0), (0, 2), (3, 0))

    drawn = view(project, "packages", limit=3)

    assert [it.label for it in drawn.nodes] == ["3 more", "p0", "p1"]
    assert node(drawn, "...").kind is NodeKind.REST
    assert pairs(drawn) == [("...", "shop.p0"), ("shop.p0", "..."), ("shop.p0", "shop.p1"), ("shop.p1", "shop.p0")]
    assert drawn.notes == ("3 of 5 are drawn as one node: those with the fewest imports",)


def test_what_breaks_a_contract_is_not_folded(project: Project) -> None:
    shop_of(project, 5, (0, 1), (1, 0), (0, 2), (3, 4))
    project.configure("contracts: [{id: apart, kind: forbidden, modules: shop.p3, must_not_import: shop.p4}]")

    drawn = view(project, "packages", limit=3)

    assert [it.label for it in drawn.nodes] == ["3 more", "p3", "p4"]
    assert arrow(drawn, "shop.p3", "shop.p4").contracts == ("apart",)


def test_of_very_many_arrows_the_lightest_are_left_out_but_none_that_breaks_a_contract(project: Project) -> None:
    downwards = [(one, other) for one in range(12) for other in range(one + 1, 12)]
    shop_of(project, 12, *downwards, *((0, other) for other in range(1, 12)))
    project.configure("contracts: [{id: apart, kind: forbidden, modules: shop.p9, must_not_import: shop.p11}]")

    drawn = view(project, "packages")

    assert [pair for pair in pairs(drawn) if "shop.p0" not in pair] == [
        ("shop.p9", "shop.p10"),
        ("shop.p9", "shop.p11"),
    ]
    assert drawn.notes == (
        "53 of 66 arrows are left out, each of 1 import at most; none breaks a contract or closes a cycle",
    )


def test_without_a_limit_everything_is_drawn(project: Project) -> None:
    everybody = [(one, other) for one in range(8) for other in range(8) if one != other]
    shop_of(project, 8, *everybody)

    drawn = view(project, "packages", depth=3, limit=None)

    assert len(drawn.arrows) == len(everybody)
    assert drawn.notes == ()


def crowd(nodes: int, name: str) -> View:
    """Everybody imports everybody."""
    names = [f"{name}{number}" for number in range(nodes)]
    arrows = (Arrow(source=one, target=other, count=1, lines=()) for one in names for other in names if one != other)
    members = (Node(name=it, label=it, kind=NodeKind.MODULE) for it in names)
    return View(title="crowd", nodes=tuple(members), arrows=tuple(arrows))


def test_mermaid_gets_no_more_arrows_than_it_draws() -> None:
    text = mermaid.render(crowd(30, "m"))

    assert text.count("-->") == mermaid.EDGES
    assert "370 of 870 arrows are left out: they do not fit" in text


def test_mermaid_gets_no_more_text_than_it_reads() -> None:
    text = mermaid.render(crowd(100, "a_very_long_name_of_a_module_that_goes_on_and_on_" * 5))

    assert len(text) <= mermaid.CHARACTERS
    assert text.count("-->") > 50
