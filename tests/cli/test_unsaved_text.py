"""`check --stdin-filename` reports on a text as if it were saved, with and without a resident process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from daemons import PATIENCE, Daemons
from project import Project

from archguard.reporters import reporter_names

CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    contracts:
      - {id: layered, kind: layers, layers: [shop.api, shop.db], reason: Storage does not know who asks.}
      - {id: plain, kind: external, modules: shop, deny: requests}
"""
SECONDS = re.compile(rb'in \d+\.\d\d s|"seconds": [\d.]+|time="[\d.]+"|duration=\W[\d.]+')


@pytest.fixture
def shop(project: Project) -> Project:
    project.configure(CONTRACTS)
    project.write_all(
        {"shop/__init__.py": "", "shop/api.py": "import requests\n", "shop/db.py": "", "shop/more.py": ""}
    )
    return project


def run(
    project: Project, *arguments: str, text: str | bytes | None = None, **environment: str
) -> tuple[int, bytes, bytes]:
    """Exit code, stdout without seconds, and stderr."""
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "FORCE_COLOR")}
    done = subprocess.run(
        [sys.executable, "-m", "archguard", "check", *arguments],
        cwd=project.root,
        env=kept | environment,
        input=text.encode() if isinstance(text, str) else text,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, SECONDS.sub(b"", done.stdout), done.stderr


def as_if_saved(project: Project, path: str, text: str | bytes, *arguments: str) -> tuple[int, bytes, bytes]:
    """The answer for `text`, which is the same without a resident process, with one, and for the saved file."""
    options = ("--stdin-filename", path, *arguments)
    alone = run(project, *options, "--no-cache", text=text)
    resident = run(project, *options, text=text)
    before = (project.root / path).read_bytes() if (project.root / path).exists() else None
    project.write(path, text)
    saved = run(project, path, *arguments, "--no-cache")
    if before is None:
        (project.root / path).unlink()
    else:
        project.write(path, before)
    assert alone == resident == saved
    return resident


def start(project: Project, daemons: Daemons) -> None:
    assert "error" not in daemons.check(project, {})


def test_every_format_is_the_same_with_and_without_a_resident_process(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)

    def written(*arguments: str) -> dict[str, bytes]:
        formats = [f"--format={name}:report.{name}" for name in reporter_names()]
        assert run(shop, *arguments, *formats, text="from shop import api\n")[0] == 1
        return {name: SECONDS.sub(b"", (shop.root / f"report.{name}").read_bytes()) for name in reporter_names()}

    alone = written("--stdin-filename", "shop/db.py", "--no-cache")
    resident = written("--stdin-filename", "shop/db.py")
    shop.write("shop/db.py", "from shop import api\n")

    assert alone == resident == written("shop/db.py")
    assert all(b"layered" in report and b"shop.db" in report for report in alone.values())


def test_the_resident_process_is_asked_if_there_is_one(shop: Project, daemons: Daemons) -> None:
    run(shop, "--stdin-filename", "shop/db.py", text="")
    assert daemons.pid(shop) is None

    start(shop, daemons)
    before = daemons.ask(shop, "status")["answered"]
    run(shop, "--stdin-filename", "shop/db.py", text="")
    run(shop, "--stdin-filename", "shop/db.py", "--no-cache", text="")
    run(shop, "--stdin-filename", "shop/db.py", "--contract", "layered", text="")

    assert daemons.ask(shop, "status")["answered"] == before + 1


def test_the_answer_of_a_resident_process_needs_no_library(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    command = [sys.executable, "-X", "importtime", "-m", "archguard", "check", "--stdin-filename=shop/db.py"]

    done = subprocess.run(
        command, cwd=shop.root, input="import requests\n", capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "archguard.servers.unsaved" in done.stderr
    assert not [name for name in ("click", "dataclasses", "json", "pathlib", "typing") if f"| {name}\n" in done.stderr]


def test_a_coloured_report_is_the_same(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    options = ("--stdin-filename", "shop/db.py")

    alone = run(shop, *options, "--no-cache", text="import requests\n", FORCE_COLOR="1")

    assert alone == run(shop, *options, text="import requests\n", FORCE_COLOR="1")
    assert b"\x1b[" in alone[1]


def test_the_severity_that_fails_is_the_same(shop: Project, daemons: Daemons) -> None:
    shop.configure(CONTRACTS.replace("deny: requests", "deny: requests, severity: warning"))
    start(shop, daemons)
    for value, code in {"error": 0, "warning": 1, "nonsense": 2}.items():
        options = ("--stdin-filename", "shop/db.py", "--fail-on", value)

        alone = run(shop, *options, "--no-cache", text="import requests\n")

        assert alone == run(shop, *options, text="import requests\n")
        assert alone[0] == code


WRONG = [
    ("--format", "nonsense"),
    ("--config", "missing.yaml"),
    ("--baseline", "missing.yaml"),
    ("--nonsense",),
    ("--format",),
    ("--stdin-filename", "shop"),
    ("--stdin-filename", ""),
]


def test_what_is_wrong_with_options_is_told_alike(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    for options in WRONG:
        given = ("--stdin-filename", "shop/db.py", *options)

        alone = run(shop, "--no-cache", *given, text="")

        assert alone == run(shop, *given, text="")
        assert alone[0] == 2, options


def test_several_formats_go_to_stdout(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    as_if_saved(shop, "shop/db.py", "import requests\n", "--format", "github", "--format", "checkstyle")


def test_only_what_is_in_the_file_is_reported(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    code, out, _ = as_if_saved(shop, "shop/db.py", "import json\n")

    assert code == 0
    assert b"requests" not in out


def test_the_text_may_remove_what_is_on_disk(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    assert run(shop, "shop/api.py")[0] == 1
    assert as_if_saved(shop, "shop/api.py", "")[0] == 0


def test_a_new_file_is_checked(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    code, out, _ = as_if_saved(shop, "shop/new.py", "import requests\n")

    assert code == 1
    assert b"shop/new.py:1:8" in out


def test_a_syntax_error_is_not_checked(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    code, out, _ = as_if_saved(shop, "shop/db.py", "from shop import api\ndef broken(:\n")

    assert code == 2
    assert b"shop/db.py:2:12: error" in out
    assert b"is not valid Python" in out


def test_the_baseline_applies(shop: Project, daemons: Daemons) -> None:
    shop.write("shop/db.py", "from shop import api\n")
    assert shop.call("baseline").returncode == 0
    start(shop, daemons)
    assert as_if_saved(shop, "shop/db.py", "# moved\nfrom shop import api\n")[0] == 0
    assert as_if_saved(shop, "shop/db.py", "from shop import api\nimport requests\n")[0] == 1
    assert as_if_saved(shop, "shop/db.py", "", "--strict-baseline")[0] == 1

    (shop.root / "archguard-baseline.yaml").rename(shop.root / "known.yaml")
    assert as_if_saved(shop, "shop/db.py", "from shop import api\n")[0] == 1
    assert as_if_saved(shop, "shop/db.py", "from shop import api\n", "--baseline", "known.yaml")[0] == 0


def test_comments_in_the_text_apply(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    assert as_if_saved(shop, "shop/db.py", "import requests  # archguard: ignore[plain] a test\n")[0] == 0
    code, out, _ = as_if_saved(shop, "shop/db.py", "import json  # archguard: ignore[plain] a test\n")
    assert b"ignore" in out
    assert code in (0, 2)


def test_a_text_in_another_encoding_is_read_as_python_reads_it(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    text = b"# -*- coding: latin-1 -*-\nname = '\xe4'\nimport requests\n"

    code, out, _ = as_if_saved(shop, "shop/db.py", text)

    assert code == 1
    assert b"shop/db.py:3:8" in out


def test_a_file_that_is_no_module_is_told(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    code, out, _ = as_if_saved(shop, "notes.py", "import requests\n")

    assert code == 0
    assert b"no module" in out


def test_a_file_outside_of_the_project_is_an_error(
    shop: Project, daemons: Daemons, tmp_path_factory: pytest.TempPathFactory
) -> None:
    start(shop, daemons)
    outside = str(tmp_path_factory.mktemp("outside") / "x.py")

    alone = run(shop, "--stdin-filename", outside, "--no-cache", text="")

    assert alone == run(shop, "--stdin-filename", outside, text="")
    assert alone[0] == 2
    assert b"outside of the project" in alone[2]


def test_a_broken_configuration_is_the_same_error(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    shop.configure(CONTRACTS.replace("kind: external", "kind: extrenal"))

    alone = run(shop, "--stdin-filename", "shop/db.py", "--no-cache", text="")

    assert alone == run(shop, "--stdin-filename", "shop/db.py", text="")
    assert alone[0] == 2
    assert b"archguard.yaml:6" in alone[2]


def test_the_path_may_lead_over_a_link(
    shop: Project, daemons: Daemons, tmp_path_factory: pytest.TempPathFactory
) -> None:
    start(shop, daemons)
    link = tmp_path_factory.mktemp("links") / "project"
    link.symlink_to(shop.root)
    path = str(link / "shop/db.py")

    alone = run(shop, "--stdin-filename", path, "--no-cache", text="import requests\n")

    assert alone == run(shop, "--stdin-filename", path, text="import requests\n")
    assert alone[0] == 1


def test_reports_go_to_files_as_well(shop: Project, daemons: Daemons) -> None:
    start(shop, daemons)
    options = ("--stdin-filename", "shop/db.py", "--format", "text", "--format", "json:report.json")

    assert run(shop, *options, text="import requests\n")[0] == 1
    assert '"requests"' in Path(shop.root / "report.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", [("shop",), ("--since", "HEAD"), ("--since-merge-base", "main"), ("--profile",)])
def test_options_for_whole_projects_are_refused(shop: Project, option: tuple[str, ...]) -> None:
    done = shop.call("check", "--stdin-filename", "shop/db.py", *option)

    assert done.returncode == 2
    assert "--stdin-filename goes neither with" in done.stderr


def test_an_answer_is_never_stored(shop: Project, daemons: Daemons) -> None:
    run(shop, "--stdin-filename", "shop/db.py", text="import requests\n")

    assert run(shop, "--stdin-filename", "shop/db.py", text="")[0] == 0
    assert not (shop.root / ".archguard_cache/reports").exists()
