import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from archguard import reporters
from archguard.errors import ArchguardError
from archguard.model import Report
from archguard.reporters import plugins

Points = list[EntryPoint]
Golden = Callable[[str, str], None]

FILES = {
    "text": "report.txt",
    "concise": "report.concise.txt",
    "json": "report.json",
    "sarif": "report.sarif",
    "junit": "report.junit.xml",
    "github": "report.github.txt",
    "gitlab": "report.gitlab.json",
    "markdown": "report.md",
    "html": "report.html",
    "checkstyle": "report.checkstyle.xml",
    "teamcity": "report.teamcity.txt",
    "azure": "report.azure.txt",
}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Points:
    """The entry points of other packages, which a test fills."""
    points: Points = []

    def found(group: str, name: str = "") -> Points:
        return [point for point in points if point.group == group and name in ("", point.name)]

    monkeypatch.setattr(plugins, "entry_points", found)
    return points


def shout(report: Report) -> str:
    """What another package may offer."""
    return f"{len(report.violations)} VIOLATIONS!"


def offer(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, "archguard.reporters")


@pytest.mark.parametrize("name", reporters.BUILT_IN)
def test_the_sample_reads_as_agreed(name: str, report: Report, golden: Golden) -> None:
    golden(FILES[name], reporters.reporter(name)(report))


@pytest.mark.parametrize("name", reporters.BUILT_IN)
@pytest.mark.parametrize("kind", ["report", "nasty", "empty"])
def test_the_same_report_gives_the_same_utf8_without_a_last_line_end(
    name: str, kind: str, request: pytest.FixtureRequest
) -> None:
    report: Report = request.getfixturevalue(kind)

    rendered = reporters.reporter(name)(report)

    assert rendered.encode("utf-8")
    assert not rendered.endswith("\n")
    assert reporters.reporter(name)(report) == rendered


def test_the_text_report_imports_nothing_but_the_standard_library_and_no_other_format() -> None:
    program = (
        "import sys; from archguard.reporters import reporter; reporter('text');"
        "watched = ('archguard.reporters', 'rich', 'importlib.metadata');"
        "print(*sorted(name for name in sys.modules if name.startswith(watched)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    own = ("", ".causes", ".phrases", ".source_line", ".text")
    assert done.stdout.split() == [f"archguard.reporters{name}" for name in own]


def test_an_unknown_format_gets_a_suggestion(installed: Points) -> None:
    installed.append(offer("shout", f"{__name__}:shout"))

    with pytest.raises(ArchguardError, match="unknown report format 'shot'") as caught:
        reporters.reporter("shot")

    assert caught.value.hint == "did you mean 'shout'?"


def test_a_format_like_no_other_gets_the_list(installed: Points) -> None:
    installed.append(offer("shout", f"{__name__}:shout"))

    with pytest.raises(ArchguardError) as caught:
        reporters.reporter("zzzzzz")

    assert caught.value.hint.startswith("there are: text, concise, json")
    assert caught.value.hint.endswith("shout")


def test_an_installed_package_adds_a_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Report) -> None:
    (tmp_path / "counting.py").write_text("def render(report):\n    return str(len(report.violations))\n")
    metadata = tmp_path / "counting-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: counting\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[archguard.reporters]\ncount = counting:render\n")

    monkeypatch.syspath_prepend(tmp_path)

    assert reporters.reporter("count")(report) == "5"
    assert "count" in reporters.reporter_names()


def test_another_package_adds_a_format(installed: Points, report: Report) -> None:
    installed.append(offer("shout", f"{__name__}:shout"))

    assert reporters.reporter("shout")(report) == "5 VIOLATIONS!"
    assert reporters.reporter_names() == (*reporters.BUILT_IN, "shout")


def test_a_name_of_archguards_own_stays_archguards(installed: Points) -> None:
    installed.append(offer("text", f"{__name__}:shout"))

    assert reporters.reporter("text").__module__ == "archguard.reporters.text"
    assert reporters.reporter_names() == reporters.BUILT_IN


@pytest.mark.parametrize("value", ["no_such_module:render", f"{__name__}:no_such_function"])
def test_a_package_that_cannot_be_loaded_is_named(installed: Points, value: str) -> None:
    installed.append(offer("shout", value))

    with pytest.raises(ArchguardError, match=f"cannot be loaded from {value}"):
        reporters.reporter("shout")


def test_what_is_no_function_is_refused(installed: Points) -> None:
    installed.append(offer("shout", f"{__name__}:__name__"))

    with pytest.raises(ArchguardError, match="is not a function"):
        reporters.reporter("shout")


def test_two_packages_with_one_format_are_refused(installed: Points) -> None:
    installed.extend([offer("shout", f"{__name__}:shout"), offer("shout", "elsewhere:shout")])

    with pytest.raises(ArchguardError, match="several packages offer the report format 'shout'"):
        reporters.reporter("shout")
