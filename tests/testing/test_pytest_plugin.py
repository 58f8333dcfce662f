"""`pytest --archguard`: each contract is a test."""

import subprocess
import sys

import pytest
from project import Project


@pytest.fixture
def shop(project: Project) -> Project:
    """A contract that is broken and one that is kept, with a test of its own beside them."""
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/web.py": "import shop.db\n"})
    project.write("test_shop.py", "def test_nothing():\n    pass\n")
    project.configure(
        """\
        contracts:
          - {id: no-db, kind: forbidden, reason: Views stay thin., modules: shop.web, must_not_import: shop.db}
          - {id: round, kind: acyclic, children_of: shop}
        """
    )
    return project


def _pytest(project: Project, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=project.root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_broken_contract_fails_with_what_the_command_line_prints(shop: Project) -> None:
    code, output = _pytest(shop, "--archguard")

    assert code == 1
    assert "shop/web.py:1:8: error: shop.web must not import shop.db [no-db]" in output
    assert "= why: Views stay thin." in output
    assert "1 failed, 3 passed" in output
    assert "Traceback" not in output


def test_each_contract_is_a_test_by_its_name(shop: Project) -> None:
    _, output = _pytest(shop, "--archguard", "--collect-only", "-q")

    assert [line for line in output.splitlines() if "archguard" in line] == [
        *("::archguard::no-db", "::archguard::round", "::archguard::problems"),
    ]


def test_without_being_asked_nothing_of_archguard_is_imported(shop: Project) -> None:
    shop.write(
        "test_shop.py",
        """\
import sys

def test_nothing_is_there():
    assert {name for name in sys.modules if name.startswith("archguard.")} <= {
        "archguard.testing", "archguard.testing.pytest_plugin"
    }
""",
    )

    code, output = _pytest(shop)

    assert code == 0, output


def test_what_could_not_be_looked_at_fails_a_test_of_its_own(shop: Project) -> None:
    shop.write("shop/bad.py", "def (:\n")

    code, output = _pytest(shop, "--archguard")

    assert code == 1
    assert "shop/bad.py:1:5: error: is not valid Python" in output


def test_a_faulty_configuration_is_a_usage_error(shop: Project) -> None:
    shop.configure("contracts: [{id: no-db, kind: forbiden}]\n")

    code, output = _pytest(shop, "--archguard")

    assert code == 4
    assert "did you mean 'forbidden'?" in output


def test_the_baseline_holds_here_too(shop: Project) -> None:
    shop.run("baseline")

    code, output = _pytest(shop, "--archguard")

    assert code == 0, output


def test_the_configuration_can_be_named_in_the_ini_file(shop: Project) -> None:
    (shop.root / "archguard.yaml").rename(shop.root / "rules.yaml")
    shop.write("pytest.ini", "[pytest]\narchguard_config = rules.yaml\n")

    _, output = _pytest(shop, "--archguard")

    assert "1 failed, 3 passed" in output


def test_the_baseline_can_be_named_in_the_ini_file_from_wherever_pytest_runs(shop: Project) -> None:
    shop.run("baseline", "--baseline", "known.yaml")
    shop.write("pytest.ini", "[pytest]\narchguard_baseline = known.yaml\n")
    (shop.root / "docs").mkdir()

    code, output = _pytest(Project(shop.root / "docs"), "--archguard", "..")

    assert code == 0, output


def test_it_runs_on_several_workers(shop: Project) -> None:
    _, output = _pytest(shop, "--archguard", "-n", "2")

    assert "1 failed, 3 passed" in output
