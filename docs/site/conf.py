"""The configuration of the documentation site, for Sphinx: see docs/development/build-the-site.md."""

import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from pages import ROOT, page_name

project = "archguard"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
root_doc = page_name("README.md")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton", "extension"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["html_image"]
myst_heading_anchors = 4  # with the names that code hosts give them
nitpicky = False

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 160
toc_object_entries = False

html_theme = "furo"
html_title = "archguard"
html_favicon = "static/favicon.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_search_scorer = str(ROOT / "docs/site/search.js")
html_show_sphinx = False
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
