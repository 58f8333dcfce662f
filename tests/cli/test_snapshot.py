"""What `archguard check` keeps of a run: when it answers, when it must not, and that nothing breaks for it."""

import json
import os
import re
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path
from unittest import mock

import pytest
from project import Project
from repository import commit, git

from archguard import cli

LIBRARIES = {"click", "grimp", "importlinter", "networkx", "pydantic", "rich", "yaml"}
SEVERAL = ("check", "--format", "text", "--format", "github", "--format", "sarif:a.sarif", "--format", "html:a.html")


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with one violation."""
    project.write_all({"shop/__init__.py": "", "shop/api.py": "", "shop/db.py": "import shop.api\n"})
    project.configure(
        """
        contracts:
          - {id: layered, kind: layers, layers: [shop.api, shop.db]}
        """
    )
    return project


def imported(profile: str) -> set[str]:
    """The top-level packages of other people in what `-X importtime` tells."""
    return LIBRARIES & set(re.findall(r"\| +(\w+)$", profile, re.MULTILINE))


def is_answered(project: Project) -> bool:
    """Whether the answer is there without a look at anything."""
    with mock.patch("archguard.cli.main", wraps=cli.main) as looked:
        project.ask("check")
    return not looked.called


def kept(project: Project) -> list[Path]:
    """The files of the snapshots."""
    return sorted((project.root / ".archguard_cache/reports").iterdir())


def test_the_same_bytes_are_written_to_the_same_places_without_any_library(shop: Project) -> None:
    shop.write_all({"a.sarif": "", "a.html": ""})  # a file more in the folder would be looked at
    first = shop.run(*SEVERAL)
    files = [(shop.root / name).read_bytes() for name in ("a.sarif", "a.html")]
    shop.write_all({"a.sarif": "", "a.html": ""})

    second = shop.run(*SEVERAL)

    assert (second.returncode, second.stdout, second.stderr) == (1, first.stdout, "")
    assert [(shop.root / name).read_bytes() for name in ("a.sarif", "a.html")] == files


@pytest.mark.parametrize("how", [["-m", "archguard"], ["-c", "from {} import {}; {}()"]])
def test_no_library_is_imported_for_it(how: list[str], shop: Project) -> None:
    script = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["scripts"][
        "archguard"
    ]
    module, _, name = script.partition(":")
    command = [sys.executable, "-X", "importtime", *(part.format(module, name, name) for part in how), "check"]

    first, second = (
        subprocess.run(command, cwd=shop.root, capture_output=True, encoding="utf-8", check=False) for _ in range(2)
    )

    assert imported(first.stderr) >= {"click", "yaml"}
    assert not imported(second.stderr)
    assert first.stdout == second.stdout != ""


def test_another_environment_is_another_question(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [is_answered(shop), is_answered(shop)] == [False, True]

    monkeypatch.setenv("CI_JOB_ID", "99")
    assert is_answered(shop)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not is_answered(shop)
    monkeypatch.syspath_prepend("/nowhere")
    assert not is_answered(shop)
    monkeypatch.undo()
    assert is_answered(shop)


def test_a_configuration_that_appears_nearer_is_seen(shop: Project) -> None:
    shop.write("below/here/x.txt")
    below = Project(shop.root / "below/here")
    assert [below.ask("check").returncode for _ in range(2)] == [1, 1]

    shop.configure("contracts: []\n", "below/archguard.yaml")

    assert below.ask("check").returncode == 2


def test_what_was_kept_for_a_part_of_the_code_is_not_looked_at_itself(shop: Project) -> None:
    shop.configure("project: {source_roots: ['..']}\n" + (shop.root / "archguard.yaml").read_text(), "below/a.yaml")
    shop.ask("check", "--config", "below/a.yaml", "--format", "json")

    shop.ask("check", "--config", "below/a.yaml")

    with mock.patch("archguard.cli.main", side_effect=AssertionError):
        assert shop.ask("check", "--config", "below/a.yaml").returncode == 1


def test_a_library_that_is_installed_is_seen(
    shop: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path_factory.mktemp("site")
    monkeypatch.syspath_prepend(place)
    assert [is_answered(shop), is_answered(shop)] == [False, True]

    (place / "requests").mkdir()

    assert not is_answered(shop)


def test_colours_are_kept_too(shop: Project) -> None:
    first, second = (shop.run("check", FORCE_COLOR="1") for _ in range(2))

    assert "\x1b[" in first.stdout
    assert first.stdout == second.stdout


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-9],
        lambda content: content.replace(b'"exit_code":1', b'"exit_code":0'),
        lambda _: b"",
        lambda content: b"\xff\x00" + content,
    ],
)
def test_what_is_damaged_is_not_trusted_and_made_anew(damage: object, shop: Project) -> None:
    shop.ask("check")
    (file,) = kept(shop)
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]

    assert [is_answered(shop), is_answered(shop)] == [False, True]
    assert shop.ask("check").returncode == 1


def test_a_snapshot_of_something_else_is_not_trusted(shop: Project) -> None:
    shop.ask("check", "--contract", "layered")
    (other,) = kept(shop)
    content = other.read_bytes()
    shop.ask("check")
    (mine,) = set(kept(shop)) - {other}
    mine.write_bytes(content)

    assert not is_answered(shop)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the administrator gives files away")
def test_what_somebody_else_wrote_is_not_trusted(shop: Project) -> None:
    shop.ask("check")
    os.chown(kept(shop)[0], 12345, 12345)

    assert not is_answered(shop)


def test_without_a_place_for_it_the_report_is_there_all_the_same(shop: Project) -> None:
    shop.write(".archguard_cache", "no folder")

    first, second = shop.ask("check"), shop.ask("check")

    assert (first.returncode, first.stderr) == (second.returncode, second.stderr) == (1, "")


def test_nothing_is_kept_when_it_is_not_wanted(shop: Project) -> None:
    shop.ask("check", "--no-cache")

    assert not (shop.root / ".archguard_cache").exists()


def test_an_output_that_cannot_be_written_any_more_is_told(shop: Project) -> None:
    shop.write("out/a.json")
    arguments = ("check", "--format", "text", "--format", "json:out/a.json")
    shop.ask(*arguments)
    (shop.root / "out/a.json").unlink()
    (shop.root / "out/a.json").mkdir()

    told = shop.ask(*arguments)

    assert (told.returncode, told.stderr) == (2, "error: 'out/a.json': is a directory\n")
    assert told.stdout.count("1 violation") == 2  # once above, once below, and not twice of each


def test_many_at_once_all_get_the_report(shop: Project) -> None:
    command = [sys.executable, "-m", "archguard", "check", "--format", "github"]
    running = [subprocess.Popen(command, cwd=shop.root, stdout=subprocess.PIPE) for _ in range(3)]

    told = {process.communicate()[0] for process in running}

    assert len(told) == 1
    assert {process.returncode for process in running} == {1}
    assert len(kept(shop)) == 1


def test_an_answer_holds_until_the_day_on_which_an_ignore_expires(shop: Project) -> None:
    later = date.today() + timedelta(days=3)  # noqa: DTZ011
    with (shop.root / "archguard.yaml").open("a") as file:
        file.write(f"ignore:\n  - {{contract: layered, import: shop.db -> shop.api, reason: x, expires: {later}}}\n")
    shop.ask("check")

    assert shop.ask("check").returncode == 0
    with mock.patch("time.strftime", return_value=later.isoformat()), mock.patch("archguard.cli.main", sys.exit):
        assert shop.ask("check").stdout == ""  # nothing was answered


def test_what_git_tells_is_asked_again(shop: Project) -> None:
    git(shop, "init", "--quiet")
    commit(shop, "One")

    assert shop.ask("check", "--since", "HEAD").returncode == 0
    git(shop, "commit", "--quiet", "--allow-empty", "--message", "Two")
    shop.write("shop/db.py", "")
    commit(shop, "Three")
    shop.write("shop/db.py", "import shop.api\n")

    assert shop.ask("check", "--since", "HEAD").returncode == 1


def test_the_fewest_are_kept(shop: Project) -> None:
    for number in range(40):
        shop.ask("check", "--format", f"json:{number}.json")

    assert len(kept(shop)) == 32


def test_an_edit_that_changes_nothing_for_contracts_about_imports_is_answered(shop: Project) -> None:
    shop.write("shop/db.py", "import shop.api\n\n\ndef f():\n    return 1\n")
    before = shop.ask("check")
    shop.write("shop/db.py", "import shop.api\n\n\ndef f():\n    return shop.api.g(2)\n")

    assert is_answered(shop)
    assert shop.ask("check").stdout == before.stdout

    shop.write("shop/db.py", "import shop.api\n\n\ndef f():\n    return shop.api.g(2\n")
    assert shop.ask("check").returncode == 2
    shop.write("shop/db.py", "def f():\n    return 3\n")
    assert shop.ask("check").returncode == 0


def test_imports_that_change_no_verdict_are_counted_without_any_library(shop: Project) -> None:
    shop.write_all({"shop/model.py": "import os\n", "shop/api.py": ""})
    command = [sys.executable, "-X", "importtime", "-m", "archguard", "check", "--format", "json"]
    before = subprocess.run(command, cwd=shop.root, capture_output=True, encoding="utf-8", check=False)
    shop.write("shop/api.py", "import os\nimport shop.model\n")

    edited = subprocess.run(command, cwd=shop.root, capture_output=True, encoding="utf-8", check=False)

    told, told_before = json.loads(edited.stdout), json.loads(before.stdout)
    assert not imported(edited.stderr)
    assert told["summary"]["imports"] == told_before["summary"]["imports"] + 2
    assert told["contracts"][0]["checked"]["imports"] == told_before["contracts"][0]["checked"]["imports"] + 2
    assert told["violations"] == told_before["violations"]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("shop/model.py", "import os\nimport shop.api\n"),
        ("shop/db.py", "import os\nimport shop.api\n"),
        ("shop/db.py", "import os; import shop.api\n"),
        ("shop/__init__.py", "import os\n"),
        ("shop/model.py", "import os\nfrom shop import nothing\n"),
        ("shop/model.py", "import os  # archguard: ignore[layered] not that it were\n"),
    ],
    ids=[
        "a way",
        "a line that is shown",
        "a shown statement",
        "a package",
        "from a package",
        "a comment",
    ],
)
def test_an_edit_of_imports_is_looked_at_where_it_may_matter(file: str, content: str, shop: Project) -> None:
    shop.write_all({"shop/model.py": "import os\n", "shop/db.py": "import shop.api\nimport shop.model\n"})
    shop.ask("check")
    shop.write(file, content)

    assert not is_answered(shop)


def test_an_edit_is_looked_at_where_a_contract_is_about_calls(shop: Project) -> None:
    shop.configure("contracts:\n  - {id: data, kind: database, allowed_in: [shop.api]}\n")
    shop.write("shop/db.py", "import sqlite3\n\n\ndef f(c):\n    return 1\n")
    before = shop.ask("check").stdout
    shop.write("shop/db.py", "import sqlite3\n\n\ndef f(c):\n    return sqlite3.connect(c).execute('SELECT 1')\n")

    assert (before.count("at line 5"), shop.ask("check").stdout.count("at line 5")) == (0, 1)
