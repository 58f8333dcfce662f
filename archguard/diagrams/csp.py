"""What goes into a page so that nothing which users wrote can ever run there."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any


def fingerprint(text: str) -> str:
    """What a page's policy calls a style or a script that may be used."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def embedded(data: Mapping[str, Any]) -> str:
    """`data` as JSON that no browser takes for the end of its element, nor for another one."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
