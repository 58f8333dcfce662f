"""Content security policy and safe embedding of data, so that no text from users can run in a page."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any


def fingerprint(text: str) -> str:
    """The hash source of an inline style or script, for the page's content security policy."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def embedded(data: Mapping[str, Any]) -> str:
    """`data` as JSON without `<`, so that it cannot end its element or begin another one."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
