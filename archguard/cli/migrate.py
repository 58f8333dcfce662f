"""`archguard migrate`: translate another tool's configuration to archguard's own."""

from pathlib import Path

import click

from archguard.config.dialects import DIALECTS, dialect_of
from archguard.config.yaml_document import write_yaml
from archguard.errors import ConfigError


@click.command("migrate")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, which must not be there yet."
)
def command(source: Path | None, output: Path | None) -> None:
    """Write the configuration SOURCE (or the one that is found here) of another tool as an archguard.yaml."""
    path = source or _found()
    dialect = dialect_of(path)
    if dialect is None:
        names = ", ".join(dialect.name for dialect in DIALECTS)
        raise ConfigError(f"{path} is no configuration of {names}")
    document = dialect.translate(path.resolve(), path.name)
    if document.faults:
        raise ExceptionGroup(path.name, document.faults)
    data = document.data
    text = f"# Written by `archguard migrate` from {path.name} of {dialect.name}.\n{write_yaml(data)}"
    if output is None:
        click.echo(text, nl=False)
    elif output.exists():
        raise ConfigError(f"{output} is there already", "name another file, or take it away")
    else:
        output.write_text(text, encoding="utf-8")


def _found() -> Path:
    places = (Path(name) for dialect in DIALECTS for name in dialect.files)
    found = next((place for place in places if dialect_of(place)), None)
    if found is None:
        raise ConfigError("there is no configuration of another tool here", "name the file to migrate")
    return found
