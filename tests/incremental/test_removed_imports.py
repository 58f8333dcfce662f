"""An import that is gone is judged like one that has come: it may have been what made a verdict."""

import re

from project import Project

_TARGETS = range(25)


def _hub(*left_out: int) -> str:
    return "".join(f"import shop.parts.t{number}\n" for number in _TARGETS if number not in left_out)


def _told(report: str) -> str:
    """A report without the time that it took."""
    return re.sub(r"in \d+\.\d+ s", "", report)


def _shop(project: Project, contract: str) -> None:
    project.write_all({f"shop/parts/t{number}.py": "" for number in _TARGETS})
    project.write_all({"shop/__init__.py": "", "shop/parts/__init__.py": "", "shop/a.py": "import shop.hub\n"})
    project.write_all({"shop/hub.py": _hub(), "shop/other.py": "import shop.free\nimport json\n", "shop/free.py": ""})
    project.configure(contract)


_FORBIDDEN = 'contracts: [{id: c, kind: forbidden, modules: shop.a, must_not_import: "shop.parts.*"}]\n'


def test_an_import_that_is_gone_makes_a_violation_smaller(project: Project) -> None:
    _shop(project, _FORBIDDEN)
    before = project.ask("check").stdout

    project.write("shop/hub.py", _hub(24))

    after = project.ask("check").stdout
    assert _told(after) == _told(project.call("check", "--no-cache").stdout) != _told(before)


def test_the_last_import_on_the_way_makes_it_vanish(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": "\n\nimport shop.c\n"})
    project.write("shop/c.py")
    project.configure("contracts: [{id: c, kind: forbidden, modules: shop.a, must_not_import: shop.c}]\n")
    assert project.ask("check").returncode == 1

    project.write("shop/b.py", "\n\n\n")

    assert project.ask("check").returncode == 0


def test_an_import_that_no_contract_forbids_may_go_without_a_look(project: Project) -> None:
    _shop(project, _FORBIDDEN)
    before = project.ask("check").stdout

    project.write("shop/other.py", "import json\n")

    after = project.ask("check").stdout
    assert _told(after) == _told(project.call("check", "--no-cache").stdout)
    assert after.partition("BROKEN")[0] == before.partition("BROKEN")[0]
