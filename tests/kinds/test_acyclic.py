"""`acyclic`: what its reference page does not show."""

import pytest
from project import Project, broken

RING = {
    "shop/__init__.py": "",
    "shop/a/__init__.py": "import shop.b\n",
    "shop/b/__init__.py": "import shop.c\n",
    "shop/c/__init__.py": "import shop.a\n",
    "shop/d/__init__.py": "import shop.a\n",
}


def test_every_import_of_a_cycle_is_listed_with_the_cycle_that_it_begins(project: Project) -> None:
    project.write_all(RING)
    project.configure("contracts: [{id: x, kind: acyclic, children_of: shop}]\n")

    report = project.check()

    assert broken(report) == [("shop.a", "shop.b", 1), ("shop.b", "shop.c", 1), ("shop.c", "shop.a", 1)]
    assert report.violations[1].message == (
        "shop.b must not import shop.c: shop.b -> shop.c -> shop.a -> shop.b is a cycle"
    )
    assert len(report.violations[1].chain) == 3


def test_the_identity_of_a_violation_does_not_depend_on_where_the_cycle_begins(project: Project) -> None:
    project.write_all(RING)
    project.configure("contracts: [{id: x, kind: acyclic, children_of: shop}]\n")
    before = {violation.fingerprint for violation in project.check().violations}

    project.write("shop/a/__init__.py", "import shop.d\nimport shop.b\n")
    after = {violation.fingerprint for violation in project.check().violations}

    assert before < after


def test_the_fewest_imports_are_named_to_be_cut(project: Project) -> None:
    project.write_all(RING)
    project.write("shop/a/__init__.py", "import shop.b\nfrom shop.b import x\n")
    project.write("shop/b/__init__.py", "import shop.c\nfrom shop.c import x\nimport shop.a\n")
    project.configure("contracts: [{id: x, kind: acyclic, children_of: shop}]\n")

    fixes = {violation.fix[0] for violation in project.check().violations}

    assert fixes == {
        "cut the fewest imports that break every cycle here: shop.b -> shop.a, shop.c -> shop.a",
    }


@pytest.mark.parametrize(("with_init", "cycles"), [("true", 2), ("false", 0)])
def test_the_init_of_a_package_is_one_of_its_children_by_default(project: Project, with_init: str, cycles: int) -> None:
    project.write_all({"shop/__init__.py": "import shop.a\n", "shop/a.py": "import shop\n", "shop/b.py": ""})
    project.configure(f"contracts: [{{id: x, kind: acyclic, children_of: shop, with_init: {with_init}}}]\n")

    assert len(project.check().violations) == cycles


PACKAGES_IN_A_RING = {
    "shop/__init__.py": "",
    "shop/a/__init__.py": "",
    "shop/a/one.py": "import shop.b.one\n",
    "shop/a/two.py": "",
    "shop/b/__init__.py": "",
    "shop/b/one.py": "",
    "shop/b/two.py": "import shop.a.two\n",
}


@pytest.mark.parametrize(("as_packages", "cycles"), [("true", 2), ("false", 0)])
def test_packages_can_form_a_cycle_of_which_no_module_is_a_part(
    project: Project, as_packages: str, cycles: int
) -> None:
    project.write_all(PACKAGES_IN_A_RING)
    project.configure(f"contracts: [{{id: x, kind: acyclic, modules: shop.*, as_packages: {as_packages}}}]\n")

    assert len(project.check().violations) == cycles


def test_a_cycle_of_single_modules_is_found_wherever_they_are(project: Project) -> None:
    project.write_all({**PACKAGES_IN_A_RING, "shop/b/one.py": "import shop.a.one\n"})
    project.configure("contracts: [{id: x, kind: acyclic, modules: shop.**, as_packages: false}]\n")

    assert broken(project.check()) == [("shop.a.one", "shop.b.one", 1), ("shop.b.one", "shop.a.one", 1)]


def test_an_init_that_passes_names_on_is_no_cycle(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "from shop.models import Order\n",
            "shop/models.py": "from shop import config\n",
            "shop/config.py": "",
            "shop/api.py": "from shop import Order\n",
        }
    )
    project.configure("contracts: [{id: x, kind: acyclic, children_of: shop}]\n")

    assert project.check().passed


def test_an_import_that_a_comment_overlooks_cuts_the_cycle_like_an_ignore(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/a.py": "import shop.b  # archguard: ignore[x] until the events are there\n",
            "shop/b.py": "import shop.a\n",
            "shop/c.py": "import shop.d\n",
            "shop/d.py": "import shop.c\n",
        }
    )
    project.configure("contracts: [{id: x, kind: acyclic, children_of: shop}]\n")

    report = project.check()

    assert {it.importer for it in report.violations} == {"shop.c", "shop.d"}
    assert report.summary.suppressed == 1
    assert not report.problems


def test_a_comment_on_an_import_that_is_on_no_cycle_is_unused(project: Project) -> None:
    project.write_all(
        {"shop/__init__.py": "", "shop/a.py": "import shop.b  # archguard: ignore[x] why\n", "shop/b.py": ""}
    )
    project.configure("contracts: [{id: x, kind: acyclic, children_of: shop}]\n")

    assert [problem.code for problem in project.check().problems] == ["unused-ignore"]


def test_modules_alone_form_cycles_where_a_pattern_names_each(project: Project) -> None:
    project.write_all({"shop/a/x.py": "import shop.a.y\n", "shop/a/y.py": "import shop.a.x\n", "shop/b.py": ""})
    project.configure("""\
        contracts:
          - {id: packages, kind: acyclic, modules: shop.*}
          - {id: modules, kind: acyclic, modules: shop.**}
    """)

    report = project.check()

    assert [(violation.contract, violation.importer) for violation in report.violations] == [
        ("modules", "shop.a.x"),
        ("modules", "shop.a.y"),
    ]


def test_depth_and_skip_say_how_far_down_one_looks(project: Project) -> None:
    deep = {"shop/a/b/c/x.py": "import shop.a.b.c.y\n", "shop/a/b/c/y.py": "import shop.a.b.c.x\n"}
    project.write_all(deep | {"shop/z.py": "", "shop/a/z.py": "", "shop/a/b/z.py": ""})
    project.configure("""\
        contracts:
          - {id: all, kind: acyclic, children_of: shop}
          - {id: three, kind: acyclic, children_of: shop, depth: 3}
          - {id: two, kind: acyclic, children_of: shop, depth: 2}
          - {id: skipping, kind: acyclic, children_of: shop, skip: shop.a.b}
    """)

    counts = {outcome.id: outcome.violations for outcome in project.check().outcomes}

    assert counts == {"all": 2, "three": 2, "two": 0, "skipping": 0}


def test_a_type_checking_import_makes_no_cycle_where_it_does_not_count(project: Project) -> None:
    guarded = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.a\n"
    project.write_all({"shop/a.py": "import shop.b\n", "shop/b.py": guarded})
    project.configure("""\
        contracts:
          - {id: all, kind: acyclic, children_of: shop}
          - {id: running, kind: acyclic, children_of: shop, type_checking_imports: exclude}
    """)

    assert [outcome.violations for outcome in project.check().outcomes] == [2, 0]


def test_a_tangle_of_many_is_listed_in_full(project: Project) -> None:
    project.write_all(
        {f"shop/m{one}.py": "".join(f"import shop.m{other}\n" for other in range(30)) for one in range(30)}
    )
    project.configure("contracts: [{id: x, kind: acyclic, children_of: shop}]\n")

    assert len(project.check().violations) == 30 * 29


def test_nothing_that_could_form_a_cycle_is_a_fault(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "other.py": ""})
    project.configure("contracts: [{id: x, kind: acyclic, children_of: shop}, {id: y, kind: acyclic}]\n")

    assert [outcome.status for outcome in project.check().outcomes] == ["error", "error"]


@pytest.mark.parametrize(("depth", "faults"), [(-1, ["there is no depth of -1"]), (0, [])])
def test_no_package_is_above_the_one_that_is_named(project: Project, depth: int, faults: list[str]) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "", "shop/b.py": ""})
    project.configure(f"contracts: [{{id: tidy, kind: acyclic, children_of: shop, depth: {depth}}}]")

    report = project.check()

    assert [problem.message for problem in report.problems] == faults
