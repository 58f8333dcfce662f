"""The door to Graphviz: pictures by `dot`, or by `graphviz-pure` where there is no `dot`."""

import subprocess
from shutil import which
from typing import Final

from archguard.diagrams import dot
from archguard.diagrams.view import View
from archguard.errors import ArchguardError

_PROGRAMS: Final = ("dot", "graphviz-pure")
"""Both have the same command line."""
_HINT: Final = "install Graphviz (apt install graphviz, brew install graphviz, winget install graphviz)"
_OR_PURE: Final = f"{_HINT}, or `pip install graphviz-pure`; --format dot, mermaid and others need neither"


def picture(view: View, format_: str, *options: str) -> bytes:
    """`view` as Graphviz draws it.

    Raises:
        ArchguardError: neither program is there, or the one that is cannot do it.
    """
    program = next(filter(None, map(which, _PROGRAMS)), None)
    if not program:
        raise ArchguardError(f"{format_} is drawn by Graphviz, which is not installed", _OR_PURE)
    text = dot.render(view).encode()
    done = subprocess.run([program, f"-T{format_}", *options], input=text, capture_output=True, check=False)  # noqa: S603  # ours
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise ArchguardError(f"{program} cannot draw {format_}: {said}", _HINT)
    return done.stdout
