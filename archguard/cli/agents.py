"""`archguard agents`: let agents check their edits."""

import io
import shutil
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Literal

import click

from archguard.config import find_configuration
from archguard.errors import ArchguardError
from archguard.model.log import inert
from archguard.onboarding.agents import Change, install, installed, load_hosts, remove, write_changes
from archguard.reporters.phrases import one_line


@click.command("agents")
@click.argument("action", type=click.Choice(["install", "remove", "list"]))
@click.argument("hosts", metavar="[HOST]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Print what would change as a unified diff, and write nothing.")
def command(action: Literal["install", "remove", "list"], hosts: tuple[str, ...], *, dry_run: bool) -> None:
    """Install or remove what the programs HOST (claude, codex, ...) need to check edits, or list these programs."""
    root, _ = find_configuration(Path.cwd())
    if action == "list":
        if hosts:
            raise ArchguardError("`list` takes no hosts")
        _list(root)
        return
    _refuse_unknown(hosts)
    plan = install(root, hosts) if action == "install" else remove(root, hosts)
    for path in plan.kept:
        click.echo(f"`{path}` is not what this version installs, and is left as it is", err=True)
    if dry_run:
        for change in plan.changes:
            click.echo("".join(map(_shown, _diff(change))), nl=False)
        return
    write_changes(root.resolve(), plan.changes)
    _tell(plan.changes)
    if action == "install" and plan.changes:
        _tell_next_steps(root, hosts)


def _refuse_unknown(hosts: tuple[str, ...]) -> None:
    known = load_hosts()
    hint = f"one or more of {', '.join(known)}"
    if not hosts:
        raise ArchguardError("no host is named", hint)
    for host in hosts:
        if host not in known:
            raise ArchguardError(f"`{host}` is no host", hint)


def _list(root: Path) -> None:
    there = installed(root)
    for name, host in load_hosts().items():
        click.echo(f"{name:<8} {'installed' if name in there else '-':<10} {host.title}")


def _diff(change: Change) -> Iterator[str]:
    """The lines of a unified diff that `git apply` accepts."""
    old = "/dev/null" if change.before is None else f"a/{change.path}"
    new = "/dev/null" if change.after is None else f"b/{change.path}"
    for line in unified_diff(_lines(change.before), _lines(change.after), old, new):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _shown(line: str) -> str:
    """`line` of a diff; for a terminal, which would execute them, without control characters."""
    if sys.stdout.isatty():
        line = "".join(character if character.isprintable() or character in "\t\n" else "\ufffd" for character in line)
    return inert(line)


def _lines(text: str | None) -> list[str]:
    """The lines of `text` with their ends, which for a diff are line feeds only."""
    return io.StringIO(text or "", newline="\n").readlines()


def _tell(changes: tuple[Change, ...]) -> None:
    for change in changes:
        verb = "removed" if change.after is None else "written" if change.before is None else "changed"
        click.echo(one_line(f"{verb}: {change.path}"), err=True)
    if not changes:
        click.echo("nothing to change", err=True)


def _tell_next_steps(root: Path, hosts: tuple[str, ...]) -> None:
    for host in hosts:
        click.echo(f"next: {load_hosts()[host].next_step}", err=True)
    if not shutil.which("archguard"):
        click.echo("note: there is no `archguard` on PATH, and the hosts start it by that name", err=True)
    if not (root / ".git").exists() and any((folder / ".git").exists() for folder in root.parents):
        where = one_line(str(root))
        click.echo(f"note: open the hosts in {where}: they read these files where they are opened", err=True)
