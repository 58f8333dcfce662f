"""`archguard serve`: keep the project in memory, and answer hooks and editors."""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

import click

from archguard.cli.configuration import config_option
from archguard.errors import ArchguardError
from archguard.incremental.project_folder import configured_folder
from archguard.servers.client import ask
from archguard.servers.daemon import Answers, Daemon
from archguard.servers.listener import AlreadyServedError, listening
from archguard.servers.log import Log
from archguard.servers.protocol import address

_IDLE: Final = 600.0
_SECONDS_TO_ANSWER: Final = 10.0
_SIGNALS: Final = ("SIGTERM", "SIGINT", "SIGHUP")


class _SignalledError(BaseException):
    """A signal asks the process to end; no fault, so that nothing that handles faults stops it."""


@click.command("serve")
@config_option
@click.option(
    "--idle",
    type=click.FloatRange(0, min_open=True),
    default=_IDLE,
    show_default=True,
    metavar="SECONDS",
    help="End after so long without a request.",
)
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="A folder of the project; by default the working directory.",
)
@click.option(
    "--log",
    "log_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Work in the background, and append messages to this file, which begins anew after 1 MiB.",
)
@click.option("--status", is_flag=True, help="Start nothing; say what runs for the project.")
@click.option("--stop", is_flag=True, help="Start nothing; end what runs for the project.")
def command(  # noqa: PLR0913  # the options of the command
    config: tuple[Path, ...], idle: float, project: Path, log_file: Path | None, *, status: bool, stop: bool
) -> None:
    """Keep the project in memory, and answer hooks, editors and `check --stdin-filename` at once.

    Hooks start it when they need it, so that there is no need to run this.
    """
    files = [os.path.realpath(path) for path in config]
    root = os.path.dirname(files[0]) if files else configured_folder(str(project))  # noqa: PTH120  # as clients find it
    if status or stop:
        click.echo(_told("stop" if stop else "status", root, files))
    else:
        _serve(root, files, idle, log_file)


def _serve(root: str, files: Sequence[str], idle: float, log_file: Path | None) -> None:
    place = address(root, files, make_folder=True)
    if place is None:
        message = "no folder for a socket that nobody else can enter"
        raise ArchguardError(message, "let XDG_RUNTIME_DIR name a folder of yours with mode 0700")
    log = Log(log_file)
    daemon = Daemon(Path(root), idle, log)
    try:
        with listening(place, root) as listener:
            _end_on_signals()
            daemon.accept_from(listener)
            _say(f"serving {root}", is_last=log_file is not None)
            end = daemon.run(_answers(root, files))
    except AlreadyServedError:
        if log_file is None:
            raise
        _say(f"served already: {root}", is_last=True)
    except _SignalledError as signalled:
        log(f"{root}: ended by {signalled}")
    else:
        log(f"{root}: ended, {end}")


def _answers(root: str, files: Sequence[str]) -> Answers:
    from archguard.servers.answers import ProjectAnswers  # noqa: PLC0415  # clients connect meanwhile: this takes long
    from archguard.servers.workspace import Workspace  # noqa: PLC0415  # the same

    return ProjectAnswers(Workspace(Path(root), [*map(Path, files)]))


def _told(method: str, root: str, files: Sequence[str]) -> str:
    answer = ask(root, {"method": method}, start=False, timeout=_SECONDS_TO_ANSWER, config=files)
    place = address(root, files, make_folder=True)
    if answer is None:
        return f"nothing runs for {root}\naddress: {place}"
    return "\n".join(f"{name}: {value}" for name, value in {**answer, "address": place}.items())


def _end_on_signals() -> None:
    for name in _SIGNALS:
        if hasattr(signal, name):  # no SIGHUP on Windows
            signal.signal(getattr(signal, name), _end)


def _end(number: int, _frame: object) -> NoReturn:
    raise _SignalledError(signal.Signals(number).name)


def _say(text: str, *, is_last: bool) -> None:
    """Write a line to stdout, where the client that has started this process waits for it."""
    with suppress(BrokenPipeError):  # the client did not want to wait for so long; the next one will find this process
        click.echo(text)
    if is_last:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
