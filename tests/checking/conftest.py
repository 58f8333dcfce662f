"""A shop whose controllers reach for the repositories, in a git repository."""

import pytest
from project import Project
from repository import commit, git


@pytest.fixture
def shop(project: Project) -> Project:
    """Controllers that import repositories, which is one violation, committed to git."""
    git(project, "init", "--quiet", "--initial-branch=main")
    project.write_all({"shop/__init__.py": "", "shop/repositories.py": "class Orders: ...\n"})
    project.write("shop/controllers.py", "from shop import repositories\n")
    project.configure(
        """\
        contracts:
          - id: layered
            kind: forbidden
            modules: shop.controllers
            must_not_import: shop.repositories
        """
    )
    commit(project)
    return project
