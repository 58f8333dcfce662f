"""Which Markdown files become pages of the site, under which names, and in which order.

The pages stay where a code host shows them: in `docs/`, in `examples/` and at the root. The site names them without
`docs/` and calls each README `index`, and links between files are resolved by path; so a link works in both places.
The navigation is read from the pages, too: `docs/README.md` lists the sections of the site, and every other README the
pages of its own folder.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
HOME = "README.md"
CONTENTS = "docs/README.md"
"""The list of all pages, by section."""

_PATTERNS = (
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/**/*.md",
    "examples/README.md",
    "examples/*/README.md",
    "examples/*/ARCHITECTURE.md",
)
_LINK = re.compile(r"\[(?P<title>[^\]]+)\]\((?P<target>[^):#]+\.md)\)")
_SECTION = re.compile(r"^## ", re.MULTILINE)


def page_files() -> list[str]:
    """The paths of all pages, relative to the root of the repository."""
    return sorted({path.relative_to(ROOT).as_posix() for pattern in _PATTERNS for path in ROOT.glob(pattern)})


def page_name(file: str) -> str:
    """The name of a page on the site: its address without the suffix."""
    if file == CONTENTS:
        return "contents"  # `index` is the home page
    path = PurePosixPath(file.removeprefix("docs/"))
    return str(path.with_name("index" if path.stem == "README" else path.stem.lower()))


def navigation(file: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What stands below a page in the navigation: sections with their captions, each with titles and files.

    Below the home page, these are the sections of `docs/README.md`; below any other README, what it links to in its own
    folder, without a caption. A page stands in the navigation once, where it is listed first.
    """
    if file == HOME:
        return [*_sections()]
    if file != CONTENTS and file.endswith("/README.md"):
        pages = [(title, target) for title, target in _links(file) if Path(target).is_relative_to(Path(file).parent)]
        return [("", pages)] if pages else []
    return []


def _sections() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    _, *sections = _SECTION.split((ROOT / CONTENTS).read_text(encoding="utf-8"))
    for section in sections:
        caption, _, text = section.partition("\n")
        yield caption, _links_of(text, CONTENTS)


def _links(file: str) -> list[tuple[str, str]]:
    return _links_of((ROOT / file).read_text(encoding="utf-8"), file)


def _links_of(text: str, file: str) -> list[tuple[str, str]]:
    """The titles and files of the links in `text` to other pages, each file once."""
    found: dict[str, str] = {}
    for link in _LINK.finditer(text):
        target = (ROOT / file).parent.joinpath(link["target"]).resolve().relative_to(ROOT).as_posix()
        found.setdefault(target, link["title"])
    return [(title, target) for target, title in found.items() if target != file]
