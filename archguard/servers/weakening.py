"""What an edit would take from contracts and baseline, before it is written.

The configuration is read as it would be: its files are copied to a temporary folder, with the drafts among them, and
read from there. Cost: reading the configuration twice; nothing where no draft is one of its files.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from archguard.codebase import Codebase
from archguard.config import Config, find_configuration, read_config
from archguard.config.packs import packs
from archguard.errors import problems_of
from archguard.history import NAME, read_baseline
from archguard.history.baseline import Baseline
from archguard.history.weakening import GuardChange, baseline_weakenings, configuration_weakenings
from archguard.incremental.project_folder import NAMES, SHARED_NAMES

Drafts: TypeAlias = Mapping[Path, str | None]

_CONTRACTS: Final = "contracts"
"""The folder beside a configuration whose YAML files belong to it."""


def draft_weakenings(config: Config, codebase: Codebase, drafts: Drafts) -> tuple[str, ...]:
    """What `drafts` take from the contracts of `config` and from its baseline, as sentences.

    Args:
        config: The configuration on disk.
        codebase: The code that it is about.
        drafts: The new text of files by absolute path; None for a file that is removed.
    """
    guarding = {path: text for path, text in drafts.items() if _is_guarding(path, config)}
    if not guarding:
        return ()
    with _copy(config, guarding) as root:
        try:
            after = replace(read_config(find_configuration(root)[1], root), root=config.root)
            changes = [*configuration_weakenings(config, after, codebase)]
            changes += baseline_weakenings(_baseline(config.root / NAME), _baseline(root / NAME))
        except Exception as fault:
            problems = problems_of(fault)
            if not problems:
                raise
            return (f"the configuration could not be read any more: {problems[0].message}",)
    return tuple(map(_sentence, changes))


def _is_guarding(path: Path, config: Config) -> bool:
    """Whether the configuration or the baseline is in the file at `path`, or may be once it is written."""
    if path in config.files or path == config.root / NAME:
        return True
    below = path.relative_to(config.root).parts if path.is_relative_to(config.root) else ()
    return below[:1] == (_CONTRACTS,) or (len(below) == 1 and path.name in (*NAMES, *SHARED_NAMES))


@contextmanager
def _copy(config: Config, drafts: Drafts) -> Iterator[Path]:
    """The folder of the configuration in a copy of its files, with the drafts among them."""
    shipped = set(packs().values())
    files = [path for path in (*config.files, config.root / NAME) if path not in shipped and path.is_file()]
    above = Path(os.path.commonpath([config.root, *(path.parent for path in files)]))  # some extend a file further up
    with TemporaryDirectory(prefix="archguard-") as place:
        copy = Path(place).resolve() / above.name  # messages name this folder
        (copy / ".git").mkdir(parents=True)  # the search for a configuration ends there
        root = copy / config.root.relative_to(above)
        root.mkdir(parents=True, exist_ok=True)
        for path in {*files, *drafts}:
            content = drafts[path] if path in drafts else path.read_text(encoding="utf-8")
            if content is not None:
                target = copy / path.relative_to(above)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(content, encoding="utf-8")
        _link_folders(config.root, root)
        yield root


def _link_folders(root: Path, copy: Path) -> None:
    """Let an invalid configuration be compared with the code; its faults are told without that where links fail."""
    for folder in root.iterdir():
        if folder.is_dir() and not (copy / folder.name).exists():
            with suppress(OSError):
                (copy / folder.name).symlink_to(folder, target_is_directory=True)


def _baseline(path: Path) -> Baseline:
    return read_baseline(path) if path.is_file() else Baseline()


def _sentence(change: GuardChange) -> str:
    return f"{change.location}: {change.message}" if change.location else change.message
