"""The folder for what can be found out again: out of the sight of git, backups and searches."""

from pathlib import Path
from typing import Final

NAME: Final = ".archguard_cache"
_TAG: Final = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by archguard; see https://bford.info/cachedir/\n"


def cache_folder(root: Path, *names: str) -> Path:
    """The folder `names` in the cache of the project at `root`, made if it is not there.

    Raises:
        OSError: it cannot be written.
    """
    cache = root / NAME
    folder = cache.joinpath(*names)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
        if not (cache / name).exists():
            (cache / name).write_text(content, encoding="utf-8")
    return folder
