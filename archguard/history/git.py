"""The only module that runs git. It never changes the working tree, and never runs a program that a repository names.

A repository can name programs in `.git/config` and in attributes: hooks, a file system monitor, filters, text
converters, a pager, helpers for signatures and transports. Three measures keep them from running. The commands in use
read only objects and the index, never files of the working tree, which git would convert with filters. Other programs
are disabled on the command line, which takes precedence over every configuration file. And nothing is ever fetched.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.model import Commit

_SETTINGS: Final = {
    "core.fsmonitor": "false",  # a program that every command runs that reads the index
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.quotePath": "false",  # else patches spell the bytes of a path that is not ASCII
    "core.askPass": "",
    "core.sshCommand": "false",
    "core.alternateRefsCommand": "false",
    "credential.helper": "",
    "log.showSignature": "false",  # runs `gpg.program`
    "protocol.allow": "never",
    "blame.ignoreRevsFile": "",
    "safe.bareRepository": "explicit",  # else a folder with the layout of a bare repository is taken for one
}
_VARIABLES: Final = {
    "GIT_ALLOW_PROTOCOL": "none",  # overrides `protocol.<name>.allow`; a partial clone would fetch missing objects
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # read the commit itself, not a local replacement
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_PASSED_ON: Final = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM")
"""The variables of the caller that git receives: the location of the user's configuration. Others name programs, or
select another repository than the one that contains the folder."""
_OBJECT: Final = re.compile(r"[0-9a-f]{40,64}")


class GitError(ArchguardError):
    """A git command failed, or git is not installed."""


def last_change(path: Path) -> str:
    """The newest commit that changed `path`; "" if none did, or if there is no git."""
    try:
        return _git(path.parent, "rev-list", "-1", "HEAD", "--", path.name).decode().strip()
    except GitError:
        return ""


@dataclass(frozen=True)
class Blame:
    """The author of a line, and the day of the commit."""

    author: str
    day: date


def blame(path: Path) -> Mapping[int, Blame]:
    """The blame of each committed line of the file `path`, by line number; empty without git.

    Git reads the file at HEAD, since it would run filters on the one in the working tree. The lines of both are then
    aligned by their text.
    """
    try:
        output = _git(path.parent, "blame", "--line-porcelain", "--no-textconv", "HEAD", "--", path.name)
        current = path.read_bytes()
    except (GitError, OSError):
        return {}
    found = [*_BLAMED.finditer(output.decode(errors="replace"))]
    committed = [line["text"].rstrip("\r") for line in found]
    lines = current.decode(errors="replace").replace("\r\n", "\n").split("\n")
    # Without `autojunk`, which ignores lines that are frequent in files of 200 lines and more, such as `)`.
    blocks = SequenceMatcher(None, committed, lines, autojunk=False).get_matching_blocks()
    return {block.b + offset + 1: _blame(found[block.a + offset]) for block in blocks for offset in range(block.size)}


_BLAMED: Final = re.compile(
    r"^[0-9a-f]{40,64} \d+ \d+.*?^author (?P<author>[^\n]*).*?^author-time (?P<time>\d+).*?^\t(?P<text>[^\n]*)",
    re.MULTILINE | re.DOTALL,
)


def _blame(line: re.Match[str]) -> Blame:
    return Blame(line["author"], datetime.fromtimestamp(int(line["time"]), UTC).date())


def renames(folder: Path, since: str, until: str = "") -> Mapping[str, str]:
    """The files that were renamed between the revisions `since` and `until`, or the index: old path -> new path.

    Paths are relative to `folder`, which may be below the repository's root.
    """
    options = ("--find-renames", "--diff-filter=R", "--name-status", "--relative", "-z")
    safe = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=all")
    # Plumbing, whose output no configuration changes; `git diff` has a pager, an external diff and colors.
    command = ("diff-tree", "-r", "--no-commit-id") if until else ("diff-index", "--cached")
    commits = [commit_of(folder, revision) for revision in (since, until) if revision]
    listed = _git(folder, *command, *options, *safe, *commits, "--")
    fields = listed.decode(errors="surrogateescape").split("\0")
    # With `-z`: a status with its score, the old path, the new path, each ended by a zero byte.
    return dict(zip(fields[1::3], fields[2::3], strict=False))


def merge_base(folder: Path, branch: str, head: str = "HEAD") -> str:
    """The best common ancestor of `branch` and `head`.

    Raises:
        GitError: there is no such branch, or no such commit, in this clone.
    """
    theirs, ours = commit_of(folder, branch), commit_of(folder, head)
    try:
        return _git(folder, "merge-base", theirs, ours).decode().strip()
    except GitError as error:
        raise GitError(f"{head} and '{branch}' have no common ancestor here", _fetch_hint(folder, error)) from None


@dataclass(frozen=True)
class Entry:
    """A file, a link or a submodule in the tree of a commit."""

    mode: str
    object: str
    path: str
    """From the root of the repository."""

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link; its content is the target."""
        return self.mode == "120000"

    @property
    def is_submodule(self) -> bool:
        """Whether `object` is a commit of another repository."""
        return self.mode == "160000"


def entries(folder: Path, commit: str, path: str) -> tuple[Entry, ...]:
    """The entries of `commit`, in the repository that contains `folder`, at `path` or below it; "" is the root."""
    listed = _git(folder, "ls-tree", "-r", "-z", "--full-tree", commit, *(["--", path] if path else []))
    rows = (row.partition(b"\t") for row in listed.split(b"\0") if row)
    return tuple(Entry(*_mode_and_object(head), os.fsdecode(name)) for head, _, name in rows)


def _mode_and_object(head: bytes) -> tuple[str, str]:
    mode, _, name = head.decode().split(" ")
    return mode, name


def contents(folder: Path, objects: Iterable[str]) -> Iterator[bytes]:
    """The content of each of `objects` as it was committed, without attributes and filters.

    Raises:
        GitError: one of them is not in this clone.
    """
    from tempfile import TemporaryFile  # noqa: PLC0415  # every check imports this module, few run git

    with TemporaryFile() as requests:  # a pipe could deadlock: git blocks on its output while we still write
        requests.write("".join(f"{name}\n" for name in objects).encode())
        requests.seek(0)
        try:
            with _output(folder, requests, "cat-file", "--batch", "--buffer") as output:
                while head := output.readline():
                    yield _content(head, output)
        except GitError as error:
            if "promisor remote" in error.hint:
                raise GitError("the content of some files is not in this clone", _PARTIAL) from None
            raise


def _content(head: bytes, output: IO[bytes]) -> bytes:
    name, _, size = head.decode(errors="replace").strip().rpartition(" ")
    content = output.read(int(size)) if size.isdecimal() else b""
    if not size.isdecimal() or len(content) != int(size) or output.read(1) != b"\n":
        raise GitError(f"the content of {name.partition(' ')[0]} is not in this clone", _PARTIAL)
    return content


_PARTIAL: Final = "if the clone is partial, get the rest first (clone it without `--filter`): a check fetches nothing"


def messages(folder: Path, since: str, until: str = "HEAD") -> tuple[str, ...]:
    """The messages of the commits from the revision `since`, not included, to `until`, newest first."""
    try:
        commits = f"{commit_of(folder, since)}..{commit_of(folder, until)}"
        output = _git(folder, "rev-list", "--format=%x00%B%x00", commits)
    except GitError:
        return ()  # without a commit there is no message either
    return tuple(output.decode(errors="replace").split("\0")[1::2])


@dataclass(frozen=True)
class CommitRecord:
    """A commit with what tells who, or what, wrote it. It names persons, and never leaves `history`."""

    id: str
    time: int
    """When it was committed, in seconds since 1970."""
    parents: tuple[str, ...]
    author: str
    address: str
    message: str

    @property
    def is_merge(self) -> bool:
        """Whether it has several parents."""
        return len(self.parents) > 1


def commit_records(folder: Path, since: str) -> tuple[CommitRecord, ...]:
    """Every commit that HEAD has and the revision `since` has not, those of merged branches too, newest first.

    Raises:
        GitError: there is no such revision in this clone, or the clone is shallow and lacks parents of these commits.
    """
    fields = "%H%x00%ct%x00%P%x00%an%x00%ae%x00%B%x00"
    output = _git(folder, "rev-list", f"--format={fields}", f"{commit_of(folder, since)}..HEAD")
    words = output.decode(errors="replace").split("\0")
    rows = zip(*(words[place::6] for place in range(6)), strict=False)
    records = tuple(_record(*row) for row in rows)
    # In a shallow clone, git shows commits at its edge without parents, as if they had added all files.
    if any(not record.parents for record in records) and (hint := _shallow_hint(folder)):
        raise GitError(f"some of the commits that were merged since '{since}' are not in this clone", hint)
    return records


def _record(head: str, time: str, parents: str, *texts: str) -> CommitRecord:
    return CommitRecord(head.rpartition("\n")[2], int(time), tuple(parents.split()), *texts)


@contextmanager
def patches(folder: Path, commits: Iterable[CommitRecord]) -> Iterator[IO[bytes]]:
    """The patches of `commits` against their first parents, in this order, as `git diff-tree` prints them.

    A line with the hash of the commit precedes each. There are no lines of context, lines that differ in white space
    only are no change, renamed files are found, and all files count as text, whatever attributes say. Paths are
    relative to `folder`, and files outside of it are left out.
    """
    from tempfile import TemporaryFile  # noqa: PLC0415  # every check imports this module, few run git

    safe = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-color", "--text")
    how = ("--unified=0", "--inter-hunk-context=0", "--ignore-all-space", "--find-renames", "--relative")
    with TemporaryFile() as requests:
        requests.write("".join(f"{it.id} {parent}\n" for it in commits for parent in it.parents[:1]).encode())
        requests.seek(0)
        with _output(folder, requests, "diff-tree", "--stdin", "-r", "--patch", *safe, *how) as output:
            yield output


def history(folder: Path, since: str) -> tuple[Commit, ...]:
    """The commits from the revision `since` to HEAD, both included, oldest first; merges by first parent.

    Raises:
        GitError: there is no repository, no such revision in this clone, or HEAD does not come from it.
    """
    try:
        _git(folder, "rev-parse", "--git-dir")
    except GitError as error:
        hint = "the trend is read from the commits" if error.message != _NO_GIT else error.hint
        raise GitError("there is no git repository here", hint) from None
    start = commit_of(folder, since)
    try:
        _git(folder, "merge-base", "--is-ancestor", start, "HEAD")
    except GitError as error:
        hint = _fetch_hint(folder, error) or "begin where the two went apart: `git merge-base` tells"
        raise GitError(f"HEAD does not come from '{since}'", hint) from None
    tags = _tags(folder)
    first = _git(folder, "rev-list", "-1", "--timestamp", start)
    later = _git(folder, "rev-list", "--first-parent", "--reverse", "--timestamp", f"{start}..HEAD")
    return tuple(_listed(line, tags) for line in (first + later).decode().splitlines())


def _listed(line: str, tags: Mapping[str, tuple[str, ...]]) -> Commit:
    time, commit = line.split(" ")
    return Commit(commit, datetime.fromtimestamp(int(time), UTC).date(), tags.get(commit, ()))


def _tags(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The names of the tags of each tagged commit."""
    tags: dict[str, tuple[str, ...]] = {}
    form = "--format=%(objectname) %(*objectname) %(refname)"
    for line in _git(folder, "for-each-ref", form, "refs/tags").decode(errors="replace").splitlines():
        name, peeled, tag = line.split(" ", 2)  # a tag with a message is an object of its own
        commit = peeled or name
        tags[commit] = (*tags.get(commit, ()), tag.removeprefix("refs/tags/"))
    return tags


def address(folder: Path) -> str:
    """The URL of the files below `folder` at HEAD, with `{path}` and `{line}` to fill in; "" without a known remote."""
    try:
        remote = _git(folder, "remote", "get-url", "origin").decode(errors="replace").strip()
        commit, below = commit_of(folder, "HEAD"), prefix(folder)
    except GitError:
        return ""
    found = _REMOTE.fullmatch(remote)
    if not found:
        return ""
    host = found["host"] or found["short"]
    template = next((template for name, template in _TEMPLATES.items() if name in host), "blob/{commit}/{path}#L{line}")
    file = template.replace("{commit}", commit).replace("{path}", f"{quote(below)}{{path}}")
    return f"https://{host}/{quote(found['repository'])}/{file}"


_HOST = r"[\w-]+(?:\.[\w-]+)+"
_REMOTE = re.compile(
    rf"(?:(?:https?|ssh|git)://(?:[^@/]*@)?(?P<host>{_HOST})(?::\d+)?/|(?:[^@/:]+@)?(?P<short>{_HOST}):)"
    r"(?P<repository>[^/:][^:]*?)(?:\.git)?/?"
)
_TEMPLATES = {
    "gitlab": "-/blob/{commit}/{path}#L{line}",
    "bitbucket": "src/{commit}/{path}#lines-{line}",
}
"""The URLs of hosts that differ from GitHub, by a part of the host name."""


def prefix(folder: Path) -> str:
    """The path of `folder` in its repository: "" at the root, else `services/orders/`."""
    below = folder.resolve().relative_to(top(folder)).as_posix()
    return "" if below == "." else f"{below}/"


def top(folder: Path) -> Path:
    """The root of the working tree that contains `folder`; `folder` itself if there is none.

    Found by the position of `.git`: `core.worktree` in the configuration of a repository may name any folder.
    """
    absolute = folder.resolve()
    return next((each for each in (absolute, *absolute.parents) if (each / ".git").exists()), absolute)


def commit_of(folder: Path, revision: str) -> str:
    """The full hash of the commit that `revision` names.

    Raises:
        GitError: there is no such revision in this clone, or it looks like an option.
    """
    if revision.startswith("-"):
        raise GitError(f"'{revision}' is no revision", "a name that git would take for an option is refused")
    try:
        found = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except GitError as error:
        raise GitError(f"there is no revision '{revision}' here", _fetch_hint(folder, error)) from None
    if not _OBJECT.fullmatch(found):  # such as `^main`, which excludes commits
        raise GitError(f"'{revision}' names no single commit")
    return found


def _fetch_hint(folder: Path, error: GitError) -> str:
    try:
        return _shallow_hint(folder) or error.hint
    except GitError:
        return error.hint


def _shallow_hint(folder: Path) -> str:
    """How to get the rest of a shallow clone; "" if it is complete."""
    shallow = _git(folder, "rev-parse", "--is-shallow-repository").decode().strip() == "true"
    return "the clone is shallow: fetch with `fetch-depth: 0`, or `git fetch --unshallow`" if shallow else ""


_NO_GIT: Final = "git is not installed"


def _git(folder: Path, *arguments: str) -> bytes:
    with _output(folder, None, *arguments) as output:
        return output.read()


@contextmanager
def _output(folder: Path, requests: IO[bytes] | None, *arguments: str) -> Iterator[IO[bytes]]:
    """Run git in `folder` with `requests` as its standard input, and give the stream of its output.

    Raises:
        GitError: there is no git, or it ends with an error.
    """
    import subprocess  # noqa: PLC0415  # every check imports this module, few run git
    from tempfile import TemporaryFile  # noqa: PLC0415  # the same

    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = [_program(folder), "--no-pager", *settings, "-C", str(folder), *arguments]
    with TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603  # a list, no shell
            command,
            stdin=requests or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(folder),
        )
        assert process.stdout is not None  # noqa: S101  # `stdout=PIPE` above
        with process:
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            errors.seek(0)
            words = errors.read().decode(errors="replace").strip().removeprefix("fatal: ")
            raise GitError(f"git {arguments[0]} failed", words)


def _program(folder: Path) -> str:
    """The git on the search path; one inside of the checked repository is never run.

    Raises:
        GitError: there is none.
    """
    inside = {top(folder), Path.cwd()}
    for place in os.environ.get("PATH", os.defpath).split(os.pathsep):
        found = shutil.which(os.path.join(place, "git")) if os.path.isabs(place) else None  # noqa: PTH117, PTH118
        if found and not any(Path(found).resolve().is_relative_to(each) for each in inside):
            return found
    raise GitError(_NO_GIT, "install git, or do without what needs it")


def _environment(folder: Path) -> Mapping[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _PASSED_ON}
    root = top(folder)
    location = (
        {"GIT_CEILING_DIRECTORIES": str(root.parent), "GIT_WORK_TREE": str(root)} if (root / ".git").exists() else {}
    )
    return inherited | _VARIABLES | location
