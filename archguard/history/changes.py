"""Which modules differ from a revision: in the working tree, whether committed or not.

Git is asked for the names of the objects in the commit only, and the object of each file is computed here, since git
would run the filters that a repository names. So a file that git converts when it is checked out, such as line ends on
Windows, counts as changed.
"""

import hashlib
import os

from archguard.codebase import Codebase, Source, SourceError
from archguard.history.git import commit_of, entries, top

_SHA1_DIGITS = 40


def changed_modules(codebase: Codebase, revision: str) -> frozenset[str]:
    """The modules whose files are new or others than at `revision`.

    Raises:
        GitError: there is no such revision here.
    """
    repository = top(codebase.root)
    before = {entry.path: entry.object for entry in entries(codebase.root, commit_of(codebase.root, revision), "")}
    paths = {module: _path(source, str(repository)) for module, source in codebase.sources.items()}
    return frozenset(
        module for module, source in codebase.sources.items() if not _is_object(source, before.get(paths[module], ""))
    )


def _path(source: Source, repository: str) -> str:
    return os.path.relpath(os.path.realpath(source.file), repository).replace(os.sep, "/")


def _is_object(source: Source, name: str) -> bool:
    """Whether the file has the content of the object `name` of git: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects."""
    if not name:
        return False
    try:
        content = source.content
    except SourceError:
        return False
    blob = b"blob %d\0" % len(content) + content
    digest = hashlib.sha1(blob, usedforsecurity=False) if len(name) == _SHA1_DIGITS else hashlib.sha256(blob)
    return digest.hexdigest() == name
