"""What Sphinx needs to know to build the site from the pages as they are."""

import os
import re
from collections.abc import Iterable
from dataclasses import is_dataclass
from importlib import import_module
from inspect import isfunction
from pathlib import Path
from typing import get_type_hints

from docutils import nodes
from drawings import picture
from pages import CONTENTS, ROOT, navigation, page_files, page_name
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.project import Project
from sphinx.util.osutil import relative_uri
from sphinx.util.typing import stringify_annotation

_FOLDER = re.compile(r"\[([^\]]+)\]\(([\w./-]+)\)")
_API = re.compile(r"<!-- api: (?P<module>[\w.]+) -->\n(?P<table>.*?)<!-- end -->\n", re.DOTALL)
_API_ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<meaning>.*) \|$", re.MULTILINE)
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_FLOWCHART = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMANDS = re.compile(r"^```console\n((?:(?!```)[^$\n].*\n)+)```$", re.MULTILINE)
"""Commands without prompts, which would be shown like output."""
_NAME = re.compile(r'^`([^`\n]+)`\n\n(?=```\w+ title="\1"$)', re.MULTILINE)
"""The name of a file above its block, for code hosts, which show no titles."""
_TITLED = re.compile(r'^```(\w+) title="([^"]+)"$', re.MULTILINE)


class Pages(Project):
    """The pages by their names on the site, whatever folder they are in."""

    def discover(self, exclude_paths: Iterable[str] = (), include_paths: Iterable[str] = ("**",)) -> set[str]:
        """Find the pages; the site decides which, so that the patterns count for nothing."""
        del exclude_paths, include_paths
        self._docname_to_path = {page_name(file): Path(file) for file in page_files()}
        self._path_to_docname = {path: name for name, path in self._docname_to_path.items()}
        self.docnames = set(self._docname_to_path)
        return self.docnames

    def path2doc(self, filename: str | os.PathLike[str]) -> str | None:
        """Return the name of the page in the file, which is absolute or relative to the root of the repository."""
        return self._path_to_docname.get(Path(self.srcdir, filename).relative_to(self.srcdir))


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions of this module; Sphinx calls it."""
    app.connect("builder-inited", _use_pages)
    app.connect("source-read", _prepare)
    app.connect("doctree-resolved", _link_pictures)
    app.connect("autodoc-process-docstring", _docstring_to_rst)
    app.connect("autodoc-process-signature", _without_fields)
    app.add_lexer("mermaid", TextLexer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _use_pages(app: Sphinx) -> None:
    app.project = app.env.project = Pages(ROOT, app.config.source_suffix)
    app.project.discover()


def _prepare(app: Sphinx, name: str, source: list[str]) -> None:
    """Add to a page what the site has and a code host has not."""
    file = app.project.doc2path(name, absolute=False)
    text = _NAME.sub("", source[0])
    text = _TITLED.sub(_captioned, text)
    text = _COMMANDS.sub(r"```bash\n\1```", text)
    text = _FLOWCHART.sub(lambda block: _drawing(block[1], file, text), text)
    text = _FOLDER.sub(lambda link: link[1] if (ROOT / file).parent.joinpath(link[2]).is_dir() else link[0], text)
    text = _API.sub(_api, text)
    if file.as_posix() == CONTENTS:
        text = f"---\norphan: true\n---\n{text}"
    toctrees = [_toctree(caption, pages) for caption, pages in navigation(file.as_posix())]
    source[0] = "\n\n".join([text, *toctrees])


def _captioned(fence: re.Match[str]) -> str:
    r"""The start of a block with a caption, which is Markdown: `shop/__init__.py` is `shop/\_\_init\_\_.py` there."""
    caption = re.sub(r"[_*]", r"\\\g<0>", fence[2])
    return f"```{{code-block}} {fence[1]}\n:caption: {caption}"


def _drawing(flowchart: str, file: Path, page: str) -> str:
    """A flowchart as a picture, with the heading of the page if it has no title of its own."""
    heading = page.lstrip("# ").partition("\n")[0]
    return f"```{{raw}} html\n{picture(flowchart, file.as_posix(), heading)}\n```"


def _link_pictures(app: Sphinx, tree: nodes.document, name: str) -> None:
    """Let readers open each picture in its full size."""
    for image in list(tree.findall(nodes.image)):
        if image["uri"] in app.env.images and not isinstance(image.parent, nodes.reference):
            file = f"_images/{app.env.images[image['uri']][1]}"
            link = nodes.reference("", "", refuri=relative_uri(app.builder.get_target_uri(name), file))
            image.replace_self(link)
            link += image


def _api(part: re.Match[str]) -> str:
    """A table of public names, followed by what the docstrings say about each."""
    module, table = part["module"], part["table"]
    linked = _API_ROW.sub(rf"| {{py:obj}}`\g<name> <{module}.\g<name>>` | \g<meaning> |", table)
    details = "\n".join(_documented(module, row["name"], row["meaning"]) for row in _API_ROW.finditer(table))
    return f"{linked}\n```{{eval-rst}}\n{details}\n```\n"


def _documented(module: str, name: str, meaning: str) -> str:
    """The directive for a class, a function, or the type of a key, whose docstring Python does not keep."""
    found = getattr(import_module(module), name)
    if isfunction(found):
        return f".. autofunction:: {module}.{name}\n"
    if isinstance(found, type):
        _drop_marks(found)
        return f".. autoclass:: {module}.{name}\n   :members:\n"
    alias = stringify_annotation(found.__origin__, "smart")
    text = _CODE.sub(r"``\1``", meaning)
    return f".. py:data:: {module}.{name}\n   :type: {alias}\n\n   {text}\n"


def _drop_marks(found: type) -> None:
    """Leave `Annotated` out of the types of fields: its marks are for those who compare configurations."""
    for base in found.__mro__:
        if base.__module__.startswith("archguard") and is_dataclass(base):
            base.__annotations__ = get_type_hints(base)


def _docstring_to_rst(_app: Sphinx, what: str, _name: str, _found: object, _options: object, lines: list[str]) -> None:
    """Show what stands in backticks as code, and the sections `Args`, `Raises` and so on of a class or function."""
    lines[:] = [_CODE.sub(r"``\1``", line) for line in lines]
    if what not in {"attribute", "data", "property"}:
        lines[:] = GoogleDocstring(lines).lines()


def _without_fields(  # the arguments of the event
    _app: Sphinx, _what: str, _name: str, found: object, _options: object, signature: str, returned: str
) -> tuple[str, str]:
    """Leave out the signature of a dataclass: its fields are listed below it, each with its meaning."""
    return ("", "") if isinstance(found, type) and is_dataclass(found) else (signature, returned)


def _toctree(caption: str, pages: list[tuple[str, str]]) -> str:
    option = f":caption: {caption}\n" if caption else ""
    entries = "\n".join(f"{title.replace('`', '')} </{page_name(file)}>" for title, file in pages)
    return f"```{{toctree}}\n:hidden:\n{option}\n{entries}\n```\n"
