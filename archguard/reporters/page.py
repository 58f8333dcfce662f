"""The frame of a self-contained web page: one file that needs no network."""

import hashlib
from base64 import b64encode
from html import escape
from importlib.resources import files
from typing import Final

from archguard.reporters import phrases

# The policy allows inline scripts and styles by hash, so that no text from users can run.
_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>archguard: {title}</title>
<style>{style}</style>
</head>
<body>
{body}{script}
</body>
</html>"""


def page(title: str, body: str, style: str, script: str = "") -> str:
    """The page with the HTML `body`, and the shared colours, `style` and `script` inline."""
    style = asset("colours.css") + style
    element = f"\n<script>{script}</script>" if script else ""
    return _PAGE.format(policy=_policy(style, script), title=title, style=style, body=body, script=element)


def asset(name: str) -> str:
    """The text of an asset file."""
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def escaped(content: str) -> str:
    """`content` escaped as the text of an element, on one line."""
    return escape(phrases.one_line(content))


def _policy(style: str, script: str) -> str:
    scripts = f"; script-src {_source(script)}" if script else ""
    return f"default-src 'none'; style-src {_source(style)}{scripts}"


def _source(content: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
