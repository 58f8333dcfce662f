"""Which modules show how code of a component is written."""

import pytest
from project import Project

from archguard.checking.session import Session
from archguard.inspection.brief import brief
from archguard.inspection.exemplary import SHOWN, Example


def examples(project: Project, name: str = "views") -> list[str]:
    return [example.module for example in found(project, name)]


def found(project: Project, name: str = "views") -> tuple[Example, ...]:
    session = Session(project.config())
    return brief(session.config, session.codebase, session.report, name).examples


@pytest.fixture
def site(project: Project) -> Project:
    project.configure(
        """
        components: {views: site.views, models: site.models}
        contracts: [{id: plain, kind: external, modules: views, deny: requests}]
        """
    )
    project.write_all(
        {
            "site/__init__.py": "",
            "site/views/__init__.py": "import flask\nimport site.models\n",
            "site/views/a.py": "import flask\nimport site.models\n",
            "site/views/b.py": "import flask\nimport site.models\nimport numpy\nimport pandas\n",
            "site/views/c.py": "import flask\nimport json\n",
            "site/views/d.py": "",
            "site/models.py": "",
        }
    )
    return project


def test_who_imports_what_most_import_comes_first_and_what_few_import_counts_against_a_module(site: Project) -> None:
    assert examples(site) == ["site.views.a", "site.views.c", "site.views.b"]
    assert found(site)[0] == Example(module="site.views.a", path="site/views/a.py", imports=("flask", "models"))


def test_what_exactly_half_import_counts_neither_way(site: Project) -> None:
    site.write("site/views/d.py", "import flask\n")
    assert examples(site) == ["site.views.a", "site.views.c", "site.views.d"]


def test_a_module_with_a_violation_is_no_example(site: Project) -> None:
    site.write("site/views/a.py", "import flask\nimport site.models\nimport requests\n")
    assert "site.views.a" not in examples(site)


def test_a_module_with_an_exemption_is_no_example(site: Project) -> None:
    site.write("site/views/a.py", "import flask\nimport requests  # archguard: ignore[plain] until March\n")
    assert "site.views.a" not in examples(site)


def test_packages_and_modules_without_imports_are_no_examples(site: Project) -> None:
    assert {"site.views", "site.views.d"}.isdisjoint(examples(site))


def test_of_equals_the_one_comes_first_that_more_import_then_by_name(site: Project) -> None:
    site.write_all({"site/views/z.py": "import flask\nimport site.models\n", "site/app.py": "import site.views.z\n"})
    assert examples(site)[:2] == ["site.views.z", "site.views.a"]


def test_a_module_is_no_example_for_itself(site: Project) -> None:
    assert "site.views.a" not in examples(site, "site.views.a")


def test_three_are_shown_and_no_fourth(site: Project) -> None:
    assert len(examples(site)) == SHOWN == 3
    site.write("site/views/e.py", "import flask\n")
    assert len(examples(site)) == SHOWN
