"""After an edit, the stored report is given again only if no verdict can be another one."""

import re
from unittest import mock

import pytest
from project import Project

from archguard import cli

CONTRACT = "contracts: [{id: c, kind: forbidden, modules: shop.a, must_not_import: shop.secret}]\n"
FILES = {
    "shop/__init__.py": "",
    "shop/a.py": "import shop.b\n",
    "shop/b.py": "import os\n",
    "shop/free.py": "import json\n",
    "shop/secret.py": "import os\n",
    "shop/leads.py": "import shop.secret\n",
    "shop/uses.py": "from shop.package import x, y\nimport shop.package\n",
    "shop/package/__init__.py": "",
    "shop/package/deep.py": "",
}


@pytest.fixture
def shop(project: Project) -> Project:
    """A project without a violation, which was checked."""
    project.write_all(FILES)
    project.configure(CONTRACT)
    assert project.ask("check").returncode == 0
    return project


def is_answered(project: Project) -> bool:
    """Whether the report is given without checking anything; it is the right one either way."""
    with mock.patch("archguard.cli.main", wraps=cli.main) as checked:
        told = project.ask("check")
    assert _without_time(told.stdout) == _without_time(project.call("check", "--no-cache").stdout)
    return not checked.called


def _without_time(report: str) -> str:
    return re.sub(r"in \d+\.\d+ s", "", report)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("free.py", "import json\nimport shop.secret\n", id="an import from where nothing is forbidden"),
        pytest.param("free.py", "import json\nfrom shop import secret\n", id="the same by from"),
        pytest.param("free.py", "import json\nfrom . import secret\n", id="the same by a dot"),
        pytest.param("free.py", "import json\nfrom .secret import x\n", id="a name in it"),
        pytest.param("b.py", "import os\nimport shop.free\n", id="an import of what leads nowhere"),
        pytest.param("b.py", "import os\nimport re, sys\n", id="imports from outside"),
        pytest.param("b.py", "import os\nimport new_library.part\n", id="a library that is new"),
        pytest.param("b.py", "", id="an import from outside that is gone"),
        pytest.param("b.py", "import os\nimport shop.b\n", id="an import of itself"),
        pytest.param("b.py", "\n\nimport os\n", id="the same at another line"),
        pytest.param(
            "uses.py",
            "import re\nimport shop.package\nfrom shop.package import x, y\n",
            id="the names of a package in another order of lines",
        ),
    ],
)
def test_an_edit_is_answered_that_changes_no_verdict(shop: Project, file: str, text: str) -> None:
    shop.write(f"shop/{file}", text)

    assert is_answered(shop)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("b.py", "import os\nimport shop.secret\n", id="an import of what is forbidden"),
        pytest.param("b.py", "import os\nimport shop.leads\n", id="an import of what leads there"),
        pytest.param("a.py", "import shop.leads\n", id="one in the place of another"),
        pytest.param("b.py", "import os\nfrom .... import x\n", id="an import that leaves the package"),
        pytest.param("b.py", "import os\nfrom shop.nothing import x\n", id="a module that there is not"),
        pytest.param("free.py", "import json\nimport shop.package\n", id="a package, which may re-export"),
        pytest.param("free.py", "import json\nfrom shop.package import x\n", id="a name in a package"),
        pytest.param("uses.py", "import shop.package\nfrom shop.package import x, z\n", id="another name in a package"),
        pytest.param("uses.py", "import shop.package\n", id="a name in a package that is gone"),
        pytest.param("b.py", "# coding: latin-1\nimport os\n", id="an encoding"),
        pytest.param("b.py", "\n# coding: latin-1\nimport os\n", id="an encoding in the second line"),
        pytest.param("b.py", "\ufeffimport os\n", id="a byte order mark"),
        pytest.param("b.py", "import os\n__import__('re')\n", id="a dynamic import"),
        pytest.param("b.py", "import os\nx = = 1\n", id="a syntax error"),
    ],
)
def test_an_edit_is_checked_that_may_change_a_verdict(shop: Project, file: str, text: str) -> None:
    shop.write(f"shop/{file}", text)

    assert not is_answered(shop)


def test_two_edits_are_judged_together(shop: Project) -> None:
    shop.write("shop/free.py", "import json\nimport shop.secret\n")
    assert is_answered(shop)
    shop.write("shop/b.py", "import os\nimport shop.free\n")

    assert not is_answered(shop)


@pytest.mark.parametrize(("count", "expected"), [(20, True), (21, False)])
def test_more_edits_than_a_person_makes_are_checked(project: Project, count: int, *, expected: bool) -> None:
    project.write_all({**FILES, **{f"shop/m{number}.py": "" for number in range(count)}})
    project.configure(CONTRACT)
    project.ask("check")

    project.write_all({f"shop/m{number}.py": "import os\n" for number in range(count)})

    assert is_answered(project) is expected


def test_a_statement_is_checked_that_goes_on_below_the_last_line_that_the_report_shows(project: Project) -> None:
    statement = "from shop import (\n    secret,\n{})\n"
    project.write_all({**FILES, "shop/a.py": statement.format("")})
    project.configure(CONTRACT)
    assert project.ask("check").returncode == 1

    project.write("shop/a.py", statement.format("    b,\n"))

    assert not is_answered(project)


BROKEN = "\nimport shop.secret\nimport re\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{BROKEN}import json\n", True),
        ("\nimport shop.secret\n", True),
        ("import re\nimport shop.secret\n", False),
        ("# a comment\nimport shop.secret\nimport re\n", True),
        ("\nimport shop.secret  # why\nimport re\n", False),
        ("\nimport shop.secret as s\nimport re\n", False),
    ],
)
def test_no_line_moves_up_to_the_last_that_the_report_shows(project: Project, text: str, *, expected: bool) -> None:
    project.write_all({**FILES, "shop/a.py": BROKEN})
    project.configure(CONTRACT)
    assert project.ask("check").returncode == 1

    project.write("shop/a.py", text)

    assert is_answered(project) is expected
