"""Texts that are not saved yet, by the paths under which the project knows their files."""

import os
from collections.abc import Mapping
from pathlib import Path


def draft_texts(root: Path, drafts: Mapping[Path, str | bytes | None]) -> dict[str, bytes | None]:
    """The content of each draft by the absolute path of its file; None for a file that is to be removed.

    Paths that are not absolute start from `root`.
    """
    return {_path(str(root), path): _content(text) for path, text in drafts.items()}


def _path(root: str, path: Path) -> str:
    """`path` as it begins with `root`, if it leads there over symbolic links only, such as `/tmp` on macOS.

    Links inside of the project are kept: modules are known by the paths at which they are found.
    """
    named = os.path.abspath(os.path.join(root, path))  # noqa: PTH100, PTH118  # `resolve` would follow links
    if _is_below(named, root):
        return named
    folder, name = os.path.split(named)
    real, real_root = os.path.join(os.path.realpath(folder), name), os.path.realpath(root)  # noqa: PTH118
    return os.path.join(root, os.path.relpath(real, real_root)) if _is_below(real, real_root) else named  # noqa: PTH118


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(os.path.join(folder, ""))  # noqa: PTH118


def _content(text: str | bytes | None) -> bytes | None:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
