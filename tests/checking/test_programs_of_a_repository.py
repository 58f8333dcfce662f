"""No program that a repository names ever runs, whatever asks git, and in whichever way it is named."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from project import Project
from repository import commit, git

ASKED = (
    ("check", "--no-cache", "--since", "HEAD~1"),
    ("check", "--no-cache", "--since-merge-base", "main"),
    ("check", "--no-cache"),
    ("baseline", "--prune"),
    ("trend", "--since", "HEAD~1"),
    ("trend", "--since", "HEAD~1", "--by-authorship"),
    ("ignores",),
    ("explain", "layered"),
    ("docs", "--check"),
    ("diagram", "--format", "mermaid"),
    ("diagram", "--format", "html", "--output", "page.html"),
)


@pytest.fixture
def marker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is there once a planted program has run."""
    return tmp_path_factory.mktemp("outside") / "ran"


@pytest.fixture
def program(marker: Path) -> str:
    """A program that says that it has run, and hands on what it is given."""
    file = marker.parent / "program"
    file.write_text(f'#!/bin/sh\necho "$0 $*" >>"{marker}"\nexec cat\n')
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def busy(shop: Project) -> Project:
    """A shop in which every command has something to ask git: a stale baseline, a rename, an exemption, a remote."""
    shop.call("baseline")
    shop.write("shop/spare.py", "import shop.repositories  # archguard: ignore[layered] Soon.\n")
    commit(shop, "Baseline")
    git(shop, "mv", "shop/controllers.py", "shop/commands.py")
    shop.configure((shop.root / "archguard.yaml").read_text().replace("shop.controllers", "shop.c*"))
    commit(shop, "Renamed")
    shop.write("shop/commands.py", "import os\nimport shop.repositories\nimport shop.repositories\n")
    git(shop, "config", "remote.origin.url", "https://git.example.org/shop.git")
    return shop


def _settings(key: str, value: str = "") -> Callable[[Project, str], None]:
    def plant(shop: Project, program: str) -> None:
        git(shop, "config", key, value or program)

    return plant


def _hooks(folder: str) -> Callable[[Project, str], None]:
    def plant(shop: Project, program: str) -> None:
        for name in ("post-index-change", "post-checkout", "reference-transaction", "pre-commit", "fsmonitor-watchman"):
            hook = shop.write(f"{folder}/{name}", Path(program).read_bytes())
            hook.chmod(0o755)
        if folder != ".git/hooks":
            git(shop, "config", "core.hooksPath", folder)

    return plant


def _driver(section: str, *keys: str) -> Callable[[Project, str], None]:
    def plant(shop: Project, program: str) -> None:
        attribute = "diff" if section == "diff" else section
        for key in keys:
            git(shop, "config", f"{section}.planted.{key}", "true" if key in ("required", "cachetextconv") else program)
        for file in (".gitattributes", "shop/.gitattributes", ".git/info/attributes"):
            shop.write(file, f"* {attribute}=planted\n")
        for file in shop.root.rglob("*.py"):
            os.utime(file)

    return plant


def _included(how: str) -> Callable[[Project, str], None]:
    def plant(shop: Project, program: str) -> None:
        core = f"[core]\n\tfsmonitor = {program}\n\tsshCommand = {program}\n\tpager = {program}\n"
        text = f"{core}[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {program}\n"
        shop.write("settings", text)
        match how:
            case "worktree":
                git(shop, "config", "extensions.worktreeConfig", "true")
                shop.write(".git/config.worktree", text)
            case "if":
                git(shop, "config", "includeIf.gitdir:**.path", str(shop.root / "settings"))
            case _:
                git(shop, "config", "include.path", "../settings")

    return plant


def _signed(shop: Project, program: str) -> None:
    git(shop, "config", "log.showSignature", "true")
    git(shop, "config", "gpg.program", program)
    raw = git(shop, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    file = shop.write(".git/raw", raw)
    git(shop, "reset", "--quiet", "--soft", git(shop, "hash-object", "-t", "commit", "-w", str(file)).strip())


def _promised(transport: str) -> Callable[[Project, str], None]:
    def plant(shop: Project, program: str) -> None:
        blob = git(shop, "rev-parse", "HEAD~1:shop/controllers.py").strip()
        git(shop, "config", "core.repositoryFormatVersion", "1")
        git(shop, "config", "extensions.partialClone", "origin")
        git(shop, "config", "remote.origin.promisor", "true")
        git(shop, "config", "protocol.allow", "always")
        git(shop, "config", "core.sshCommand", program)
        git(shop, "config", "core.gitProxy", program)
        git(shop, "config", "credential.helper", f"!{program}")
        for name in ("ext", "file", "ssh", "git", "https", "planted"):
            git(shop, "config", f"protocol.{name}.allow", "always")
        url = {
            "ext": f"ext::{program} %S",
            "ssh": "ssh://git.example.invalid/shop.git",
            "file": str(shop.root / "other"),
            "vcs": "planted://x",
        }[transport]
        git(shop, "config", "remote.origin.url", url)
        git(shop, "config", "remote.origin.uploadpack", program)
        if transport == "vcs":
            git(shop, "config", "remote.origin.vcs", "ext")
        if transport == "file":
            git(shop, "init", "--quiet", "--bare", str(shop.root / "other"))
        (shop.root / ".git/objects" / blob[:2] / blob[2:]).unlink()

    return plant


def _submodule(shop: Project, program: str) -> None:
    part = Project(shop.root / "shop/part")
    part.write("__init__.py", "")
    git(part, "init", "--quiet", "--initial-branch=main")
    commit(part)
    commit(shop)
    git(part, "config", "core.fsmonitor", program)
    _driver("filter", "clean", "smudge", "process", "required")(part, program)
    part.write("__init__.py", "import os\n")


def _git_of_the_project(shop: Project, program: str) -> None:
    for name in ("git", "git.exe", "bin/git"):
        shop.write(name, Path(program).read_bytes()).chmod(0o755)


PLANTED: dict[str, Callable[[Project, str], None]] = {
    "fsmonitor": _settings("core.fsmonitor"),
    "pager": _settings("core.pager"),
    "pager of log": _settings("pager.log"),
    "ssh": _settings("core.sshCommand"),
    "askpass": _settings("core.askPass"),
    "editor": _settings("core.editor"),
    "alternate refs": _settings("core.alternateRefsCommand"),
    "pack objects": _settings("uploadpack.packObjectsHook"),
    "external diff": _settings("diff.external"),
    "diff filter": _settings("interactive.diffFilter"),
    "credentials": _settings("credential.helper"),
    "alias": _settings("alias.rev-list", "!false"),
    "own hooks": _hooks(".git/hooks"),
    "hooks elsewhere": _hooks("hooks"),
    "filter": _driver("filter", "clean", "smudge", "required"),
    "process": _driver("filter", "process", "required"),
    "textconv": _driver("diff", "textconv", "cachetextconv"),
    "diff driver": _driver("diff", "command", "textconv"),
    "merge driver": _driver("merge", "driver"),
    "include": _included("always"),
    "conditional include": _included("if"),
    "settings of the working tree": _included("worktree"),
    "signature": _signed,
    "promisor by ext": _promised("ext"),
    "promisor by ssh": _promised("ssh"),
    "promisor by path": _promised("file"),
    "promisor by helper": _promised("vcs"),
    "submodule": _submodule,
    "git of the project": _git_of_the_project,
}


@pytest.mark.parametrize("planted", PLANTED)
def test_nothing_runs(busy: Project, program: str, marker: Path, planted: str) -> None:
    PLANTED[planted](busy, program)
    marker.unlink(missing_ok=True)  # git itself may run it while it is planted

    with pytest.MonkeyPatch.context() as environment:
        if planted == "git of the project":
            environment.setenv(
                "PATH", os.pathsep.join(["", ".", str(busy.root), "bin", str(busy.root / "bin"), os.environ["PATH"]])
            )
        done = {arguments: busy.call(*arguments) for arguments in ASKED}

    assert not marker.exists(), marker.read_text()
    assert {each.returncode for each in done.values()} <= {0, 1, 2}
    assert not any("a fault in archguard" in each.stderr for each in done.values())
    if not planted.startswith("promisor"):
        said = {arguments: each.stderr for arguments, each in done.items() if each.returncode == 2}
        assert not said


def test_what_is_planted_here_would_run(busy: Project, program: str, marker: Path) -> None:
    for planted in ("fsmonitor", "filter", "textconv"):
        PLANTED[planted](busy, program)
        marker.unlink(missing_ok=True)

        subprocess.run(["git", "diff", "HEAD~1"], cwd=busy.root, capture_output=True, check=False)

        assert marker.exists(), planted


@pytest.mark.parametrize(
    "name", ["GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_PAGER", "GIT_TRACE", "GIT_EXEC_PATH"]
)
def test_variables_of_the_caller_run_nothing_either(
    busy: Project, program: str, marker: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, program if name != "GIT_TRACE" else str(marker))

    assert busy.call("check", "--since", "HEAD~1").returncode in (0, 1)
    assert not marker.exists()


def test_the_repository_is_the_one_of_the_folder(
    busy: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Project(tmp_path_factory.mktemp("other"))
    git(other, "init", "--quiet")
    commit(other)
    expected = busy.call("check", "--since", "HEAD~1").returncode
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))

    assert busy.call("check", "--since", "HEAD~1").returncode == expected


def test_without_a_git_outside_of_the_project_there_is_none(
    busy: Project, program: str, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _git_of_the_project(busy, program)
    monkeypatch.setenv("PATH", f"{busy.root}{os.pathsep}.")

    done = busy.call("check", "--since", "HEAD~1")

    assert (done.returncode, "install git" in done.stderr) == (2, True)
    assert not marker.exists()
