"""`archguard packs`: list the shipped packs, or print one."""

import click

from archguard.config import find_pack, packs


@click.command("packs")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the packs, or print the pack NAME."""
    if name:
        click.echo(find_pack(name.removeprefix("archguard:")).read_text(encoding="utf-8"), nl=False)
        return
    for pack, path in packs().items():
        first = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        click.echo(f"archguard:{pack:<20} {first}")
