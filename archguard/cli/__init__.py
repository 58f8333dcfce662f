"""The command line: one module per command, registered in `COMMANDS`."""

import gc
import io
import os
import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from archguard.cli.outcome import CANNOT_CHECK, FAULT, complain
from archguard.errors import ConfigError

COMMANDS: Final = {
    "init": "look at the code, and write a first archguard.yaml that it keeps",
    "check": "check the code against its contracts",
    "baseline": "write the violations that there are to the baseline",
    "why": "may this import that, by which contract not, and how is it reached today",
    "where": "where a module belongs, and what it may import",
    "explain": "what a contract asks, and of what; or what a violation is",
    "context": "one page on the architecture around a file, or on a change, for who is to edit it",
    "list": "list components, contracts, services or modules",
    "ignores": "list what the contracts are told to overlook, since when, and by whom",
    "metrics": "measure coupling, stability, abstractness and cycles",
    "review": "what a change does to the architecture, on one page, and whether it weakens contracts",
    "trend": "violations and metrics over the history in git, and whether they got worse",
    "agents": "install or remove the hooks, settings and instructions of programs that run agents",
    "migrate": "write another tool's configuration as archguard.yaml",
    "packs": "list the contracts that ship with archguard, or print one of them",
    "diagram": "draw the code: components, packages, services, what reaches what",
    "docs": "write a page about the architecture, or check that it is current",
    "mcp": "serve the project to agents over the Model Context Protocol",
    "report": "write a saved JSON report in another format",
    "hook": "answer a hook of a coding agent: deny what breaks a contract before it is written",
    "serve": "keep the project in memory, and answer hooks and editors at once",
    "lsp": "serve an editor by the Language Server Protocol",
    "schema": "print the JSON Schema of the configuration, or of the report",
}
"""The commands with the line that `--help` shows. A command's module is only imported when it is invoked."""


class _Commands(click.Group):
    """Imports commands lazily, so that no command pays for another's libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        del ctx
        return [*COMMANDS]  # not `list(...)`: that is the module of a command here, once the command was imported

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"archguard.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The next step, if there is no configuration yet."""
        del ctx
        if next_step := _next_step():
            with formatter.section("Next"):
                formatter.write_text(next_step)


def _next_step() -> str:
    """How to get a configuration; "" if there is one, even an invalid one."""
    from archguard.config import find_configuration  # noqa: PLC0415  # commands should not pay for it

    try:
        find_configuration(Path.cwd())
    except ConfigError as error:
        return f"There is {error.message}. {error.hint}."
    except OSError:  # for example a deleted working directory: help must work anyway
        pass
    return ""


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="archguard-enforcer", prog_name="archguard")
def cli() -> None:
    """Architecture contracts for Python.

    Exit codes: 0 all contracts kept, 1 violations, 2 could not check, 3 a fault in archguard.
    """


def main() -> None:
    """Run the command line, and end the process with its exit code. No traceback reaches a user."""
    gc.disable()  # the process ends before cyclic garbage matters, and collecting it takes as long as the work
    warnings.simplefilter("ignore")  # warnings of Python about the code that is parsed
    _print_any_character()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # searching plugins takes 10 ms
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except click.Abort:
        code = CANNOT_CHECK
    except click.ClickException as error:
        error.show(sys.stderr)
        code = CANNOT_CHECK
    except (
        BrokenPipeError,
        SystemExit,
    ):  # the reader of the report is gone: click would exit with 1, as for violations
        code = CANNOT_CHECK
    except Exception as error:  # noqa: BLE001  # a user never gets a traceback
        code = complain(error)
    sys.exit(code)


def _print_any_character() -> None:
    """Escape characters that the encoding of stdout lacks: module names may be Unicode, and `LC_ALL=C` means ASCII."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


__all__ = ["CANNOT_CHECK", "FAULT", "main"]
