"""What an edit would take from contracts and baseline, before it is written, and what edits since a commit have taken.

The configuration is read as it would be, or was: its files are copied to a temporary folder, with other texts in place
of some, and read from there. Cost: reading the configuration twice; nothing where none of its files differs.
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
from archguard.history.git import commit_of, contents, entries, prefix, top
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
    try:
        with _read_with(config, guarding) as (after, baseline):
            changes = [*configuration_weakenings(config, after, codebase)]
            changes += baseline_weakenings(_baseline(config.root), baseline)
    except Exception as fault:
        problems = problems_of(fault)
        if not problems:
            raise
        return (f"the configuration could not be read any more: {problems[0].message}",)
    return tuple(map(_sentence, changes))


def weakenings_since(config: Config, codebase: Codebase, revision: str) -> tuple[str, ...]:
    """What has been taken from the contracts and the baseline at `revision`, as sentences.

    Raises:
        GitError: there is no such revision here.
    """
    texts = _texts_at(config, revision)
    if not texts:
        return ()
    try:
        with _read_with(config, texts) as (before, baseline):
            changes = [*configuration_weakenings(before, config, codebase)]
            changes += baseline_weakenings(baseline, _baseline(config.root))
    except Exception as fault:
        if problems_of(fault):  # there was no configuration that could be read, so there was nothing to weaken
            return ()
        raise
    return tuple(map(_sentence, changes))


def _is_guarding(path: Path, config: Config) -> bool:
    """Whether the configuration or the baseline is in the file at `path`, or may be once it is written."""
    if path in config.files or path == config.root / NAME:
        return True
    below = path.relative_to(config.root).parts if path.is_relative_to(config.root) else ()
    return below[:1] == (_CONTRACTS,) or (len(below) == 1 and path.name in (*NAMES, *SHARED_NAMES))


def _texts_at(config: Config, revision: str) -> Drafts:
    """The texts at `revision` of the files of the guard that differ now; None for one that was not there."""
    repository, commit = top(config.root), commit_of(config.root, revision)
    listed = {repository / entry.path: entry for entry in entries(config.root, commit, prefix(config.root).rstrip("/"))}
    found = [path for path, entry in listed.items() if _is_guarding(path, config) and not entry.is_submodule]
    content = contents(config.root, [listed[path].object for path in found])
    then: dict[Path, str | None] = dict.fromkeys(_own_files(config))
    then |= {path: text.decode("utf-8", "replace") for path, text in zip(found, content, strict=True)}
    inside = {path: text for path, text in then.items() if path.is_relative_to(config.root)}
    return {path: text for path, text in inside.items() if text != _text(path)}


def _text(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None


def _own_files(config: Config) -> list[Path]:
    """The files of the configuration that archguard has not brought, and that of the baseline, if it is there."""
    shipped = set(packs().values())
    return [path for path in (*config.files, config.root / NAME) if path not in shipped and path.is_file()]


@contextmanager
def _read_with(config: Config, texts: Drafts) -> Iterator[tuple[Config, Baseline]]:
    """The configuration, and its baseline, with `texts` in place of some of its files."""
    files = _own_files(config)
    above = Path(os.path.commonpath([config.root, *(path.parent for path in files)]))  # some extend a file further up
    with TemporaryDirectory(prefix="archguard-") as place:
        copy = Path(place).resolve() / above.name  # messages name this folder
        (copy / ".git").mkdir(parents=True)  # the search for a configuration ends there
        root = copy / config.root.relative_to(above)
        root.mkdir(parents=True, exist_ok=True)
        for path in {*files, *texts}:
            content = texts[path] if path in texts else _text(path)
            if content is not None:
                target = copy / path.relative_to(above)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(content, encoding="utf-8", newline="")
        _link_folders(config.root, root)
        yield replace(read_config(find_configuration(root)[1], root), root=config.root), _baseline(root)


def _link_folders(root: Path, copy: Path) -> None:
    """Let an invalid configuration be compared with the code; its faults are told without that where links fail."""
    for folder in root.iterdir():
        if folder.is_dir() and not (copy / folder.name).exists():
            with suppress(OSError):
                (copy / folder.name).symlink_to(folder, target_is_directory=True)


def _baseline(root: Path) -> Baseline:
    return read_baseline(root / NAME) if (root / NAME).is_file() else Baseline()


def _sentence(change: GuardChange) -> str:
    return f"{change.location}: {change.message}" if change.location else change.message
