"""What git knows. The only door to git; the working tree is never touched."""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

from archguard.errors import ArchguardError
from archguard.model import Commit


class GitError(ArchguardError):
    """What was asked of git cannot be had."""


def last_change(path: Path) -> str:
    """The newest commit that changed `path`; "" if none did, or if there is no git."""
    try:
        return _git(path.parent, "log", "-1", "--format=%H", "--", path.name).decode().strip()
    except GitError:
        return ""


@dataclass(frozen=True)
class Blame:
    """Who wrote a line, and when."""

    author: str
    day: date


def blame(path: Path) -> Mapping[int, Blame]:
    """Who wrote each committed line of the file `path`, by its number; empty without git."""
    try:
        told = _git(path.parent, "blame", "--line-porcelain", "--", path.name).decode(errors="replace")
    except GitError:
        return {}
    return {int(line["line"]): _blame(line) for line in _BLAMED.finditer(told) if line["commit"].strip("0")}


_BLAMED = re.compile(
    r"^(?P<commit>[0-9a-f]{40,}) \d+ (?P<line>\d+).*?^author (?P<author>[^\n]*).*?^author-time (?P<time>\d+)",
    re.MULTILINE | re.DOTALL,
)


def _blame(line: re.Match[str]) -> Blame:
    return Blame(line["author"], datetime.fromtimestamp(int(line["time"]), UTC).date())


def renames(folder: Path, since: str) -> Mapping[str, str]:
    """The files that were renamed between the revision `since` and the working tree: old path -> new path.

    Paths are relative to `folder`, which may be below the repository's root.
    """
    listed = _git(folder, "diff", "--find-renames", "--diff-filter=R", "--name-status", "--relative", "-z", since)
    fields = listed.decode(errors="surrogateescape").split("\0")
    return dict(zip(fields[1::3], fields[2::3], strict=False))


def merge_base(folder: Path, branch: str) -> str:
    """The commit from which `branch` and HEAD went apart.

    Raises:
        GitError: there is none in this clone.
    """
    try:
        return _git(folder, "merge-base", branch, "HEAD").decode().strip()
    except GitError as error:
        raise GitError(f"HEAD and '{branch}' have no common ancestor here", _fetch_hint(folder, error)) from None


@contextmanager
def tree_of(folder: Path, revision: str) -> Iterator[Path]:
    """`folder` as it was at `revision`, in a temporary place.

    Raises:
        GitError: there is no such revision in this clone, or no git at all.
    """
    import tarfile  # noqa: PLC0415  # a check loads this file, and mostly asks git nothing
    from tempfile import TemporaryDirectory  # noqa: PLC0415  # the same

    commit = _commit(folder, revision)
    archive = _git(folder, "archive", "--format=tar", commit, ".")
    with TemporaryDirectory(prefix="archguard-") as place:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(place, filter="data")
        yield Path(place)


def history(folder: Path, since: str) -> tuple[Commit, ...]:
    """The commits from the revision `since` to HEAD, both included, the oldest first; of a merge, the first parent's.

    Raises:
        GitError: there is no repository, no such revision in this clone, or HEAD does not come from it.
    """
    try:
        _git(folder, "rev-parse", "--git-dir")
    except GitError as error:
        hint = "the trend is read from the commits" if error.message != "git is not installed" else error.hint
        raise GitError("there is no git repository here", hint) from None
    start = _commit(folder, since)
    try:
        _git(folder, "merge-base", "--is-ancestor", start, "HEAD")
    except GitError as error:
        hint = _fetch_hint(folder, error) or "begin where the two went apart: `git merge-base` tells"
        raise GitError(f"HEAD does not come from '{since}'", hint) from None
    form = ("--format=%H %ct %D", "--decorate=full", "--decorate-refs=refs/tags")
    first = _git(folder, "log", "-1", *form, start)
    later = _git(folder, "log", "--first-parent", "--reverse", *form, f"{start}..HEAD")
    return tuple(map(_logged, (first + later).decode(errors="replace").splitlines()))


def _logged(line: str) -> Commit:
    commit, time, names = f"{line} ".split(" ", 2)
    tags = re.findall(r"tag: refs/tags/([^,\s]+)", names)
    return Commit(commit, datetime.fromtimestamp(int(time), UTC).date(), tuple(tags))


def address(folder: Path) -> str:
    """Where the web shows the files below `folder` at HEAD, with `{path}` and `{line}` in it; "" if nothing says."""
    try:
        remote = _git(folder, "remote", "get-url", "origin").decode(errors="replace").strip()
        commit, below = _commit(folder, "HEAD"), prefix(folder)
    except GitError:
        return ""
    found = _REMOTE.fullmatch(remote)
    if not found:
        return ""
    host = found["host"] or found["short"]
    form = next((form for name, form in _FORMS.items() if name in host), "blob/{commit}/{path}#L{line}")
    file = form.replace("{commit}", commit).replace("{path}", f"{quote(below)}{{path}}")
    return f"https://{host}/{quote(found['repository'])}/{file}"


_HOST = r"[\w-]+(?:\.[\w-]+)+"
_REMOTE = re.compile(
    rf"(?:(?:https?|ssh|git)://(?:[^@/]*@)?(?P<host>{_HOST})(?::\d+)?/|(?:[^@/:]+@)?(?P<short>{_HOST}):)"
    r"(?P<repository>[^/:][^:]*?)(?:\.git)?/?"
)
_FORMS = {
    "gitlab": "-/blob/{commit}/{path}#L{line}",
    "bitbucket": "src/{commit}/{path}#lines-{line}",
}
"""How hosts other than GitHub write it."""


def prefix(folder: Path) -> str:
    """Where `folder` is in its repository: "" at the root, else `services/orders/`."""
    return _git(folder, "rev-parse", "--show-prefix").decode(errors="replace").strip()


def _commit(folder: Path, revision: str) -> str:
    try:
        return (
            _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
            .decode()
            .strip()
        )
    except GitError as error:
        raise GitError(f"there is no revision '{revision}' here", _fetch_hint(folder, error)) from None


def _fetch_hint(folder: Path, error: GitError) -> str:
    try:
        shallow = _git(folder, "rev-parse", "--is-shallow-repository").decode().strip() == "true"
    except GitError:
        return error.hint
    return "the clone is shallow: fetch with `fetch-depth: 0`, or `git fetch --unshallow`" if shallow else error.hint


def _git(folder: Path, *arguments: str) -> bytes:
    import subprocess  # noqa: PLC0415  # a check loads this file, and mostly asks git nothing

    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # a list, no shell
    except FileNotFoundError:
        raise GitError("git is not installed", "install git, or do without what needs it") from None
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise GitError(f"git {arguments[0]} failed", words)
    return done.stdout
