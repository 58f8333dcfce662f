"""A small shop with layers, and the bundled example."""

import shutil
from pathlib import Path

import pytest
from project import Project

EXAMPLE = Path(__file__).parents[3] / "examples/layered_shop"


@pytest.fixture
def shop(project: Project) -> Project:
    project.configure(
        """\
        version: 1
        project: {packages: [shop]}
        components:
          web: {modules: shop.web, description: what customers see}
          data: shop.data
        contracts:
          - id: layered
            kind: layers
            reason: The web is replaced every year.
            layers: [web, data]
        """
    )
    project.write("shop/__init__.py")
    project.write("shop/data.py", "TABLE = {}\n")
    project.write("shop/web.py", "from shop.data import TABLE\n\nprint(TABLE)\n")
    return project


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the bundled example, to write into."""
    (tmp_path / ".git").mkdir()
    return shutil.copytree(EXAMPLE, tmp_path / "layered_shop")
