"""`archguard mcp`: serve the project to agents over the Model Context Protocol."""

from importlib.util import find_spec
from pathlib import Path

import click

from archguard.cli.configuration import config_option
from archguard.errors import ArchguardError
from archguard.servers.workspace import Workspace


@click.command("mcp")
@config_option
def command(config: tuple[Path, ...]) -> None:
    """Serve the project to agents over the Model Context Protocol, on stdin and stdout.

    The tools check edits before they are written, and tell what is allowed where. They change nothing.
    """
    if find_spec("mcp") is None:
        message = "the library of the protocol is not installed"
        raise ArchguardError(message, 'install it: pip install "archguard-enforcer[mcp]"')
    from archguard.servers.mcp.server import serve_stdio  # noqa: PLC0415  # takes a second

    serve_stdio(Workspace(Path.cwd(), config))
