"""The documentation site: its navigation names every page, it builds without a warning, and it needs no other site.

The tests of the built site are skipped where the extra `docs` is not installed; `.ci/run` installs it for them.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from browser import Browser, browser
from tools import needs_browser

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs/site"))

from pages import CONTENTS, HOME, navigation, page_files, page_name  # noqa: E402  # found by the line above

needs_sphinx = pytest.mark.skipif(not find_spec("furo"), reason="the extra docs is not installed")
_LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class _Page(HTMLParser):
    """What an HTML page links to, loads and names."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.names: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self.names |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if (attribute := _LOADED.get(tag)) in values:
            self.loads.append(values[str(attribute)])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as docs/development/build-the-site.md says."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-c",
        "docs/site",
        "-d",
        str(folder / "state"),
    ]
    run = subprocess.run([*command, ".", str(folder / "html")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, _Page]:
    return {file: _Page(file) for file in site.rglob("*.html")}


def test_the_navigation_names_every_page_once() -> None:
    named = list(_below(HOME))

    assert sorted(named) == sorted(set(page_files()) - {HOME, CONTENTS})


def test_every_page_has_a_name_of_its_own() -> None:
    names = [page_name(file) for file in page_files()]

    assert sorted(set(names)) == sorted(names)


def test_titles_in_the_navigation_are_short() -> None:
    sections = [section for file in page_files() for section in navigation(file)]

    titles = [title for caption, pages in sections for title, _ in pages if caption]

    assert [title for title in titles if len(title) > 36] == []
    assert titles


def test_a_page_has_one_title() -> None:
    texts = {
        file: re.sub(r"```.*?```", "", (ROOT / file).read_text(encoding="utf-8"), flags=re.DOTALL)
        for file in page_files()
    }

    assert [file for file, text in texts.items() if len(re.findall(r"^# ", text, re.MULTILINE)) != 1] == []


@needs_sphinx
def test_every_page_is_built(site: Path) -> None:
    assert [file for file in page_files() if not (site / f"{page_name(file)}.html").exists()] == []


@needs_sphinx
def test_every_link_of_the_site_leads_somewhere(pages: dict[Path, _Page]) -> None:
    dead = [(file.name, link) for file, page in pages.items() for link in page.links if _is_dead(file, link, pages)]

    assert dead == []


@needs_sphinx
def test_no_page_loads_anything_from_elsewhere(site: Path, pages: dict[Path, _Page]) -> None:
    loads = {load for page in pages.values() for load in page.loads if urlsplit(load).scheme != "data"}
    styles = "\n".join(file.read_text(encoding="utf-8") for file in site.rglob("*.css"))

    assert [load for load in loads if urlsplit(load).netloc] == []
    assert re.findall(r"url\([\"']?(?:https?:)?//[^)]*\)|@import[^;]*//[^;]*", styles) == []


@needs_sphinx
def test_the_search_finds_a_title_and_a_public_name(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")

    found = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))

    assert "Adopt archguard in an old code base" in found["titles"]
    assert "Contract" in {name for objects in found["objects"].values() for _, _, _, _, name in objects}


@needs_sphinx
@pytest.mark.parametrize("module", ["archguard", "archguard.testing"])
def test_the_reference_of_the_api_has_every_public_name(module: str, pages: dict[Path, _Page], site: Path) -> None:
    page = "testing-api" if module == "archguard.testing" else "python-api"
    names = pages[site / f"reference/{page}.html"].names

    assert [name for name in import_module(module).__all__ if f"{module}.{name}" not in names] == []


@needs_sphinx
def test_flowcharts_are_pictures_and_files_have_their_names(site: Path) -> None:
    architecture = (site / "architecture.html").read_text(encoding="utf-8")
    page = (site / "how-to/use-an-import-linter-configuration.html").read_text(encoding="utf-8")

    assert "data:image/svg+xml;base64," in architecture
    assert "flowchart TB" not in architecture
    assert '<span class="caption-text">shop/__init__.py</span>' in page


@needs_sphinx
@needs_browser
def test_no_page_is_wider_than_a_phone(site: Path, tmp_path: Path) -> None:
    with browser(tmp_path) as opened:
        opened.ask("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)

        wide = [page_name(file) for file in page_files() if _width(opened, site / f"{page_name(file)}.html") > 390]

    assert wide == []


def _prose(file: str) -> str:
    return re.sub(r"^```.*?^```$", "", (ROOT / file).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def _below(file: str) -> Iterator[str]:
    for _, pages in navigation(file):
        for _, page in pages:
            yield page
            yield from _below(page)


def _is_dead(file: Path, link: str, pages: dict[Path, _Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if target not in pages:
        return not target.is_file()
    return bool(parts.fragment) and unquote(parts.fragment) not in pages[target].names


def _width(opened: Browser, file: Path) -> int:
    opened.open(file.as_uri())
    return int(opened.run("document.documentElement.scrollWidth"))
