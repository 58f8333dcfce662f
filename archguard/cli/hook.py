"""`archguard hook`: answer a hook of a coding agent."""

import sys

import click

from archguard.servers.hook.hosts import HOSTS
from archguard.servers.hook.run import NO_DAEMON, run


@click.command("hook")
@click.argument("host", type=click.Choice([*HOSTS]))
@click.option(NO_DAEMON, is_flag=True, help="Compute every answer in this process, which takes longer.")
def command(host: str, *, no_daemon: bool) -> None:
    """Answer a hook of a coding agent: one event as JSON on stdin, at most one answer as JSON on stdout.

    What an agent is about to write is denied if it would break a contract, and checked once more when the agent stops.
    `archguard agents install HOST` writes the settings that make a host call this.

    The exit code is 0, also where an edit is denied; 1 for a host that is not known.
    """
    sys.exit(run([host, *([NO_DAEMON] if no_daemon else [])]))
