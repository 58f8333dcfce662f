"""What somebody sees who starts archguard for the first time."""

import pytest
from project import Project


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_without_a_configuration_the_help_says_what_to_do_next(project: Project, arguments: list[str]) -> None:
    run = project.run(*arguments, COLUMNS="300")

    assert "Next:\n  There is no configuration in " in run.stdout + run.stderr
    assert "`archguard init` writes one from what the code does" in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("text", ["version: 1\n", "contracts: [\n"])
def test_with_a_configuration_good_or_bad_it_does_not(project: Project, text: str) -> None:
    project.configure(text)

    run = project.run("--help")

    assert run.returncode == 0
    assert "Next:" not in run.stdout
