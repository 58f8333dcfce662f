"""What patterns match, on both sides of each edge."""

import pytest
from project import Project

from archguard.codebase import Pattern


@pytest.mark.parametrize(
    ("pattern", "module", "unit"),
    [
        ("shop.order*", "shop.order", "shop.order"),
        ("shop.order*", "shop.orders", "shop.orders"),
        ("shop.order*", "shop.orders.api", "shop.orders"),
        ("shop.order*", "shop.orde", ""),
        ("shop.*order", "shop.order", "shop.order"),
        ("shop.*", "shop", ""),
        ("shop.*", "shop.a.b", "shop.a"),
        ("shop.**", "shop", ""),
        ("shop.**", "shop.a", "shop.a"),
        ("shop.**", "shop.a.b", "shop.a"),
        ("shop.**.api", "shop.api", "shop.api"),
        ("shop.**.api", "shop.a.b.api", "shop.a.b.api"),
        ("<service>::app", "my-orders::app", "my-orders::app"),
        ("<service>::app", "orders::app.api", "orders::app"),
        ("<service>::app", "app", ""),
        ("my-*::app", "my-orders::app", "my-orders::app"),
        ("app", "my-orders::app", "my-orders::app"),
    ],
)
def test_a_pattern_matches_the_shortest_part_of_a_module(pattern: str, module: str, unit: str) -> None:
    assert Pattern(pattern).unit(module) == unit


@pytest.mark.parametrize(
    ("pattern", "module", "units"),
    [
        ("shop.**", "shop.a", ("shop.a",)),
        ("shop.**", "shop.a.b", ("shop.a", "shop.a.b")),
        ("shop.**", "shop.a.b.c", ("shop.a", "shop.a.b", "shop.a.b.c")),
        ("shop.*", "shop.a.b", ("shop.a",)),
    ],
)
def test_two_stars_at_the_end_match_every_depth(pattern: str, module: str, units: tuple[str, ...]) -> None:
    assert Pattern(pattern).units(module) == units


def test_a_capture_of_services_holds_the_whole_name(project: Project) -> None:
    assert Pattern("<service>::app").bindings("my-orders::app.api") == {"service": "my-orders"}


def test_components_count_within_their_container_only(project: Project) -> None:
    project.write_all(
        {
            "a/__init__.py": "",
            "a/api.py": "",
            "a/db.py": "import b.api\n",
            "b/__init__.py": "",
            "b/api.py": "import a.db\n",
            "b/db.py": "",
        }
    )
    project.configure("""
        components: {api: "*.api", db: "*.db"}
        contracts: [{id: x, kind: layers, layers: [api, db], within: [a, b]}]
    """)

    report = project.check()

    assert report.complete
    assert not report.violations  # `a.db` imports an `api`, but not that of its own container
    project.write("a/db.py", "import a.api\n")
    assert [(it.importer, it.imported) for it in project.check().violations] == [("a.db", "a.api")]
