"""`archguard lsp`: serve an editor."""

import click

from archguard.errors import ArchguardError
from archguard.model.names import top_package


@click.command("lsp")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Serve an editor over stdin and stdout, by the Language Server Protocol."""
    ctx.exit(_serve())


def _serve() -> int:
    try:
        from archguard.servers.lsp.stdio import serve  # noqa: PLC0415  # an extra, which need not be installed
    except ModuleNotFoundError as error:
        if top_package(error.name or "") not in ("pygls", "lsprotocol"):
            raise
        hint = 'install it: `pip install "archguard-enforcer[lsp]"`'
        raise ArchguardError("the language server needs the library pygls, which is not installed", hint) from None
    return serve()
